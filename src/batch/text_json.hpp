#pragma once
// Small JSON files of the data folder, read without ever throwing on what lies in them.

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "thermoleak/core/files.hpp"

namespace thermoleak::batch {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

/// Nothing when the file is missing or no JSON object.
inline std::optional<Json> ReadObject(const std::filesystem::path& path,
                                      std::uintmax_t max_bytes = 256u << 20) {
  const auto bytes = ReadFile(path, max_bytes);
  if (!bytes) return std::nullopt;
  const auto* text = reinterpret_cast<const char*>(bytes->data());
  Json json = Json::parse(text, text + bytes->size(), nullptr, false);
  if (!json.is_object()) return std::nullopt;
  return json;
}

inline std::string TextOf(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}
inline std::optional<double> NumberOf(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}
inline int WholeOf(const Json& object, const char* key) {
  const auto number = NumberOf(object, key);
  return number && *number > -1e9 && *number < 1e9 ? static_cast<int>(*number) : 0;
}
/// An object below, or an empty one.
inline const Json& PartOf(const Json& object, const char* key) {
  static const Json kEmpty = Json::object();
  const auto found = object.find(key);
  return found != object.end() && found->is_object() ? *found : kEmpty;
}
inline void WriteJson(const std::filesystem::path& path, const OrderedJson& json) {
  WriteFileAtomically(path, json.dump(1, ' ', false, OrderedJson::error_handler_t::replace) + "\n");
}
template <class T>
OrderedJson OrNull(const std::optional<T>& value) {
  return value ? OrderedJson(*value) : OrderedJson(nullptr);
}

}  // namespace thermoleak::batch
