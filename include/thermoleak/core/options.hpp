#pragma once
// The options idiom: each algorithm has one struct of options, and one declaration of them feeds
// the command line, the configuration file, the help text, the checks and run.json.
//
//   struct StripOptions {
//     double cell_m = 0.1;  // why this default
//     void Describe(OptionVisitor& v) {
//       v.Visit("cell", cell_m, {0.02, 1.0, "m", "strip cell size", "条带像元尺寸"});
//     }
//   };

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "thermoleak/core/message.hpp"

namespace thermoleak {

struct OptionDoc {
  double min = 0;
  double max = 0;
  std::string_view unit;
  std::string_view en;
  std::string_view zh;
};

/// Implemented by the command line, the configuration reader, the range check and the run.json
/// writer.
class OptionVisitor {
 public:
  virtual ~OptionVisitor() = default;
  virtual void Visit(std::string_view name, double& value, const OptionDoc& doc) = 0;
  virtual void Visit(std::string_view name, int& value, const OptionDoc& doc) = 0;
  virtual void Visit(std::string_view name, bool& value, const OptionDoc& doc) = 0;
  virtual void Visit(std::string_view name, std::string& value, const OptionDoc& doc) = 0;
  virtual void Visit(std::string_view name, std::optional<double>& value, const OptionDoc& doc) = 0;
};

/// Every violated range, all at once.
class RangeCheck final : public OptionVisitor {
 public:
  explicit RangeCheck(std::string prefix) : prefix_(std::move(prefix)) {}
  void Visit(std::string_view name, double& value, const OptionDoc& doc) override;
  void Visit(std::string_view name, int& value, const OptionDoc& doc) override;
  void Visit(std::string_view, bool&, const OptionDoc&) override {}
  void Visit(std::string_view, std::string&, const OptionDoc&) override {}
  void Visit(std::string_view name, std::optional<double>& value, const OptionDoc& doc) override;
  const std::vector<Message>& violations() const { return violations_; }

 private:
  void CheckRange(std::string_view name, double value, const OptionDoc& doc);
  std::string prefix_;
  std::vector<Message> violations_;
};

/// All violations of one options struct; `section` is the name its options carry on the command
/// line.
template <class Options>
std::vector<Message> CheckOptions(Options options, std::string_view section) {
  RangeCheck check{std::string(section)};
  options.Describe(check);
  return check.violations();
}

}  // namespace thermoleak
