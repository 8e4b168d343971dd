#include "thermoleak/network/map_check.hpp"

#include <fmt/format.h>

#include "network/map_shift.hpp"

namespace thermoleak {
namespace {

std::string Percent(double share) { return fmt::format("{:.0f}", 100 * share); }

}  // namespace

CrsTraps CheckMap(const MapSource& source, std::span<const LonLat> frames,
                  const CrsTrapOptions& options) {
  return FindCrsTraps(source.lines, source.read_as, frames, options);
}

std::string OptionsFor(const MapSource& source, const CrsProposal& proposal) {
  std::string options;
  network_internal::MapShift shift;
  shift.crs = source.crs_replaced;
  if (proposal.other_crs) {
    options = "--map-crs " + proposal.reading.crs + " ";
    shift.crs = source.crs_in_file;
  }
  shift.swap = proposal.reading.swap_axes;
  shift.web = proposal.reading.shift;
  const MapReading& now = source.read_as;
  if (shift.any() || now.swap_axes || now.shift != WebShift::kNone)
    options += "--map-shift " + network_internal::WordsOf(shift) + " ";
  if (!options.empty()) options.pop_back();
  return options;
}

std::string Advice(const MapSource& source, const CrsTraps& traps, Lang lang) {
  if (traps.proposals.empty()) return "";
  const CrsProposal& best = traps.proposals.front();
  std::string name;
  for (const Message& difference : best.differences)
    name += (name.empty() ? "" : " + ") + difference.In(lang);
  const std::string give = OptionsFor(source, best);
  constexpr double kSome = 0.005;
  if (best.share < kSome)
    return Message{MessageId::kMapTryNear, {name, fmt::format("{:.0f}", best.nearest_m), give}}.In(
        lang);
  return Message{MessageId::kMapTrySeen,
                 {name, fmt::format("{:.0f}", CrsTrapOptions{}.reach_m), Percent(best.share),
                  Percent(traps.share), give}}
      .In(lang);
}

std::vector<Message> MapNotes(const LoadedNetwork& map, Lang lang) {
  std::vector<Message> notes = map.notes;
  if (const std::optional<ControlSummary>& control = map.control) {
    const auto metres = [](double m) { return fmt::format("{:.3f}", m); };
    notes.insert(
        notes.begin(),
        {MessageId::kMapControlUsed,
         {fmt::format("{}", control->points),
          Text(control->affine ? MessageId::kWordAffine : MessageId::kWordSimilarity, lang),
          metres(control->residual_rms_m), metres(control->leave_one_out_rms_m), control->worst,
          metres(control->worst_m)}});
  }
  return notes;
}

std::optional<Message> OffsetWarning(const MapSource& source, const CrsTraps& traps, Lang lang) {
  if (traps.far || traps.proposals.empty()) return std::nullopt;
  const Vec2& offset_m = traps.proposals.front().offset_m;
  return Message{MessageId::kMapOffsetTry,
                 {fmt::format("{:.0f}", offset_m.x()), fmt::format("{:.0f}", offset_m.y()),
                  Advice(source, traps, lang)}};
}

RunError WithAdvice(const RunError& error, const MapSource& source, const CrsTraps& traps,
                    Lang lang) {
  const std::string advice = Advice(source, traps, lang);
  if (advice.empty()) return error;
  std::vector<std::string> args = error.message().args;
  args.resize(2);
  args.push_back(advice);
  switch (error.message().id) {
    case MessageId::kMapNoCrs:
      return {error.code(), MessageId::kMapNoCrsTry, std::move(args)};
    case MessageId::kMapCrsMismatch:
      return {error.code(), MessageId::kMapCrsMismatchTry, std::move(args)};
    case MessageId::kMapFarFromFrames:
      return {error.code(), MessageId::kMapFarTry, std::move(args)};
    default:
      return error;
  }
}

}  // namespace thermoleak
