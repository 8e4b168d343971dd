#pragma once
// The repair plan's documents. Each file is whole or not there, and the same plan gives the same
// bytes. The desensitised edition has no coordinates, no depths and no map.

#include <filesystem>
#include <vector>

#include "thermoleak/core/message.hpp"
#include "thermoleak/geo/local_frame.hpp"
#include "thermoleak/ledger/edition.hpp"
#include "thermoleak/planning/plan.hpp"
#include "thermoleak/planning/tracking.hpp"

namespace thermoleak {

struct PlanDocument {
  const planning::RepairPlan* plan = nullptr;
  std::vector<planning::ProgressEntry> progress;
  Lang lang = Lang::kEnglish;
  Edition edition = Edition::kInternal;
  std::vector<std::vector<LonLat>> pipes{};  ///< drawn under the items, if the map is at hand
};

/// Landscape A3, the items over two pages beside each other, with merged title, totals, roll-ups by unit, district and category, what was left
/// out, reasons, signature boxes.
void WritePlanWorkbook(const PlanDocument& document, const std::filesystem::path& path);
/// The plan's table; UTF-8 with byte order mark.
void WritePlanCsv(const PlanDocument& document, const std::filesystem::path& path);
/// Map, weeks, why this order: one self-contained page.
void WritePlanHtml(const PlanDocument& document, const std::filesystem::path& path);
/// One page an item, to be printed.
void WriteWorkOrders(const PlanDocument& document, const std::filesystem::path& path);
/// For the crews' devices; internal edition only.
void WritePlanGeoJson(const PlanDocument& document, const std::filesystem::path& path);
void WritePlanKml(const PlanDocument& document, const std::filesystem::path& path);
void WritePlanGeoPackage(const PlanDocument& document, const std::filesystem::path& path);

/// All that the edition has, into `folder`.
void WritePlanDocuments(const PlanDocument& document, const std::filesystem::path& folder);

}  // namespace thermoleak
