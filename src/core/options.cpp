#include "thermoleak/core/options.hpp"

#include <fmt/format.h>

#include <cmath>

namespace thermoleak {

void RangeCheck::CheckRange(std::string_view name, double value, const OptionDoc& doc) {
  if (value >= doc.min && value <= doc.max) return;  // NaN fails both
  violations_.push_back({MessageId::kOptionRange,
                         {fmt::format("{}.{}", prefix_, name), fmt::format("{}", value),
                          fmt::format("{}", doc.min), fmt::format("{}", doc.max),
                          doc.unit.empty() ? std::string() : fmt::format(" {}", doc.unit)}});
}

void RangeCheck::Visit(std::string_view name, double& value, const OptionDoc& doc) {
  CheckRange(name, value, doc);
}
void RangeCheck::Visit(std::string_view name, int& value, const OptionDoc& doc) {
  CheckRange(name, value, doc);
}
void RangeCheck::Visit(std::string_view name, std::optional<double>& value, const OptionDoc& doc) {
  if (value) CheckRange(name, *value, doc);
}

}  // namespace thermoleak
