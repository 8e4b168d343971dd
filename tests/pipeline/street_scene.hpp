#pragma once

namespace thermoleak {

/// One street with its pipe from left to right and one leak of 5 K in the middle.
inline constexpr const char* kScene = R"(
name = "test street"
seed = 7
ground = "grass"
[picture]
cell_m = [2.5, 5.0]
map = """
........................................
========================================
A--------------------------------------B
........................................
"""
[[pipe]]
id = "T"
route = "AB"
dn = 200
[[leak]]
pipe = "T-S"
chainage_m = 45
delta_t_k = 5
wet_length_m = 2
)";

}  // namespace thermoleak
