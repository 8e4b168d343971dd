#pragma once
// What the makers of seeds share.

#include <string>
#include <vector>

namespace thermoleak::fuzz {

struct Seed {
  std::string target;
  std::string name;
  std::string bytes;
};

/// Maps, tables and plans (office_seeds.cpp); frames and requests are make_seeds.cpp's own.
std::vector<Seed> OfficeSeeds();

}  // namespace thermoleak::fuzz
