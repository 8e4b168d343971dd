#pragma once
// The folder that a survey's frames are written to. Private to the room.

#include <filesystem>
#include <set>
#include <string>

#include "thermoleak/core/files.hpp"

namespace thermoleak::simulation {

/// A folder of frames is read as one survey: frames of another one must not lie among them. Throws
/// RunError kSimulationForeignFrames (exit code 2).
inline void RefuseForeignFrames(const std::filesystem::path& frames,
                                const std::set<std::string>& own) {
  for (const auto& entry : std::filesystem::directory_iterator(frames)) {
    const std::string name = entry.path().filename().string();
    if (!own.contains(name) && name.front() != '.') {
      throw RunError(ExitCode::kUsage, MessageId::kSimulationForeignFrames,
                     {frames.string(), name});
    }
  }
}

inline void WriteBytes(const std::filesystem::path& path, const Bytes& bytes) {
  WriteFileAtomically(path,
                      std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

}  // namespace thermoleak::simulation
