// A survey's output as the ledger takes it in: candidates.geojson, then, after a line of "%",
// run.json.

#include <cmath>
#include <string>

#include "fuzz/input_folder.hpp"
#include "thermoleak/ledger/run_folder.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thermoleak;
  using fuzz::Require;
  const std::string_view all = fuzz::TextOf(data, size);
  const std::size_t cut = std::min(all.find("\n%\n"), all.size());
  fuzz::Folder().Put("candidates.geojson", all.substr(0, cut));
  fuzz::Folder().Put("run.json", cut < all.size() ? all.substr(cut + 3) : "{}");
  fuzz::Attempt([&] {
    const SurveyRun run = ReadRun(fuzz::Folder().path());
    Require(run.hash.size() == 64 && run.survey.size() == 64, "hashes");
    for (const RunCandidate& candidate : run.candidates) {
      const Sighting& s = candidate.sighting;
      Require(!s.candidate_id.empty(), "a candidate has an id");
      Require(s.lat_deg && std::abs(*s.lat_deg) <= 90 && s.lon_deg && std::abs(*s.lon_deg) <= 180,
              "a place on the Earth");
      Require(candidate.score >= 0 && candidate.score <= 1, "a score");
    }
  });
  return 0;
}
