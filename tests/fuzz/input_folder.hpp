#pragma once
// For readers that take only a path: the bytes as a file in memory.

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "fuzz/fuzz.hpp"
#include "thermoleak/core/error.hpp"

namespace thermoleak::fuzz {

/// A folder of this process, which goes with it.
class InputFolder {
 public:
  InputFolder() {
    const std::filesystem::path memory = "/dev/shm";
    std::error_code error;
    path_ =
        (std::filesystem::is_directory(memory, error) ? memory
                                                      : std::filesystem::temp_directory_path()) /
        ("thermoleak-fuzz-" + std::to_string(::getpid()));
    std::filesystem::create_directories(path_);
  }
  ~InputFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  InputFolder(const InputFolder&) = delete;
  InputFolder& operator=(const InputFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path Put(const std::string& name, std::string_view bytes) const {
    const std::filesystem::path file = path_ / name;
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.close();
    Require(static_cast<bool>(out), "room for the input");
    return file;
  }

 private:
  std::filesystem::path path_;
};

inline const InputFolder& Folder() {
  static const InputFolder folder;
  return folder;
}

inline std::string_view TextOf(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// What a person is told: whole sentences in both languages.
inline void CheckSentence(const Message& message) {
  for (const Lang lang : {Lang::kEnglish, Lang::kChinese})
    Require(!message.In(lang).empty(), "a message has a sentence");
}

/// Runs a reader whose faults are RunErrors; any other exception is a find. False = refused.
template <class Read>
bool Attempt(const Read& read) {
  try {
    read();
    return true;
  } catch (const RunError& error) {
    CheckSentence(error.message());
    Require(error.code() != ExitCode::kDone, "a fault is no success");
    return false;
  }
}

}  // namespace thermoleak::fuzz
