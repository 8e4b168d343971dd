#pragma once
// Inside of the service room: a hundred thousand hazards as lists and maps need them, kept up by
// the ledger's history instead of read anew for each request.

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "service/access.hpp"
#include "thermoleak/ledger/ledger.hpp"

namespace thermoleak::service {

struct HazardRow {
  std::string id;
  double lon_deg = 0, lat_deg = 0;  ///< NaN = no place
  float score = 0;                  ///< 0 where nobody stated one
  HazardState state = HazardState::kNew;
  HazardKind kind = HazardKind::kUnknown;
  HazardSource source = HazardSource::kOperating;
  std::optional<Grade> grade;
  int season = 0;
  std::string unit, district;  ///< of the scan's area where the map does not say them
  std::string address, pipe_id;
  std::string found_on, deadline;
  float delta_t_k = 0;  ///< NaN = not known
  std::string folded;   ///< what a search looks through
};

/// By score, highest first, then id. Immutable.
struct HazardList {
  std::int64_t version = 0;  ///< the ledger's last event
  std::vector<std::shared_ptr<const HazardRow>> rows;
};

class HazardIndex {
 public:
  /// `owner_of` gives organisation and district of a run's scan.
  using OwnerOf = std::function<std::pair<std::string, std::string>(const std::string& run)>;
  HazardIndex(std::filesystem::path ledger, OwnerOf owner_of);

  /// As the ledger is now. Thread-safe; one thread brings it up to date, the others wait.
  std::shared_ptr<const HazardList> Get();
  /// Unit and district of one hazard, as rows have them.
  std::pair<std::string, std::string> Owner(const Ledger& ledger, const Hazard& hazard) const;

 private:
  std::shared_ptr<const HazardRow> RowOf(const Hazard& hazard) const;
  void Put(const Hazard& hazard);

  std::filesystem::path ledger_;
  OwnerOf owner_of_;
  std::mutex mutex_;
  std::int64_t version_ = -1;
  std::unordered_map<std::string, std::shared_ptr<const HazardRow>> rows_;
  std::unordered_map<std::string, std::string> run_of_;  ///< of a hazard's latest sighting
  std::shared_ptr<const HazardList> list_;
};

}  // namespace thermoleak::service
