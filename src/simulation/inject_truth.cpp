#include "simulation/inject_truth.hpp"

#include <cmath>

#include "simulation/feature_writer.hpp"
#include "simulation/leak_shape.hpp"

namespace thermoleak::simulation {
namespace {

Json Known(const std::optional<double>& value, int digits) {
  return value ? Json(Decimals(*value, digits)) : Json(nullptr);
}

void WriteLeaks(const FeatureWriter::Place& place, const RunFolder& run,
                const std::vector<InjectedLeak>& leaks, const std::filesystem::path& path) {
  FeatureWriter out(place);
  for (const InjectedLeak& injected : leaks) {
    const Leak& leak = injected.leak;
    out.Point({{"id", leak.id},
               {"kind", "leak"},
               {"class", "leak"},
               {"injected", true},
               {"pipe_id", injected.seen.pipe_id},
               {"chainage_m", Decimals(leak.chainage_m, 2)},
               {"offset_m", Decimals(leak.offset_m, 2)},
               {"on_trace", injected.on_trace},
               {"delta_t_k", Decimals(leak.delta_t_k, 3)},
               {"heat_w", Decimals(HeatOf(leak), 1)},
               {"equivalent_depth_m", Decimals(leak.depth_m, 3)},
               {"surface_coefficient_w_per_m2k", Decimals(run.surface_coefficient, 2)},
               {"wet_length_m", Decimals(leak.wet_length_m, 2)},
               {"half_area_m2", Decimals(leak.half_area_m2, 2)},
               {"sight", injected.seen.sight},
               {"smallest_rise_k", Known(injected.seen.smallest_rise_k, 2)},
               {"views", injected.views},
               {"observable", injected.views > 0}},
              leak.position);
  }
  out.Write(path);
}

/// What the run found before: neither hits nor false alarms of what was injected.
void WriteExisting(const RunFolder& run, const LocalFrame& frame, const FeatureWriter::Place& place,
                   const std::filesystem::path& path) {
  FeatureWriter out(place);
  for (const KnownPlace& known : run.candidates) {
    out.Point({{"id", known.id}, {"kind", "existing"}, {"found_as", known.kind}},
              frame.LocalFromLonLat(known.position));
  }
  out.Write(path);
}

/// The observed stretches of pipe, neighbouring pieces joined.
void WriteStretches(const PipeNetwork& network, const std::vector<BuriedPiece>& pieces,
                    const FeatureWriter::Place& place, const std::filesystem::path& path) {
  FeatureWriter out(place);
  for (std::size_t i = 0; i < pieces.size();) {
    if (!pieces[i].observable()) {
      ++i;
      continue;
    }
    std::size_t end = i + 1;
    while (end < pieces.size() && pieces[end].observable() && pieces[end].pipe == pieces[i].pipe &&
           std::abs(pieces[end].seen.from_m - pieces[end - 1].seen.to_m) < 0.05)
      ++end;
    const thermoleak::Pipe& pipe = network.pipes()[static_cast<std::size_t>(pieces[i].pipe)];
    const Polyline part = pipe.axis.Part(pieces[i].seen.from_m, pieces[end - 1].seen.to_m);
    if (part.valid()) out.Line({{"pipe_id", pipe.id}}, part);
    i = end;
  }
  out.Write(path);
}

void WriteCoverage(const RunFolder& run, const std::vector<BuriedPiece>& pieces,
                   const std::filesystem::path& path) {
  Json list = Json::array();
  for (const BuriedPiece& piece : pieces) {
    list.push_back({{"pipe_id", piece.seen.pipe_id},
                    {"from_m", Decimals(piece.seen.from_m, 2)},
                    {"to_m", Decimals(piece.seen.to_m, 2)},
                    {"sight", piece.seen.sight},
                    {"smallest_rise_k", Known(piece.seen.smallest_rise_k, 2)},
                    {"equivalent_depth_m", Decimals(piece.equivalent_depth_m, 3)}});
  }
  const Json json{{"schema", 1},
                  {"surface_coefficient_w_per_m2k", Decimals(run.surface_coefficient, 2)},
                  {"pieces", std::move(list)}};
  WriteFileAtomically(path, json.dump(1) + "\n");
}

}  // namespace

void WriteInjectTruth(const PipeNetwork& network, const LocalFrame& frame, const RunFolder& run,
                      const std::vector<BuriedPiece>& pieces,
                      const std::vector<InjectedLeak>& leaks, const std::filesystem::path& truth) {
  const FeatureWriter::Place place = [&frame](const Vec2& p) { return frame.LonLatFromLocal(p); };
  WriteLeaks(place, run, leaks, truth / "leaks.geojson");
  WriteExisting(run, frame, place, truth / "existing.geojson");
  WriteStretches(network, pieces, place, truth / "pipes.geojson");
  WriteCoverage(run, pieces, truth / "coverage.json");
}

void WriteInjectJson(const InjectRequest& request, const RunFolder& run,
                     const InjectSummary& summary, const InjectRecord& record,
                     const std::filesystem::path& path) {
  Json left_out = Json::array();
  for (const Error& problem : summary.problems) {
    left_out.push_back({{"file", problem.item},
                        {"reason", std::string(MessageName(problem.message.id))},
                        {"text", problem.message.In(Lang::kEnglish)}});
  }
  Json notes = Json::array();
  for (const Message& note : summary.notes) {
    notes.push_back(
        {{"code", std::string(MessageName(note.id))}, {"text", note.In(Lang::kEnglish)}});
  }
  const InjectOptions& options = request.options;
  const Json json{
      {"schema", 1},
      {"seed", options.seed},
      {"leaks_asked", options.leaks},
      {"leaks", summary.leaks},
      {"rise_k", Json::array({options.low_rise_k, options.high_rise_k})},
      {"clear_of_m", options.clear_of_m},
      {"frames", summary.frames},
      {"frames_not_used_by_the_run", run.frames_unused},
      {"pipe_km", Decimals(summary.pipe_km, 4)},
      {"surface_coefficient_w_per_m2k", Decimals(run.surface_coefficient, 2)},
      {"ground_conductivity_w_per_mk", run.conductivity},
      {"sources",
       {{"run_json_sha256", run.hash},
        {"frames_sha256", record.frames_hash},
        {"map", record.map},
        {"map_sha256", record.map_hash},
        {"dem_sha256", record.dem_hash.empty() ? Json(nullptr) : Json(record.dem_hash)}}},
      {"left_out", std::move(left_out)},
      {"notes", std::move(notes)}};
  WriteFileAtomically(path, json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace thermoleak::simulation
