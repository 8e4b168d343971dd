#pragma once
// Reads back what a run keeps of its candidates in evidence.json.

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace thermoleak {

/// {"chip": {...} or null, "along": {...}, "across": {...}} of those candidates that the run folder
/// has; a missing or damaged file has none. One pass, one candidate in memory at a time.
std::map<std::string, nlohmann::ordered_json> ReadEvidence(const std::filesystem::path& run,
                                                           const std::set<std::string>& candidates);

}  // namespace thermoleak
