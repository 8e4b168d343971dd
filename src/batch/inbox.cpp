// Cards that were copied by cable into the inbox become scans. A card is taken for whole when
// nothing in it has changed for a while; its files are linked into the blobs, the scan is
// committed, and only then the card's folder goes: wherever it is cut off, the next call does the
// same again.

#include <fmt/format.h>
#include <sys/stat.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "batch/card_names.hpp"
#include "batch/text_json.hpp"
#include "thermoleak/batch/nightly.hpp"
#include "thermoleak/core/digest.hpp"
#include "thermoleak/ledger/dates.hpp"

namespace thermoleak::batch {
namespace {

namespace fs = std::filesystem;

struct CardFile {
  fs::path path;     ///< on the card
  std::string name;  ///< in the scan
  std::time_t written = 0;
};

struct Card {
  std::vector<CardFile> files;  ///< by path
  std::time_t changed = 0;      ///< the latest change of anything in it, as the kernel saw it
};

Card LookAt(const fs::path& folder) {
  Card card;
  std::error_code error;
  const auto see = [&card](const fs::path& path) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) return info;
    card.changed = std::max({card.changed, info.st_ctim.tv_sec, info.st_mtim.tv_sec});
    return info;
  };
  see(folder);
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    const struct stat info = see(it->path());
    const std::string name = it->path().filename().string();
    const bool hidden = name.starts_with('.') || name == "System Volume Information";
    if (hidden && it->is_directory(error)) it.disable_recursion_pending();
    if (hidden || !S_ISREG(info.st_mode) || it->path() == folder / "scan.toml") continue;
    card.files.push_back({it->path(), {}, info.st_mtim.tv_sec});
  }
  std::sort(card.files.begin(), card.files.end(),
            [](const CardFile& a, const CardFile& b) { return a.path < b.path; });
  CardNames names;
  for (CardFile& file : card.files)
    file.name = names.For(file.path.lexically_relative(folder).string());
  return card;
}

/// The day of the first picture, as a clock in China shows it; of files whose times are those of a
/// camera without a clock, the last.
std::string DayOf(const Card& card) {
  constexpr std::time_t kYear2000 = 946684800, kChinaAheadOfUtc_s = 8 * 3600;
  std::time_t first = 0, last = 0;
  for (const CardFile& file : card.files) {
    last = std::max(last, file.written);
    if (file.written > kYear2000 && (first == 0 || file.written < first)) first = file.written;
  }
  const std::chrono::seconds local((first != 0 ? first : last) + kChinaAheadOfUtc_s);
  return IsoDate(Date(std::chrono::floor<std::chrono::days>(local)));
}

Result<ScanFacts> FactsOf(const DataFolder& folder, const fs::path& card_folder, const Card& card) {
  const InboxSettings& usual = folder.settings().inbox;
  ScanFacts facts{.area = usual.area,
                  .crew = usual.crew,
                  .instrument = usual.instrument,
                  .flown_on = DayOf(card),
                  .note = card_folder.filename().string(),
                  .owner = "inbox"};
  const std::string name = card_folder.filename().string();
  if (const auto bytes = ReadFile(card_folder / "scan.toml", 1u << 20)) {
    toml::table table;
    try {
      table = toml::parse(
          std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size()));
    } catch (const toml::parse_error& fault) {
      return Fail(name, MessageId::kInboxFact,
                  {fmt::format("{}", fault.source().begin.line), std::string(fault.description())});
    }
    std::optional<Error> wrong;
    const auto word = [&](const char* key, std::string& into) {
      const toml::node* node = table.get(key);
      if (node == nullptr) return;
      if (const auto text = node->value_exact<std::string>()) {
        into = *text;
      } else if (const auto day = node->value_exact<toml::date>()) {
        into = fmt::format("{:04}-{:02}-{:02}", day->year, day->month, day->day);
      } else {
        wrong = Error{name, {MessageId::kInboxFact, {key, "\"...\""}}};
      }
    };
    const auto number = [&](const char* key, std::optional<double>& into) {
      const toml::node* node = table.get(key);
      if (node == nullptr) return;
      into = node->is_number() ? node->value<double>() : std::nullopt;
      if (!into) wrong = Error{name, {MessageId::kInboxFact, {key, "12.5"}}};
    };
    word("area", facts.area);
    word("crew", facts.crew);
    word("instrument", facts.instrument);
    word("flown_on", facts.flown_on);
    word("note", facts.note);
    number("air_temp_c", facts.conditions.air_temp_c);
    number("wind_m_s", facts.conditions.wind_m_s);
    number("humidity_pct", facts.conditions.humidity_pct);
    if (wrong) return tl::unexpected(*wrong);
  }
  if (facts.area.empty()) {
    if (folder.areas().size() != 1) {
      std::string known;
      for (const Area& area : folder.areas()) known += (known.empty() ? "" : ", ") + area.id;
      return Fail(name, MessageId::kInboxNoArea, {known.empty() ? "-" : known});
    }
    facts.area = folder.areas().front().id;
  }
  return facts;
}

/// The card's file becomes a blob while it still lies on the card. Throws RunError.
void Adopt(const DataFolder& folder, const fs::path& file, const HashedFile& hashed) {
  if (folder.HasBlob(hashed.sha256, hashed.size)) return;
  const fs::path passage = folder.uploads() / ("." + hashed.sha256);
  std::error_code error;
  fs::remove(passage, error);
  if (::link(file.c_str(), passage.c_str()) != 0) {
    fs::copy_file(file, passage, fs::copy_options::overwrite_existing, error);
    if (error) throw WriteError(passage, error.value());
  }
  folder.AdoptBlob(passage, hashed.sha256);
}

/// Which scan a card becomes, noted beside it before anything else is done.
std::string ScanFor(const DataFolder& folder, const fs::path& note) {
  const auto json = ReadObject(note, 4096);
  const std::string id = json ? TextOf(*json, "scan") : std::string();
  return folder.FindScan(id) ? id : std::string();
}

Result<std::string> TakeIn(const DataFolder& folder, const fs::path& card_folder,
                           const fs::path& note, const Card& card, const WorkContext& work) {
  std::string id = ScanFor(folder, note);
  std::error_code error;
  if (const auto scan = folder.FindScan(id); !scan || scan->state == ScanState::kOpen) {
    if (card.files.empty()) return Fail(card_folder.filename().string(), MessageId::kInboxNoFiles);
    auto facts = FactsOf(folder, card_folder, card);
    if (!facts) return tl::unexpected(facts.error());
    auto opened = id.empty() ? folder.OpenScan(*facts) : folder.OpenScanAs(id, *facts);
    if (!opened) return tl::unexpected(opened.error());
    id = *opened;
    WriteJson(note, {{"scan", id}});
    std::vector<ScanFile> files;
    std::int64_t done = 0;
    const auto total = static_cast<std::int64_t>(card.files.size());
    for (const CardFile& file : card.files) {
      work.CheckStop();
      work.Report(MessageId::kStageTakeIn, done++, total);
      const auto hashed = HashFile(file.path);
      if (!hashed) return tl::unexpected(hashed.error());
      Adopt(folder, file.path, *hashed);
      files.push_back({file.name, hashed->size, hashed->sha256});
    }
    const auto committed = folder.Commit(id, std::move(files));
    if (!committed) return tl::unexpected(committed.error());
    work.Report(MessageId::kStageTakeIn, total, total);
  }
  fs::remove_all(card_folder, error);
  if (error) throw WriteError(card_folder, error.value());
  fs::remove(note, error);
  return id;
}

}  // namespace

std::vector<std::string> TakeInInbox(const DataFolder& folder, std::vector<Error>& problems,
                                     const WorkContext& work) {
  std::vector<fs::path> cards, notes;
  std::error_code error;
  for (fs::directory_iterator it(folder.inbox(), error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    const bool is_note = name.starts_with('.') && name.ends_with(".scan.json");
    if (is_note) notes.push_back(it->path());
    if (!name.starts_with('.') && it->symlink_status(error).type() == fs::file_type::directory)
      cards.push_back(it->path());
  }
  // A card that went with its last step still to do leaves its note behind.
  for (const fs::path& note : notes) {
    const std::string name = note.filename().string();
    const std::string card = name.substr(1, name.size() - 1 - std::string(".scan.json").size());
    if (!fs::exists(folder.inbox() / card, error)) fs::remove(note, error);
  }
  std::sort(cards.begin(), cards.end());
  std::vector<std::string> taken;
  for (const fs::path& path : cards) {
    const fs::path note = folder.inbox() / fmt::format(".{}.scan.json", path.filename().string());
    const Card card = LookAt(path);
    const double quiet_s = std::difftime(std::time(nullptr), card.changed);
    const bool begun = fs::exists(note, error);
    if (!begun && quiet_s < 60 * folder.settings().inbox.quiet_min) continue;
    auto id = TakeIn(folder, path, note, card, work);
    if (id) {
      taken.push_back(*id);
    } else {
      problems.push_back(id.error());
    }
  }
  return taken;
}

}  // namespace thermoleak::batch
