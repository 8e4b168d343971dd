#include "thermoleak/batch/options_file.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <set>
#include <sstream>

namespace thermoleak {
namespace {

class TomlReader final : public OptionVisitor {
 public:
  TomlReader(const toml::table& table, std::set<std::string>& unused, std::string section)
      : table_(table), unused_(unused), section_(std::move(section)) {}
  void Visit(std::string_view name, double& value, const OptionDoc&) override { Take(name, value); }
  void Visit(std::string_view name, int& value, const OptionDoc&) override { Take(name, value); }
  void Visit(std::string_view name, bool& value, const OptionDoc&) override { Take(name, value); }
  void Visit(std::string_view name, std::string& value, const OptionDoc&) override {
    Take(name, value);
  }
  void Visit(std::string_view name, std::optional<double>& value, const OptionDoc&) override {
    double v = 0;
    if (Take(name, v)) value = v;
  }

 private:
  template <class T>
  bool Take(std::string_view name, T& value) {
    const auto* node = table_.get(name);
    if (node == nullptr) return false;
    unused_.erase(fmt::format("{}.{}", section_, name));
    if (const auto v = node->value<T>()) {
      value = *v;
      return true;
    }
    throw std::invalid_argument(fmt::format("{}.{} has the wrong type", section_, name));
  }
  const toml::table& table_;
  std::set<std::string>& unused_;
  std::string section_;
};

}  // namespace

void ReadOptionsFile(const std::filesystem::path& file, ProgramOptions& options) {
  toml::table root;
  try {
    root = toml::parse_file(file.string());
  } catch (const toml::parse_error& e) {
    std::ostringstream where;
    where << e.description() << " (" << e.source().begin << ")";
    throw RunError(ExitCode::kUsage, MessageId::kConfigUnreadable, {file.string(), where.str()});
  }
  std::set<std::string> unused;
  for (const auto& [section, node] : root) {
    if (const auto* table = node.as_table()) {
      for (const auto& [name, value] : *table)
        unused.insert(fmt::format("{}.{}", section.str(), name.str()));
    } else {
      unused.insert(std::string(section.str()));
    }
  }
  try {
    options.ForEachSection([&](std::string_view section, auto& part) {
      const auto* table = root[section].as_table();
      if (table == nullptr) return;
      TomlReader reader(*table, unused, std::string(section));
      part.Describe(reader);
    });
  } catch (const std::invalid_argument& e) {
    throw RunError(ExitCode::kUsage, MessageId::kConfigUnreadable, {file.string(), e.what()});
  }
  if (!unused.empty()) {
    throw RunError(ExitCode::kUsage, MessageId::kConfigUnknownKey,
                   {file.string(), *unused.begin()});
  }
}

}  // namespace thermoleak
