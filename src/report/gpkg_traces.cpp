#include "report/geo_package.hpp"

namespace thermoleak::gpkg {

void WriteTraces(Package& package, const SurveyResult& result) {
  constexpr Column kColumns[] = {
      {"pipe_id", OFTString}, {"from_m", OFTReal},     {"to_m", OFTReal},    {"offset_m", OFTReal},
      {"sigma_m", OFTReal},   {"confidence", OFTReal}, {"status", OFTString}};
  Table table(package, "corrected_traces", wkbLineString, kColumns);
  if (!result.network) return;
  for (const TraceStretch& stretch : result.alignment.traces) {
    if (stretch.pipe < 0 ||
        static_cast<std::size_t>(stretch.pipe) >= result.network->pipes().size())
      continue;
    std::vector<Vec2> line;
    for (const TracePoint& point : stretch.points) line.push_back(point.position);
    if (line.size() < 2 || !IsFinite(line)) continue;
    table.Begin();
    table.Set("pipe_id", result.network->pipes()[static_cast<std::size_t>(stretch.pipe)].id);
    table.Set("from_m", stretch.from_m, 2);
    table.Set("to_m", stretch.to_m, 2);
    table.Set("offset_m", stretch.offset_m, 2);
    table.Set("sigma_m", stretch.sigma_m, 2);
    table.Set("confidence", stretch.confidence, 2);
    table.Set("status", ToString(stretch.status));
    table.SetLine(line);
    table.End();
  }
}

}  // namespace thermoleak::gpkg
