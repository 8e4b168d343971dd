#pragma once

namespace thermoleak::simulation {

/// Smooth, flat ground of one temperature under an ideal sensor; pipes and things are added by each
/// test.
inline constexpr const char* kPlainGround = R"(
ground = "plain"
[weather]
air_c = -5
surface_coefficient = 12
[[material]]
name = "plain"
offset_k = 0
emissivity = 0.95
texture_k = 0
[camera]
width = 160
height = 128
focal_mm = 3.25
netd_k = 0
blur_px = 0
vignette_k = 0
pattern_k = 0
[flight]
altitude_m = 30
)";

}  // namespace thermoleak::simulation
