#pragma once
// Every format by two functions: one that recognises it, one that reads it. The table is in
// reader.cpp.

#include <filesystem>

#include "ingest/bytes.hpp"
#include "ingest/jpeg.hpp"
#include "thermoleak/ingest/frame.hpp"
#include "thermoleak/ingest/reader.hpp"

namespace thermoleak::ingest {

/// What a reader gets: the frame's bytes, where they come from, and what the caller wants.
struct FileContext {
  ByteSpan bytes;
  const FrameSource& source;
  const CameraTable& cameras;
  const ReadOptions& options;

  /// For errors: the path, of a sequence's frame with its number.
  std::string item() const { return (source.path.parent_path() / source.Name()).string(); }
};

// A kind of JPEG is recognised by its segments.
bool RecognisesFlirJpeg(const JpegSegments& jpeg);
Result<ThermalFrame> ReadFlirJpeg(const JpegSegments& jpeg, const FileContext& file);
bool RecognisesDjiJpeg(const JpegSegments& jpeg);
Result<ThermalFrame> ReadDjiJpeg(const JpegSegments& jpeg, const FileContext& file);

// FFF in one piece: a file of its own, or one frame of a sequence.
bool IsFff(ByteSpan file);
Result<ThermalFrame> ReadFffFile(const FileContext& file);

bool IsTiff(ByteSpan file);
Result<ThermalFrame> ReadTiffFrame(const FileContext& file);

}  // namespace thermoleak::ingest
