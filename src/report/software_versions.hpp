#pragma once
#include <string>
#include <utility>
#include <vector>

namespace thermoleak {

/// Name and version of this program and of the libraries that decide about results.
std::vector<std::pair<std::string, std::string>> SoftwareVersions();

}  // namespace thermoleak
