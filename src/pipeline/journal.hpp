#pragma once
// What an interrupted run has already learned about its frames, so that the next run over the same
// folder goes on instead of starting again. One record a file, appended and flushed; a torn last
// record is ignored.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "thermoleak/radiometry/harmonisation.hpp"
#include "thermoleak/registration/tie_points.hpp"
#include "thermoleak/report/survey_result.hpp"

namespace thermoleak::pipeline {

/// What the first look at a file leaves behind.
struct JournalEntry {
  FrameRecord record;
  Thumbnail thumbnail;
  Overview overview;
  std::uint64_t pixels_hash = 0;  ///< equal for equal pixels
};

/// Find() is thread-safe, also beside one Append(). The key of an entry is the frame's place and
/// its file's size and modification time; the whole journal is bound to the software version and
/// the options that shape its content, and is dropped when they differ.
class Journal {
 public:
  Journal(const std::filesystem::path& file, const std::string& binding);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  std::optional<JournalEntry> Find(const FrameSource& source) const;
  void Append(const FrameSource& source, const JournalEntry& entry);
  std::size_t size() const { return entries_.size(); }
  /// Removes the file; called when the run is complete.
  void Discard();

 private:
  std::filesystem::path file_;
  std::map<std::string, std::string> entries_;  ///< key to encoded record
  std::FILE* stream_ = nullptr;
};

}  // namespace thermoleak::pipeline
