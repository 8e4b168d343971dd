#include <fmt/format.h>

#include "pipeline/stages.hpp"

namespace thermoleak::pipeline {
namespace {

constexpr double kDisagree = 3;  // standard deviations between pipes and buildings

std::string Tenths(double value) {
  const std::string text = fmt::format("{:.1f}", value);
  return text == "-0.0" ? "0.0" : text;
}

}  // namespace

std::vector<Message> AlignmentWarnings(const MapAlignment& alignment, const PipeNetwork& network) {
  std::vector<Message> warnings;
  const SurveyShift& shift = alignment.shift;
  if (shift.found) {
    warnings.push_back({MessageId::kMapShiftFound,
                        {Tenths(shift.shift_m.x()), Tenths(shift.shift_m.y()),
                         fmt::format("{:.0f}", shift.evidence)}});
  }
  if (alignment.disagreement > kDisagree) {
    const Vec2& buildings = alignment.buildings->shift_m;
    warnings.push_back(
        {MessageId::kBuildingsDisagree,
         {Tenths(shift.shift_m.x()), Tenths(shift.shift_m.y()), Tenths(buildings.x()),
          Tenths(buildings.y()), Tenths(alignment.disagreement)}});
  }
  std::vector<const TraceStretch*> wrong = WrongLines(alignment);
  std::erase_if(wrong, [](const TraceStretch* s) { return s->status != TraceStatus::kMoved; });
  if (!wrong.empty()) {
    const TraceStretch& longest = *wrong.front();
    warnings.push_back({MessageId::kMapLinesWrong,
                        {fmt::format("{}", wrong.size()),
                         network.pipes()[static_cast<std::size_t>(longest.pipe)].id,
                         fmt::format("{:.0f}", longest.from_m), fmt::format("{:.0f}", longest.to_m),
                         Tenths(std::abs(longest.offset_m))}});
  }
  return warnings;
}

}  // namespace thermoleak::pipeline
