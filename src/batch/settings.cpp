#include "thermoleak/batch/settings.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <set>
#include <string_view>

#include "thermoleak/batch/options_file.hpp"
#include "thermoleak/core/error.hpp"
#include "thermoleak/core/files.hpp"

namespace thermoleak::batch {
namespace {

namespace fs = std::filesystem;

/// One table of the file; keys that nobody asked for are refused by Finish().
class Table {
 public:
  Table(const toml::table& table, const fs::path& file) : table_(table), file_(file) {}

  std::string Word(std::string_view key, std::string otherwise = {}, bool needed = false) {
    const toml::node* node = Ask(key);
    if (node == nullptr) {
      if (needed) Refuse(table_, MessageId::kPlanFileLacks, {std::string(key)});
      return otherwise;
    }
    const auto value = node->value_exact<std::string>();
    if (!value || (needed && value->empty()))
      Refuse(*node, MessageId::kPlanFileValue, {std::string(key), "\"...\""});
    return *value;
  }
  double Number(std::string_view key, double otherwise, double min, double max) {
    const toml::node* node = Ask(key);
    if (node == nullptr) return otherwise;
    const auto value = node->value<double>();
    if (!node->is_number() || !value || !(*value >= min && *value <= max)) {
      Refuse(*node, MessageId::kPlanFileValue,
             {std::string(key), fmt::format("{} .. {}", min, max)});
    }
    return *value;
  }
  int Whole(std::string_view key, int otherwise, int min, int max) {
    return static_cast<int>(Number(key, otherwise, min, max));
  }
  bool Flag(std::string_view key, bool otherwise) {
    const toml::node* node = Ask(key);
    if (node == nullptr) return otherwise;
    const auto value = node->value_exact<bool>();
    if (!value) Refuse(*node, MessageId::kPlanFileValue, {std::string(key), "true, false"});
    return *value;
  }
  /// Relative to the file's folder.
  std::optional<fs::path> File(std::string_view key, bool needed = false) {
    const std::string word = Word(key, {}, needed);
    if (word.empty()) return std::nullopt;
    const fs::path path(word);
    return path.is_absolute() ? path : file_.parent_path() / path;
  }
  const toml::node* Ask(std::string_view key) {
    asked_.emplace(key);
    return table_.get(key);
  }
  void Finish() const {
    for (const auto& [key, node] : table_) {
      if (!asked_.contains(key.str()))
        Refuse(node, MessageId::kPlanFileKey, {std::string(key.str())});
    }
  }
  [[noreturn]] void Refuse(const toml::node& at, MessageId id,
                           std::vector<std::string> args) const {
    args.insert(args.begin(), fmt::format("{}:{}:{}", file_.string(), at.source().begin.line,
                                          at.source().begin.column));
    throw RunError(ExitCode::kUsage, id, std::move(args));
  }

 private:
  const toml::table& table_;
  const fs::path& file_;
  std::set<std::string, std::less<>> asked_;
};

toml::table Parse(const fs::path& file) {
  const auto bytes = ReadFile(file, 4u << 20);
  if (!bytes && bytes.error().message.id != MessageId::kFileEmpty) {
    throw RunError(ExitCode::kInputMissing, MessageId::kConfigUnreadable,
                   {file.string(), InBoth(bytes.error().message.In(Lang::kEnglish),
                                          bytes.error().message.In(Lang::kChinese))});
  }
  try {
    if (!bytes) return {};
    return toml::parse(
        std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size()),
        file.string());
  } catch (const toml::parse_error& error) {
    throw RunError(ExitCode::kUsage, MessageId::kPlanFileToml,
                   {fmt::format("{}:{}:{}", file.string(), error.source().begin.line,
                                error.source().begin.column),
                    std::string(error.description())});
  }
}

Area ReadArea(const toml::node& node, const fs::path& file, Table& root,
              const NetworkOptions& map) {
  const toml::table* table = node.as_table();
  if (table == nullptr) root.Refuse(node, MessageId::kPlanFileValue, {"area", "[[area]]"});
  Table row(*table, file);
  Area area;
  area.map = map;
  area.id = row.Word("id", {}, true);
  area.name = row.Word("name", area.id);
  area.network = *row.File("network", true);
  area.dem = row.File("dem");
  area.buildings = row.File("buildings");
  area.organisation = row.Word("organisation");
  area.district = row.Word("district");
  // What `thermoleak run` is told on its command line about a map that does not say it itself.
  area.map.map_crs = row.Word("map_crs", area.map.map_crs);
  area.map.map_shift = row.Word("map_shift", area.map.map_shift);
  if (const auto control = row.File("map_control")) area.map.map_control = control->string();
  area.map.map_sigma_m = row.Number("map_sigma_m", area.map.map_sigma_m, 0.01, 50);
  area.map.depth_to_axis = row.Flag("depth_to_axis", area.map.depth_to_axis);
  row.Finish();
  return area;
}

/// The table [key], or an empty one.
template <class Read>
void Section(Table& root, std::string_view key, const fs::path& file, const Read& read) {
  const toml::node* node = root.Ask(key);
  if (node == nullptr) return;
  const toml::table* table = node->as_table();
  if (table == nullptr)
    root.Refuse(*node, MessageId::kPlanFileValue, {std::string(key), fmt::format("[{}]", key)});
  Table section(*table, file);
  read(section);
  section.Finish();
}

}  // namespace

Settings Settings::Load(const fs::path& file) {
  const toml::table parsed = Parse(file);
  Table root(parsed, file);
  Settings s;
  s.city = root.Word("city", s.city);
  const std::string lang = root.Word("lang", "zh");
  if (lang != "zh" && lang != "en")
    root.Refuse(*parsed.get("lang"), MessageId::kPlanFileValue, {"lang", "\"zh\", \"en\""});
  s.lang = lang == "en" ? Lang::kEnglish : Lang::kChinese;
  s.season = root.Whole("season", 0, 1990, 2200);
  s.options_file = root.File("options");
  if (s.options_file) {
    ReadOptionsFile(*s.options_file, s.options);
    s.options.ForEachSection([](std::string_view section, auto& part) {
      // Told now, not when a night stumbles over it.
      const std::vector<Message> wrong = CheckOptions(part, section);
      if (!wrong.empty()) throw RunError(ExitCode::kUsage, wrong.front().id, wrong.front().args);
    });
  }
  if (const toml::node* areas = root.Ask("area")) {
    if (!areas->is_array_of_tables())
      root.Refuse(*areas, MessageId::kPlanFileValue, {"area", "[[area]]"});
    for (const toml::node& node : *areas->as_array()) {
      s.areas.push_back(ReadArea(node, file, root, s.options.run.network));
      for (std::size_t i = 0; i + 1 < s.areas.size(); ++i) {
        if (s.areas[i].id == s.areas.back().id)
          root.Refuse(node, MessageId::kPlanFileValue, {"id", "unique"});
      }
    }
  }
  Section(root, "run", file, [&](Table& t) {
    s.cameras = t.File("cameras");
    s.dji_sdk = t.File("dji_sdk");
  });
  Section(root, "plan", file, [&](Table& t) {
    s.rules = t.File("rules");
    s.prices = t.File("prices");
    s.resources = t.File("resources");
  });
  Section(root, "limits", file, [&](Table& t) {
    Limits& l = s.limits;
    l.wall_min = t.Number("wall_min", l.wall_min, 0.01, 10000);
    l.cpu_min = t.Number("cpu_min", l.cpu_min, 0.01, 100000);
    l.memory_gib = t.Number("memory_gib", l.memory_gib, 0.5, 4096);
    l.open_files = t.Whole("open_files", l.open_files, 64, 1 << 20);
    l.threads = t.Whole("threads", l.threads, 0, 1024);
    l.tries = t.Whole("tries", l.tries, 1, 100);
  });
  Section(root, "retention", file, [&](Table& t) {
    Retention& r = s.retention;
    r.uploads_days = t.Number("uploads_days", r.uploads_days, 0, 1e5);
    r.caches_days = t.Number("caches_days", r.caches_days, 0, 1e5);
    r.logs_days = t.Number("logs_days", r.logs_days, 0, 1e5);
    r.summaries_days = t.Number("summaries_days", r.summaries_days, 0, 1e5);
  });
  Section(root, "inbox", file, [&](Table& t) {
    s.inbox.quiet_min = t.Number("quiet_min", s.inbox.quiet_min, 0, 10000);
    s.inbox.area = t.Word("area");
    s.inbox.crew = t.Word("crew");
    s.inbox.instrument = t.Word("instrument");
  });
  // The service's own tables are read by the service.
  root.Ask("service");
  root.Finish();
  return s;
}

}  // namespace thermoleak::batch
