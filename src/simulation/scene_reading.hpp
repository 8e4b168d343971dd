#pragma once
// The parts of the scene's reader. Private to the room.

#include <map>

#include "simulation/placement.hpp"
#include "simulation/toml_section.hpp"
#include "thermoleak/simulation/picture.hpp"

namespace thermoleak::simulation {

constexpr double kFar = 1e5;  // metres: no district is larger

/// What all sections need while reading.
struct Reading {
  Scene scene;
  RandomParts random;
  Picture picture;
  TomlProblems problems;
};

// scene_reader.cpp
int MaterialOf(Reading& r, TomlSection& s, std::string_view key, const std::string& fallback);
/// `points`, or `route` through the picture's letters; not valid() when it complained.
Polyline ReadLine(Reading& r, TomlSection& s);

// scene_district.cpp
void ReadDistrict(Reading& r, TomlSection s);

// scene_clutter.cpp: what hides or resembles leaks
void ReadClutter(Reading& r, TomlSection& root);
void ReadRandomClutter(Reading& r, TomlSection& s);
/// [x, y], or a letter of the picture.
Vec2 ReadPosition(Reading& r, TomlSection& s, std::string_view key);

// scene_things.cpp: what stands and lies around
void ReadThings(Reading& r, TomlSection& root);
void ReadRandom(Reading& r, TomlSection s);

// scene_flight.cpp: camera, flight and errors
void ReadCamera(Reading& r, TomlSection s);
void ReadFlight(Reading& r, TomlSection s);
void ReadErrors(Reading& r, TomlSection s);
void ReadMap(Reading& r, TomlSection s);

}  // namespace thermoleak::simulation
