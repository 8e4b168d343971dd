#include "report/frame_facts.hpp"
#include "report/geo_package.hpp"
#include "report/text_format.hpp"

namespace thermoleak::gpkg {

void WriteFrames(Package& package, const SurveyResult& result, Lang lang) {
  constexpr Column kColumns[] = {{"name", OFTString},
                                 {"time", OFTString},
                                 {"status", OFTString},
                                 {"code", OFTString},
                                 {"reason", OFTString},
                                 {"gsd_m", OFTReal},
                                 {"height_above_ground_m", OFTReal},
                                 {"offset_k", OFTReal}};
  Table table(package, "frames", wkbPolygon, kColumns);
  for (const FrameRecord& record : result.frames) {
    table.Begin();
    table.Set("name", record.meta.name);
    table.Set("time", IsoTime(record.meta.time_utc_s, record.meta.time_is_local));
    table.Set("status", StatusOf(record));
    if (record.quarantined) {
      table.Set("code", MessageName(record.quarantined->message.id));
      table.Set("reason", record.quarantined->message.In(lang));
    } else if (!record.located) {
      table.Set("offset_k", record.offset_k, 3);
    }
    if (record.registered) {
      table.Set("gsd_m", record.registered->gsd_m, 4);
      table.Set("height_above_ground_m", record.registered->height_above_ground_m, 2);
      const std::vector<Vec2>& footprint = record.registered->footprint;
      if (footprint.size() >= 3 && IsFinite(footprint)) table.SetPolygon(footprint);
    }
    table.End();
  }
}

void WriteLocatedFrames(Package& package, const SurveyResult& result) {
  constexpr Column kColumns[] = {
      {"name", OFTString}, {"time", OFTString}, {"sigma_m", OFTReal}, {"pipes", OFTString}};
  Table table(package, "located_frames", wkbPoint, kColumns);
  for (const FrameRecord& record : result.frames) {
    if (!record.located) continue;
    std::string pipes;
    for (const int pipe : record.located->pipes) {
      pipes +=
          (pipes.empty() ? "" : ";") + result.network->pipes()[static_cast<std::size_t>(pipe)].id;
    }
    table.Begin();
    table.Set("name", record.meta.name);
    table.Set("time", IsoTime(record.meta.time_utc_s, record.meta.time_is_local));
    table.Set("sigma_m", record.located->sigma_m, 2);
    table.Set("pipes", pipes);
    if (record.located->position.allFinite()) table.SetPoint(record.located->position);
    table.End();
  }
}

}  // namespace thermoleak::gpkg
