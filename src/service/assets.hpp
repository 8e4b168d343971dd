#pragma once
// Inside of the service room: the pages and the API's description, built into the program.

#include <string_view>

namespace thermoleak::service {

struct Asset {
  std::string_view path;  ///< "assets/main-1A2B.js"
  std::string_view type;
  bool immutable;  ///< its name changes with its content
  std::string_view content, gzipped;
};
/// Null when there is none.
const Asset* FindAsset(std::string_view path);
std::string_view OpenApiText();

}  // namespace thermoleak::service
