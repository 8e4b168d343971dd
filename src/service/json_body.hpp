#pragma once
// Inside of the service room: JSON from outside, with limits, and its fields with types.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace thermoleak::service {

/// An object, or why not. Deeper than 32 levels is refused before it is built; so is text that is
/// not UTF-8. An empty text is an empty object.
struct ParsedBody {
  nlohmann::ordered_json json;
  std::string fault;  ///< "" = good
};
ParsedBody ParseJsonBody(std::string_view text);

/// The fields of an object. What is missing or of another kind throws ApiError 400 with its name.
/// Texts have no control characters but tabs and line ends.
class Fields {
 public:
  /// Keeps a reference.
  explicit Fields(const nlohmann::ordered_json& object);

  std::string Text(const char* name, std::size_t most = 200) const;
  std::string TextOr(const char* name, std::string otherwise = {}, std::size_t most = 200) const;
  std::optional<double> Number(const char* name, double least, double most) const;
  std::int64_t Integer(const char* name, std::int64_t least, std::int64_t most) const;
  bool FlagOr(const char* name, bool otherwise) const;
  /// An absent list is empty.
  std::vector<nlohmann::ordered_json> List(const char* name, std::size_t most) const;
  /// An absent object is empty.
  nlohmann::ordered_json Object(const char* name) const;
  bool Has(const char* name) const { return Find(name) != nullptr; }

 private:
  const nlohmann::ordered_json* Find(const char* name) const;
  const nlohmann::ordered_json& object_;
};

}  // namespace thermoleak::service
