#pragma once
// The Exif block and the XMP packet of a frame. Private to the room.

#include "thermoleak/simulation/rjpeg.hpp"

namespace thermoleak::simulation {

/// A TIFF block (little-endian) with IFD0, Exif and GPS directories.
Bytes ExifBlock(const RjpegFrame& frame);
std::string XmpPacket(const RjpegFrame& frame);

}  // namespace thermoleak::simulation
