#pragma once
// XMP read forgivingly: a scan over tags that takes attributes and element texts and binds prefixes
// by namespace URI. A strict XML parser is no help here: Zenmuse XT S declares one prefix twice in
// one element (not well-formed), packets are cut, Vue Pro R has no wrapper.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace thermoleak::ingest {

/// The vendors' vocabularies, whatever prefix a file gives them.
enum class XmpSpace { kDji, kFlir, kCamera, kParrot, kSkydio, kOther };

class Xmp {
 public:
  /// Adds the properties of one packet; the first value of a name stays.
  void Add(std::string_view packet);
  bool empty() const { return properties_.empty(); }
  /// The text of a property; empty string_view when there is none. `parent` is the element around
  /// it.
  std::optional<std::string_view> Text(XmpSpace space, std::string_view name,
                                       std::string_view parent = {}) const;
  /// "+74.993", "10.88" or "1088/100"; nothing for junk, "x/0" and non-finite values.
  std::optional<double> Number(XmpSpace space, std::string_view name,
                               std::string_view parent = {}) const;

 private:
  struct Property {
    XmpSpace space = XmpSpace::kOther;
    std::string parent;
    std::string name;
    std::string value;
  };
  void Store(XmpSpace space, std::string_view parent, std::string_view name, std::string_view raw);
  std::vector<Property> properties_;
};

/// The number at the whole of `text` (see Xmp::Number).
std::optional<double> ParseNumber(std::string_view text);

}  // namespace thermoleak::ingest
