#pragma once
// Where injected leaks lie. Private to the room.

#include <optional>
#include <string>
#include <vector>

#include "simulation/run_folder.hpp"
#include "thermoleak/network/network.hpp"
#include "thermoleak/simulation/inject.hpp"

namespace thermoleak::simulation {

struct InjectedLeak {
  Leak leak;  ///< `pipe` is the map's; positions in the map's place, local metres
  SeenPiece seen;
  bool on_trace = false;  ///< beside the map's line, where the run saw the pipe
  int views = 0;          ///< frames that show the place
};

/// The run's pieces of buried pipes, each with its pipe of the map.
struct BuriedPiece {
  SeenPiece seen;
  int pipe = -1;
  double equivalent_depth_m = 0;
  double Length() const { return seen.to_m - seen.from_m; }
  bool observable() const { return seen.smallest_rise_k.has_value(); }
};
std::vector<BuriedPiece> BuriedPieces(const PipeNetwork& network, const RunFolder& run);

/// The run's shift with the centre that run.json leaves out: the middle of the pipes that were
/// seen, by length.
SurveyShift ShiftOf(const PipeNetwork& network, const std::vector<BuriedPiece>& pieces,
                    const RunFolder& run);

/// Draws leaks as InjectLeaks() says: ids I01 ..., sources strewn and scaled. Fewer than asked for
/// where there is no room.
std::vector<InjectedLeak> DrawLeaks(const PipeNetwork& network, const LocalFrame& frame,
                                    const std::vector<BuriedPiece>& pieces, const RunFolder& run,
                                    const InjectOptions& options);

}  // namespace thermoleak::simulation
