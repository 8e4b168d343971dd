#pragma once
// A scene as a picture of letters, so that it reads like prose:
//
//   ######..====......
//   ######..====......      # building    = asphalt    : pavement    . grass    (or the scene's own
//   legend) A-----------B.....      letters and digits are places; - | + only help the eye
//   ........====|.....
//   ########====C.....
//
// Cell (column c, row r from the top) has its centre at ((c + 0.5) w, (rows - r - 0.5) h). Marks
// lie on the ground of their nearest painted neighbour.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "thermoleak/core/error.hpp"
#include "thermoleak/core/geometry.hpp"

namespace thermoleak::simulation {

struct Picture {
  int rows = 0;
  int columns = 0;
  Vec2 cell_m{1, 1};
  std::vector<char>
      ground;  ///< row-major, marks replaced by their neighbours' symbol; ' ' = nothing
  std::map<char, Vec2> places;  ///< letters and digits
  std::vector<std::vector<Vec2>>
      blocks;  ///< rectangles that make up the '#' areas, counter-clockwise

  char At(int row, int column) const {
    return ground[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
                  static_cast<std::size_t>(column)];
  }
};

/// Empty lines at both ends are dropped, short rows are filled with blanks. Errors (kCorruptData):
/// no cells, or a letter that stands twice.
Result<Picture> ParsePicture(std::string_view text, const Vec2& cell_m);

}  // namespace thermoleak::simulation
