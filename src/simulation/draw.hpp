#pragma once
// Families of scenes: values that are drawn anew for each seed. Private to the room.

#include <toml++/toml.h>

#include "simulation/toml_section.hpp"

namespace thermoleak::simulation {

/// The file with, anywhere in it, { from = a, to = b } replaced by a number between them (whole if
/// both are; with log = true, evenly spread over the orders of magnitude) and { one_of = [..] } by
/// one of its items. What a value becomes depends on the seed and on its own key only.
toml::table Drawn(const toml::table& file, std::uint64_t seed, TomlProblems& problems);

}  // namespace thermoleak::simulation
