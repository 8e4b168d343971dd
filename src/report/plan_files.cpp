#include <cpl_conv.h>
#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "report/geo_package.hpp"
#include "report/plan_table.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/planning/plan_json.hpp"

namespace thermoleak {

using namespace planning;

namespace {

bool HasPlace(const PlanItem& item) { return item.lon_deg && item.lat_deg; }

std::string XmlText(const std::string& text) { return HtmlEscape(text); }

/// Corners of the dig box around a local point.
std::vector<Vec2> Corners(const DigBox& box, const Vec2& centre) {
  const double a = box.azimuth_deg * std::numbers::pi / 180;
  const Vec2 along(std::sin(a), std::cos(a));
  const Vec2 across(std::cos(a), -std::sin(a));
  const Vec2 l = along * box.long_m / 2;
  const Vec2 s = across * box.short_m / 2;
  return {centre + l + s, centre + l - s, centre - l - s, centre - l + s};
}

std::string CellText(const PlanCell& cell) {
  if (cell.number) return Fixed(*cell.number, cell.decimals);
  return CsvText(cell.text);
}

}  // namespace

void WritePlanCsv(const PlanDocument& d, const std::filesystem::path& path) {
  std::string out = "\xEF\xBB\xBF";  // without the mark Excel takes UTF-8 for the local code page
  bool first = true;
  for (const PlanColumn& column : PlanColumns(d.edition)) {
    out += (first ? "" : ",") + CsvText(Text(column.title, d.lang));
    first = false;
  }
  out += "\r\n";
  const auto progress = ProgressBy(*d.plan, d.progress, Date(std::chrono::days(100000)));
  int number = 0;
  for (const PlanItem& item : d.plan->items) {
    first = true;
    for (const PlanCell& cell : PlanRow(d, item, progress.at(item.id), ++number)) {
      out += (first ? "" : ",") + CellText(cell);
      first = false;
    }
    out += "\r\n";
  }
  WriteFileAtomically(path, out);
}

void WritePlanGeoJson(const PlanDocument& d, const std::filesystem::path& path) {
  nlohmann::ordered_json root = {{"type", "FeatureCollection"},
                                 {"features", nlohmann::ordered_json::array()}};
  int number = 0;
  for (const PlanItem& item : d.plan->items) {
    ++number;
    nlohmann::ordered_json properties = {{"schema", 1},
                                         {"number", number},
                                         {"id", CleanUtf8(item.id)},
                                         {"hazards", item.hazard_ids},
                                         {"unit", CleanUtf8(item.unit)},
                                         {"place", CleanUtf8(PlaceText(item))},
                                         {"work", CleanUtf8(item.text.In(d.lang))},
                                         {"class", std::string(Code(item.repair_class))},
                                         {"measure", std::string(Code(item.measure))},
                                         {"crew", CleanUtf8(item.crew)},
                                         {"start", IsoDate(item.start)},
                                         {"end", IsoDate(item.end)},
                                         {"emergency", item.emergency},
                                         {"cost_yuan", Rounded(item.Money(), 0)},
                                         {"pipe_id", CleanUtf8(item.pipe_id)}};
    if (const auto box = DigBoxOf(item)) {
      properties["dig_long_m"] = Rounded(box->long_m, 1);
      properties["dig_short_m"] = Rounded(box->short_m, 1);
      properties["dig_azimuth_deg"] = Rounded(box->azimuth_deg, 1);
    }
    nlohmann::ordered_json geometry = nullptr;
    if (HasPlace(item)) {
      geometry = {{"type", "Point"},
                  {"coordinates", {Rounded(*item.lon_deg, 7), Rounded(*item.lat_deg, 7)}}};
    }
    root["features"].push_back(
        {{"type", "Feature"}, {"geometry", geometry}, {"properties", properties}});
  }
  WriteFileAtomically(path, Dump(root, 1) + "\n");
}

void WritePlanKml(const PlanDocument& d, const std::filesystem::path& path) {
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<kml "
      "xmlns=\"http://www.opengis.net/kml/2.2\"><Document>\n<name>" +
      XmlText(TitleOf(d)) + "</name>\n";
  static constexpr const char* kColours[] = {"ff4a9a2e", "ff1f9ae0", "ff2b1fc4"};  // aabbggrr
  for (int c = 0; c < 3; ++c) {
    out += fmt::format("<Style id=\"c{}\"><IconStyle><color>{}</color></IconStyle></Style>\n", c,
                       kColours[c]);
  }
  // One folder a crew: a crew switches on its own.
  std::map<std::string, std::vector<const PlanItem*>> crews;
  for (const PlanItem& item : d.plan->items) {
    if (HasPlace(item)) crews[item.crew].push_back(&item);
  }
  for (const auto& [crew, items] : crews) {
    out += "<Folder><name>" + XmlText(crew) + "</name>\n";
    for (const PlanItem* item : items) {
      out += fmt::format(
          "<Placemark><name>{} "
          "{}</name><description>{}</description><styleUrl>#c{}</styleUrl><TimeSpan><begin>{}</"
          "begin><end>{}</end></TimeSpan><Point><coordinates>{:.7f},{:.7f}</coordinates></Point></"
          "Placemark>\n",
          IsoDate(item->start), XmlText(PlaceText(*item)),
          XmlText(item->text.In(d.lang) + " · " + RemarksOf(*item, d.lang)),
          static_cast<int>(item->repair_class), IsoDate(item->start), IsoDate(item->end),
          *item->lon_deg, *item->lat_deg);
    }
    out += "</Folder>\n";
  }
  WriteFileAtomically(path, out + "</Document></kml>\n");
}

void WritePlanGeoPackage(const PlanDocument& d, const std::filesystem::path& path) {
  const PlanItem* any = nullptr;
  for (const PlanItem& item : d.plan->items) {
    if (HasPlace(item) && any == nullptr) any = &item;
  }
  const LocalFrame frame =
      LocalFrame::Utm(any == nullptr ? LonLat{123, 42} : LonLat{*any->lon_deg, *any->lat_deg});
  AtomicFile file(path);
  // The plan's day, not the clock's.
  CPLSetThreadLocalConfigOption("OGR_CURRENT_DATE",
                                (IsoDate(d.plan->date) + "T00:00:00.000Z").c_str());
  const struct Restore {
    ~Restore() { CPLSetThreadLocalConfigOption("OGR_CURRENT_DATE", nullptr); }
  } restore;
  gpkg::Package package(file.temporary(), path, frame);
  {
    constexpr gpkg::Column kColumns[] = {
        {"id", OFTString},      {"hazards", OFTString}, {"unit", OFTString},
        {"place", OFTString},   {"work", OFTString},    {"class", OFTString},
        {"measure", OFTString}, {"crew", OFTString},    {"start_day", OFTString},
        {"end_day", OFTString}, {"cost_yuan", OFTReal}, {"pipe_id", OFTString},
        {"depth_m", OFTReal},   {"remarks", OFTString}};
    gpkg::Table table(package, "plan_items", wkbPoint, kColumns);
    for (const PlanItem& item : d.plan->items) {
      table.Begin();
      table.Set("id", item.id);
      std::string hazards;
      for (const std::string& id : item.hazard_ids) hazards += (hazards.empty() ? "" : " ") + id;
      table.Set("hazards", hazards);
      table.Set("unit", item.unit);
      table.Set("place", PlaceText(item));
      table.Set("work", item.text.In(d.lang));
      table.Set("class", Code(item.repair_class));
      table.Set("measure", Code(item.measure));
      table.Set("crew", item.crew);
      table.Set("start_day", IsoDate(item.start));
      table.Set("end_day", IsoDate(item.end));
      table.Set("cost_yuan", item.Money(), 0);
      table.Set("pipe_id", item.pipe_id);
      if (item.depth_m) table.Set("depth_m", *item.depth_m, 2);
      table.Set("remarks", RemarksOf(item, d.lang));
      if (HasPlace(item)) table.SetPoint(frame.LocalFromLonLat({*item.lon_deg, *item.lat_deg}));
      table.End();
    }
  }
  {
    constexpr gpkg::Column kColumns[] = {
        {"id", OFTString}, {"long_m", OFTReal}, {"short_m", OFTReal}};
    gpkg::Table table(package, "dig_boxes", wkbPolygon, kColumns);
    for (const PlanItem& item : d.plan->items) {
      const auto box = DigBoxOf(item);
      if (!box || !HasPlace(item)) continue;
      table.Begin();
      table.Set("id", item.id);
      table.Set("long_m", box->long_m, 1);
      table.Set("short_m", box->short_m, 1);
      table.SetPolygon(Corners(*box, frame.LocalFromLonLat({*item.lon_deg, *item.lat_deg})));
      table.End();
    }
  }
  package.Finish();
  file.Commit();
}

void WritePlanDocuments(const PlanDocument& d, const std::filesystem::path& folder) {
  WritePlanWorkbook(d, folder / "plan.xlsx");
  WritePlanCsv(d, folder / "plan.csv");
  WritePlanHtml(d, folder / "plan.html");
  WriteWorkOrders(d, folder / "work_orders.html");
  const char* const positions[] = {"plan.geojson", "plan.kml", "plan.gpkg"};
  if (d.edition == Edition::kInternal) {
    WritePlanGeoJson(d, folder / positions[0]);
    WritePlanKml(d, folder / positions[1]);
    WritePlanGeoPackage(d, folder / positions[2]);
  } else {
    // What an internal edition left here must not go out with this one.
    for (const char* name : positions) std::filesystem::remove(folder / name);
  }
}

}  // namespace thermoleak
