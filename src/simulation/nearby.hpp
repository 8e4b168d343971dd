#pragma once
// What of a scene matters for a piece of its ground. Private to the room.

#include <vector>

#include "thermoleak/simulation/scene.hpp"

namespace thermoleak::simulation {

/// What lies within reach of a tile.
struct Nearby {
  std::vector<int> pipes;
  std::vector<int> leaks;
  std::vector<int> foreign;
  std::vector<int> chambers;
  std::vector<int> manholes;
  std::vector<int> marks;
  std::vector<int> surfaces;
  std::vector<const Building*> walls;   // whose foot warms the tile
  std::vector<const Building*> shades;  // whose shadow may fall on it
};

Nearby Gather(const Scene& scene, const Box2& tile);

/// An item by its index there.
template <class T>
const T& Pick(const std::vector<T>& items, int index) {
  return items[static_cast<std::size_t>(index)];
}

}  // namespace thermoleak::simulation
