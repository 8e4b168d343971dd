#include "ingest/exif.hpp"

#include <cmath>

namespace thermoleak::ingest {
namespace {

constexpr int kMaxDirectories = 16;
constexpr std::uint64_t kMaxEntries = 1024;
constexpr std::uint64_t kMaxXmpBytes = 4u << 20;

enum Type : std::uint16_t {
  kByte = 1,
  kAscii = 2,
  kShort = 3,
  kLong = 4,
  kRational = 5,
  kUndefined = 7,
  kSignedRational = 10,
  kFloat = 11,
  kDouble = 12,
  kIfd = 13,
  kLong8 = 16,
  kIfd8 = 18,
};

std::uint64_t TypeSize(std::uint16_t type) {
  switch (type) {
    case 1:
    case 2:
    case 6:
    case 7:
      return 1;
    case 3:
    case 8:
      return 2;
    case 4:
    case 9:
    case 11:
    case 13:
      return 4;
    case 5:
    case 10:
    case 12:
    case 16:
    case 17:
    case 18:
      return 8;
    default:
      return 0;
  }
}

/// One directory entry whose value lies inside the block.
struct Entry {
  std::uint16_t tag = 0;
  std::uint16_t type = 0;
  std::uint64_t count = 0;
  Fields value;

  std::optional<std::uint64_t> Unsigned() const {
    switch (type) {
      case kByte:
      case kUndefined:
        if (value.data().empty()) return std::nullopt;
        return std::to_integer<std::uint64_t>(value.data()[0]);
      case kShort:
        return value.U16(0);
      case kLong:
      case kIfd:
        return value.U32(0);
      case kLong8:
      case kIfd8:
        return value.U64(0);
      default:
        return std::nullopt;
    }
  }
  std::optional<double> Number(std::uint64_t index = 0) const {
    const std::uint64_t at = index * TypeSize(type);
    std::optional<double> number;
    if (type == kRational || type == kSignedRational) {
      if (type == kRational) {
        const auto top = value.U32(at);
        const auto bottom = value.U32(at + 4);
        if (top && bottom && *bottom != 0) number = static_cast<double>(*top) / *bottom;
      } else {
        const auto top = value.I32(at);
        const auto bottom = value.I32(at + 4);
        if (top && bottom && *bottom != 0) number = static_cast<double>(*top) / *bottom;
      }
    } else if (type == kFloat) {
      number = value.F32(at);
    } else if (type == kDouble) {
      number = value.F64(at);
    } else if (index == 0) {
      if (const auto whole = Unsigned()) number = static_cast<double>(*whole);
    }
    if (number && !std::isfinite(*number)) return std::nullopt;
    return number;
  }
  std::string Text() const {
    return type == kAscii || type == kByte || type == kUndefined
               ? value.Text(0, std::min<std::uint64_t>(value.data().size(), 256))
               : std::string();
  }
};

class Walker {
 public:
  explicit Walker(ByteSpan block) : block_(block, Order::kLittle) {
    if (StartsWith(block, "MM")) block_ = Fields(block, Order::kBig);
  }

  ExifFacts Walk() {
    const auto version = block_.U16(2);
    big_ = version == 43;
    const auto first = big_ ? block_.U64(8) : Wide(block_.U32(4));
    if (first) Directory(*first, false);
    Finish();
    return std::move(facts_);
  }

 private:
  static std::optional<std::uint64_t> Wide(std::optional<std::uint32_t> value) {
    if (!value) return std::nullopt;
    return *value;
  }

  // Only the first directory of each kind is read: what follows IFD0 is the thumbnail.
  void Directory(std::uint64_t offset, bool gps) {
    if (++directories_ > kMaxDirectories) return;
    const std::uint64_t head = big_ ? 8 : 2;
    const std::uint64_t size = big_ ? 20 : 12;
    const auto stated = big_ ? block_.U64(offset) : [&]() -> std::optional<std::uint64_t> {
      const auto count = block_.U16(offset);
      if (!count) return std::nullopt;
      return *count;
    }();
    if (!stated) return;
    const std::uint64_t count = std::min(*stated, kMaxEntries);
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t at = offset + head + i * size;
      const auto tag = block_.U16(at);
      const auto type = block_.U16(at + 2);
      const auto number = big_ ? block_.U64(at + 4) : Wide(block_.U32(at + 4));
      if (!tag || !type || !number) return;
      const std::uint64_t unit = TypeSize(*type);
      if (unit == 0 || *number > block_.data().size()) continue;
      const std::uint64_t bytes = unit * *number;
      const std::uint64_t inside = at + (big_ ? 12 : 8);
      std::uint64_t where = inside;
      if (bytes > (big_ ? 8u : 4u)) {
        const auto pointer = big_ ? block_.U64(inside) : Wide(block_.U32(inside));
        if (!pointer) return;
        where = *pointer;
      }
      const auto value = Part(block_.data(), where, bytes);
      if (!value) continue;
      const Entry entry{*tag, *type, *number, Fields(*value, block_.order())};
      if (gps) {
        Gps(entry);
      } else {
        Main(entry);
      }
    }
  }

  // IFD0 and ExifIFD alike: cameras are not strict about which of the two a tag belongs to.
  void Main(const Entry& entry) {
    switch (entry.tag) {
      case 0x010E:
        Keep(facts_.description, entry.Text());
        break;
      case 0x010F:
        Keep(facts_.make, entry.Text());
        break;
      case 0x0110:
        Keep(facts_.model, entry.Text());
        break;
      case 0x0132:
        modified_ = entry.Text();
        break;
      case 0x9003:
        Keep(facts_.date_time, entry.Text());
        break;
      case 0x9004:
        created_ = entry.Text();
        break;
      case 0x9011:
        Keep(facts_.offset_time, entry.Text());
        break;
      case 0x9010:
      case 0x9012:
        offset_ = entry.Text();
        break;
      case 0x9291:
        Keep(facts_.sub_seconds, entry.Text());
        break;
      case 0x9290:
      case 0x9292:
        sub_seconds_ = entry.Text();
        break;
      case 0x920A:
        facts_.focal_mm = entry.Number();
        break;
      case 0xA20E:
        facts_.focal_plane_x = entry.Number();
        break;
      case 0xA210:
        if (const auto unit = entry.Unsigned())
          facts_.focal_plane_unit = static_cast<int>(*unit & 0xFF);
        break;
      case 0xA431:
      case 0xC62F:
        Keep(facts_.serial, entry.Text());
        break;
      case 0xA434:
        Keep(facts_.lens, entry.Text());
        break;
      case 0x02BC:
        if (entry.value.data().size() <= kMaxXmpBytes && facts_.xmp.size() < 8) {
          facts_.xmp.push_back(entry.value.data());
        }
        break;
      case 0x8769:
        if (const auto pointer = entry.Unsigned()) Directory(*pointer, false);
        break;
      case 0x8825:
        if (const auto pointer = entry.Unsigned()) Directory(*pointer, true);
        break;
      default:
        break;
    }
  }

  void Gps(const Entry& entry) {
    switch (entry.tag) {
      case 1:
        latitude_ref_ = entry.Text();
        break;
      case 2:
        facts_.latitude_deg = Sexagesimal(entry);
        break;
      case 3:
        longitude_ref_ = entry.Text();
        break;
      case 4:
        facts_.longitude_deg = Sexagesimal(entry);
        break;
      case 5:
        altitude_ref_ = entry.Unsigned().value_or(0);
        break;
      case 6:
        facts_.altitude_m = entry.Number();
        break;
      case 7: {
        const auto degrees_like = Sexagesimal(entry);
        if (degrees_like) facts_.gps_second_of_day = *degrees_like * 3600;
        break;
      }
      case 0x1D:
        facts_.gps_date = entry.Text();
        break;
      default:
        break;
    }
  }

  static std::optional<double> Sexagesimal(const Entry& entry) {
    const auto whole = entry.Number(0);
    if (!whole) return std::nullopt;
    double value = *whole;
    if (entry.count > 1) value += entry.Number(1).value_or(0) / 60;
    if (entry.count > 2) value += entry.Number(2).value_or(0) / 3600;
    // Doubles near their limit; what is no angle and no time of day is left to those who use it.
    if (!(std::abs(value) < 1e9)) return std::nullopt;
    return value;
  }

  static void Keep(std::string& target, std::string text) {
    if (target.empty()) target = std::move(text);
  }

  void Finish() {
    Keep(facts_.date_time, created_);
    Keep(facts_.date_time, modified_);
    Keep(facts_.sub_seconds, sub_seconds_);
    Keep(facts_.offset_time, offset_);
    const auto sign = [](std::optional<double>& value, const std::string& ref, char negative) {
      if (value && !ref.empty() && (ref[0] | 0x20) == negative) value = -*value;
    };
    sign(facts_.latitude_deg, latitude_ref_, 's');
    sign(facts_.longitude_deg, longitude_ref_, 'w');
    // Exif 2: 1 = below; Exif 3: 3 = below (of sea level), 1 = below (of the ellipsoid).
    if (facts_.altitude_m && (altitude_ref_ == 1 || altitude_ref_ == 3)) {
      facts_.altitude_m = -*facts_.altitude_m;
    }
  }

  Fields block_;
  bool big_ = false;
  int directories_ = 0;
  ExifFacts facts_;
  std::string modified_, created_, offset_, sub_seconds_, latitude_ref_, longitude_ref_;
  std::uint64_t altitude_ref_ = 0;
};

}  // namespace

bool IsTiff(ByteSpan block) {
  constexpr std::string_view kStarts[] = {{"II*\0", 4}, {"MM\0*", 4}, {"II+\0", 4}, {"MM\0+", 4}};
  for (const std::string_view start : kStarts) {
    if (StartsWith(block, start)) return true;
  }
  return false;
}

ExifFacts ReadExif(ByteSpan block) {
  if (!IsTiff(block)) return {};
  return Walker(block).Walk();
}

}  // namespace thermoleak::ingest
