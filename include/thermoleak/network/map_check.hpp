#pragma once
// Whether the map was read as it should be, judged by where the survey flew, and what to say to the
// user about it. Nothing here changes the map.

#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "thermoleak/geo/crs_traps.hpp"
#include "thermoleak/network/network.hpp"

namespace thermoleak {

/// What the map's file holds, without placing it: for a map that LoadNetwork refuses with kMapNoCrs
/// or kMapCrsMismatch. Throws as LoadNetwork.
MapSource ReadMapSource(const std::filesystem::path& map, const NetworkOptions& options);

/// `frames`: WGS 84 positions of what the frames see. No traps for a map placed by control points.
CrsTraps CheckMap(const MapSource& source, std::span<const LonLat> frames,
                  const CrsTrapOptions& options = {});

/// The options that make the map be read as proposed: "--map-crs EPSG:4529 --map-shift crs,swap".
std::string OptionsFor(const MapSource& source, const CrsProposal& proposal);

/// One sentence with the figures and the options of the best proposal; "" if there is none.
std::string Advice(const MapSource& source, const CrsTraps& traps, Lang lang);

/// What the report says about how the map was read.
std::vector<Message> MapNotes(const LoadedNetwork& map, Lang lang);

/// For the report of a run whose map is near, but which another reading explains much better.
std::optional<Message> OffsetWarning(const MapSource& source, const CrsTraps& traps, Lang lang);

/// `error`, with the best proposal in place of its general advice, if there is one.
RunError WithAdvice(const RunError& error, const MapSource& source, const CrsTraps& traps,
                    Lang lang);

}  // namespace thermoleak
