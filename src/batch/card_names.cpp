#include "batch/card_names.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "thermoleak/batch/data_folder.hpp"

namespace thermoleak::batch {
namespace {

namespace fs = std::filesystem;

/// Bytes that a scan's names may not have become '_'.
std::string Plain(std::string name) {
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '-' || c == '_' || c == '/';
    if (!plain) c = '_';
  }
  return name;
}

}  // namespace

std::string CardNames::For(const std::string& relative) {
  const std::string name = CleanPath(relative) ? relative : Plain(relative);
  if (CleanPath(name)) {
    if (Take(name)) return name;
    if (std::string numbered = Numbered(name); !numbered.empty()) return numbered;
  }
  for (;;) {
    const std::string file = fmt::format("file-{}", unnamed_++);
    const std::string whole = file + fs::path(name).extension().string();
    for (const std::string& candidate : {whole, file})
      if (CleanPath(candidate) && Take(candidate)) return candidate;
  }
}

bool CardNames::Take(const std::string& name) {
  if (files_.contains(name) || folders_.contains(name)) return false;
  std::set<std::string> folders;
  for (std::size_t at = name.find('/'); at != std::string::npos; at = name.find('/', at + 1))
    folders.insert(name.substr(0, at));
  for (const std::string& folder : folders)
    if (files_.contains(folder)) return false;
  files_.insert(name);
  folders_.merge(folders);
  return true;
}

std::string CardNames::Numbered(const std::string& name) {
  const fs::path path(name);
  // A folder of that name cannot be where a file is: then no number behind the stem helps.
  for (fs::path folder = path.parent_path(); !folder.empty(); folder = folder.parent_path())
    if (files_.contains(folder.string())) return {};
  int& number = last_number_.try_emplace(name, 1).first->second;
  for (;;) {
    const std::string numbered =
        (path.parent_path() /
         fmt::format("{}-{}{}", path.stem().string(), ++number, path.extension().string()))
            .string();
    if (!CleanPath(numbered)) return {};
    if (Take(numbered)) return numbered;
  }
}

}  // namespace thermoleak::batch
