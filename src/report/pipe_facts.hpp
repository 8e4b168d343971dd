#pragma once
// Inside of the report room: what the map says of a candidate's pipe, as every writer names it.

#include <nlohmann/json.hpp>

#include "thermoleak/report/survey_result.hpp"

namespace thermoleak {

/// dn_mm, depth_m, laying, level, year_built, unit, district (null where the map does not say), and
/// beside: the pipes that run along it. In this order.
nlohmann::ordered_json PipeFacts(const HotSpot& spot, const PipeNetwork* network);

}  // namespace thermoleak
