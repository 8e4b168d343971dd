#include "cli/options_binding.hpp"

#include <fmt/format.h>

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

}  // namespace thermoleak::cli
