// Names of files from a crew's card, divided by zero bytes: whatever a file system may hold becomes
// a name that a scan can have.

#include <set>
#include <string>

#include "batch/card_names.hpp"
#include "fuzz/input_folder.hpp"
#include "thermoleak/batch/data_folder.hpp"

namespace {

using thermoleak::batch::CleanPath;
using thermoleak::fuzz::Require;

/// Files by their whole names, and all folders above them.
struct Tree {
  std::set<std::string> files, folders;

  /// False when no file system could hold it beside the others.
  bool Add(const std::string& name) {
    std::set<std::string> above;
    for (std::size_t at = 0; at <= name.size();) {
      const std::size_t end = std::min(name.find('/', at), name.size());
      const std::string part = name.substr(at, end - at);
      if (part.empty() || part == "." || part == ".." || part.size() > 255) return false;
      if (end < name.size()) above.insert(name.substr(0, end));
      at = end + 1;
    }
    for (const std::string& folder : above)
      if (files.contains(folder)) return false;
    if (folders.contains(name) || !files.insert(name).second) return false;
    folders.merge(above);
    return true;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = thermoleak::fuzz::TextOf(data, size);
  Tree card, scan;
  thermoleak::batch::CardNames names;
  while (!text.empty()) {
    const std::string name(text.substr(0, text.find('\0')));
    text.remove_prefix(std::min(name.size() + 1, text.size()));
    if (CleanPath(name)) {
      Require(Tree().Add(name), "a clean path has plain parts");
      Require(name.find_first_of("\r\n\\") == std::string::npos, "and plain letters");
    }
    if (!card.Add(name)) continue;
    const std::string given = names.For(name);
    Require(CleanPath(given).has_value(), "a clean name");
    Require(scan.Add(given), "a name beside the others");
  }
  return 0;
}
