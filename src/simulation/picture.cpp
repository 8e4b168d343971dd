#include "thermoleak/simulation/picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace thermoleak::simulation {
namespace {

constexpr char kBuilding = '#';

bool IsPlace(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }
bool IsMark(char c) { return IsPlace(c) || c == '-' || c == '|' || c == '+'; }

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  std::string line;
  for (const char c : text) {
    if (c == '\n') {
      lines.push_back(std::move(line));
      line.clear();
    } else if (c != '\r') {
      line += c;
    }
  }
  lines.push_back(std::move(line));
  const auto blank = [](const std::string& s) { return s.find_first_not_of(" \t") == s.npos; };
  while (!lines.empty() && blank(lines.back())) lines.pop_back();
  while (!lines.empty() && blank(lines.front())) lines.erase(lines.begin());
  return lines;
}

/// Marks take the symbol of the nearest painted cell: ring by ring, in a fixed order within a ring.
void FillMarks(Picture& picture) {
  const std::vector<char> painted = picture.ground;
  const auto at = [&](int r, int c) -> char {
    if (r < 0 || c < 0 || r >= picture.rows || c >= picture.columns) return '\0';
    return painted[static_cast<std::size_t>(r) * static_cast<std::size_t>(picture.columns) +
                   static_cast<std::size_t>(c)];
  };
  const auto good = [](char s) { return s != '\0' && s != kBuilding && !IsMark(s); };
  for (int r = 0; r < picture.rows; ++r) {
    for (int c = 0; c < picture.columns; ++c) {
      if (!IsMark(at(r, c))) continue;
      char found = ' ';
      const int limit = std::max(picture.rows, picture.columns);
      for (int ring = 1; ring <= limit && found == ' '; ++ring) {
        for (int dr = -ring; dr <= ring && found == ' '; ++dr) {
          for (int dc = -ring; dc <= ring && found == ' '; ++dc) {
            if (std::abs(dr) + std::abs(dc) != ring) continue;
            if (good(at(r + dr, c + dc))) found = at(r + dr, c + dc);
          }
        }
      }
      picture.ground[static_cast<std::size_t>(r) * static_cast<std::size_t>(picture.columns) +
                     static_cast<std::size_t>(c)] = found;
    }
  }
}

/// Greedy rectangles: the longest run of the first free cell, as many rows down as the run repeats.
std::vector<std::vector<Vec2>> Blocks(const Picture& picture) {
  std::vector<std::vector<Vec2>> blocks;
  std::vector<bool> used(picture.ground.size(), false);
  const auto is_free = [&](int r, int c) {
    return picture.At(r, c) == kBuilding &&
           !used[static_cast<std::size_t>(r) * static_cast<std::size_t>(picture.columns) +
                 static_cast<std::size_t>(c)];
  };
  for (int r = 0; r < picture.rows; ++r) {
    for (int c = 0; c < picture.columns; ++c) {
      if (!is_free(r, c)) continue;
      int end = c;
      while (end < picture.columns && is_free(r, end)) ++end;
      int bottom = r;
      const auto row_is_free = [&](int row) {
        for (int k = c; k < end; ++k) {
          if (!is_free(row, k)) return false;
        }
        return true;
      };
      while (bottom < picture.rows && row_is_free(bottom)) ++bottom;
      for (int row = r; row < bottom; ++row) {
        for (int k = c; k < end; ++k) {
          used[static_cast<std::size_t>(row) * static_cast<std::size_t>(picture.columns) +
               static_cast<std::size_t>(k)] = true;
        }
      }
      const double left = c * picture.cell_m.x();
      const double right = end * picture.cell_m.x();
      const double top = (picture.rows - r) * picture.cell_m.y();
      const double low = (picture.rows - bottom) * picture.cell_m.y();
      blocks.push_back({{left, low}, {right, low}, {right, top}, {left, top}});
    }
  }
  return blocks;
}

}  // namespace

Result<Picture> ParsePicture(std::string_view text, const Vec2& cell_m) {
  const std::vector<std::string> lines = Lines(text);
  Picture picture;
  picture.cell_m = cell_m;
  picture.rows = static_cast<int>(lines.size());
  for (const std::string& line : lines) {
    picture.columns = std::max(picture.columns, static_cast<int>(line.size()));
  }
  if (picture.rows == 0 || picture.columns == 0) {
    return Fail("picture", MessageId::kCorruptData, {"empty"});
  }
  picture.ground.assign(
      static_cast<std::size_t>(picture.rows) * static_cast<std::size_t>(picture.columns), ' ');
  for (int r = 0; r < picture.rows; ++r) {
    const std::string& line = lines[static_cast<std::size_t>(r)];
    for (int c = 0; c < static_cast<int>(line.size()); ++c) {
      const char symbol = line[static_cast<std::size_t>(c)];
      picture.ground[static_cast<std::size_t>(r) * static_cast<std::size_t>(picture.columns) +
                     static_cast<std::size_t>(c)] = symbol;
      if (!IsPlace(symbol)) continue;
      const Vec2 centre{(c + 0.5) * cell_m.x(), (picture.rows - r - 0.5) * cell_m.y()};
      if (!picture.places.emplace(symbol, centre).second) {
        return Fail("picture", MessageId::kCorruptData, {fmt::format("'{}' twice", symbol)});
      }
    }
  }
  FillMarks(picture);
  picture.blocks = Blocks(picture);
  return picture;
}

}  // namespace thermoleak::simulation
