#pragma once
// The trained score: boosted trees for leak or not, a calibration, and boosted trees that say what
// it is when it is no leak. One JSON file holds it all (models/leak_score.json; `thermoleak train`
// writes it), and a copy of that file is in the program.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "thermoleak/scoring/features.hpp"
#include "thermoleak/scoring/score.hpp"

namespace thermoleak {

/// Immutable, thread-safe, deterministic.
class LeakModel {
 public:
  /// models/leak_score.json as it was when the program was built; null where there was none: then
  /// the rules of Judge() are the score.
  static std::shared_ptr<const LeakModel> BuiltIn();
  /// Throws RunError kInputMissing, kModelUnreadable, kModelFeature (exit code 3).
  static std::shared_ptr<const LeakModel> Read(const std::filesystem::path& path);
  /// The same from text; `source` is for messages.
  static std::shared_ptr<const LeakModel> Parse(std::string_view text, const std::string& source);
  ~LeakModel();

  const std::string& name() const;    ///< the file's name
  const std::string& sha256() const;  ///< of the file

  /// Log-odds of a leak before calibration.
  double Margin(const FeatureInput& input) const;
  /// What each of Features() adds to that margin, and last what every spot starts with.
  std::vector<double> Contributions(const FeatureInput& input) const;
  /// Kinds: p_leak calibrated; the rest by what no leak is. Reasons by Contributions(), summed by
  /// group.
  Verdict Judge(const FeatureInput& input) const;

 private:
  struct Parts;
  explicit LeakModel(std::unique_ptr<const Parts> parts);
  std::unique_ptr<const Parts> parts_;
};

}  // namespace thermoleak
