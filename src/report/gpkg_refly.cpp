#include "report/geo_package.hpp"
#include "report/refly.hpp"
#include "report/survey_view.hpp"

namespace thermoleak::gpkg {

void WriteRefly(Package& package, const SurveyResult& result, Lang lang) {
  constexpr Column kColumns[] = {
      {"rank", OFTInteger}, {"pipe_id", OFTString}, {"from_m", OFTReal},
      {"to_m", OFTReal},    {"length_m", OFTReal},  {"reason", OFTString},
      {"text", OFTString},  {"lon_deg", OFTReal},   {"lat_deg", OFTReal}};
  Table table(package, "refly", wkbLineString, kColumns);
  int rank = 0;
  for (const ReflyPiece& piece : SightOf(result, ViewOf(result)).refly) {
    const Pipe& pipe = result.network->pipes()[static_cast<std::size_t>(piece.pipe)];
    const Polyline part = pipe.axis.Part(piece.from_m, piece.to_m);
    if (!part.valid()) continue;
    const LonLat middle = result.frame.LonLatFromLocal(piece.middle);
    table.Begin();
    table.Set("rank", ++rank);
    table.Set("pipe_id", pipe.id);
    table.Set("from_m", piece.from_m, 1);
    table.Set("to_m", piece.to_m, 1);
    table.Set("length_m", piece.to_m - piece.from_m, 1);
    table.Set("reason", CodeOf(piece.reason));
    table.Set("text", WordFor(piece.reason).In(lang));
    table.Set("lon_deg", middle.lon_deg, 7);
    table.Set("lat_deg", middle.lat_deg, 7);
    table.SetLine(part.vertices());
    table.End();
  }
}

}  // namespace thermoleak::gpkg
