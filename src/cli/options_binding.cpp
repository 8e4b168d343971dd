#include "cli/options_binding.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <set>
#include <sstream>

namespace thermoleak::cli {
namespace {

class FlagBinder final : public OptionVisitor {
 public:
  FlagBinder(CLI::App& app, std::string section, Lang lang)
      : app_(app), section_(std::move(section)), lang_(lang) {}
  void Visit(std::string_view name, double& value, const OptionDoc& doc) override {
    Add(name, value, doc, true);
  }
  void Visit(std::string_view name, int& value, const OptionDoc& doc) override {
    Add(name, value, doc, true);
  }
  void Visit(std::string_view name, bool& value, const OptionDoc& doc) override {
    Add(name, value, doc, false);
  }
  void Visit(std::string_view name, std::string& value, const OptionDoc& doc) override {
    Add(name, value, doc, false);
  }
  void Visit(std::string_view name, std::optional<double>& value, const OptionDoc& doc) override {
    app_.add_option_function<double>(
            Flag(name), [&value](const double& v) { value = v; }, Help(doc, true))
        ->group(section_)
        ->type_name(std::string(doc.unit));
  }

 private:
  std::string Flag(std::string_view name) const { return fmt::format("--{}.{}", section_, name); }
  std::string Help(const OptionDoc& doc, bool range) const {
    std::string text(lang_ == Lang::kChinese ? doc.zh : doc.en);
    if (range)
      text +=
          fmt::format(" ({} .. {}{}{})", doc.min, doc.max, doc.unit.empty() ? "" : " ", doc.unit);
    return text;
  }
  template <class T>
  void Add(std::string_view name, T& value, const OptionDoc& doc, bool range) {
    app_.add_option(Flag(name), value, Help(doc, range))
        ->group(section_)
        ->type_name(std::string(doc.unit))
        ->capture_default_str();
  }

  CLI::App& app_;
  std::string section_;
  Lang lang_;
};

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

void BindOptions(CLI::App& app, RunOptions& options, Lang lang) {
  options.ForEachSection([&](std::string_view section, auto& part) {
    FlagBinder binder(app, std::string(section), lang);
    part.Describe(binder);
  });
}

std::unique_ptr<OptionVisitor> FlagVisitor(CLI::App& app, const std::string& section, Lang lang) {
  return std::make_unique<FlagBinder>(app, section, lang);
}

void ReadConfig(const std::filesystem::path& file, Settings& settings) {
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
    settings.ForEachSection([&](std::string_view section, auto& part) {
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

}  // namespace thermoleak::cli
