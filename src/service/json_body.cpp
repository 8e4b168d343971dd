#include "service/json_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "service/api_error.hpp"

namespace thermoleak::service {
namespace {

constexpr int kMostLevels = 32;

struct TooDeep {};

ApiError Wrong(const char* name, std::string expected) {
  return Refusal(400, MessageId::kApiFieldWrong, {name, std::move(expected)});
}

std::string Checked(const char* name, const Json& value, std::size_t most) {
  if (!value.is_string()) throw Wrong(name, "text");
  std::string text = value.get<std::string>();
  if (text.size() > most) throw Wrong(name, fmt::format("<= {} bytes", most));
  const bool control = std::any_of(text.begin(), text.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return (u < 0x20 && c != '\n' && c != '\t' && c != '\r') || u == 0x7F;
  });
  if (control) throw Wrong(name, "text");
  return text;
}

}  // namespace

ParsedBody ParseJsonBody(std::string_view text) {
  ParsedBody body;
  body.json = Json::object();
  if (text.empty()) return body;
  try {
    body.json = Json::parse(text, [](int depth, Json::parse_event_t, Json&) {
      if (depth > kMostLevels) throw TooDeep{};
      return true;
    });
    if (!body.json.is_object()) body.fault = "not an object";
  } catch (const TooDeep&) {
    body.fault = fmt::format("more than {} levels", kMostLevels);
  } catch (const Json::exception& e) {
    body.fault = fmt::format("error {}", e.id);
    if (const auto* at = dynamic_cast<const Json::parse_error*>(&e))
      body.fault = fmt::format("byte {}", at->byte);
  }
  if (!body.fault.empty()) body.json = Json::object();
  return body;
}

Fields::Fields(const Json& object) : object_(object) {
  if (!object.is_object()) throw Refusal(400, MessageId::kApiJson, {"object"});
}

const Json* Fields::Find(const char* name) const {
  const auto found = object_.find(name);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

std::string Fields::Text(const char* name, std::size_t most) const {
  const Json* value = Find(name);
  if (!value) throw Refusal(400, MessageId::kApiFieldMissing, {name});
  std::string text = Checked(name, *value, most);
  if (text.empty()) throw Refusal(400, MessageId::kApiFieldMissing, {name});
  return text;
}

std::string Fields::TextOr(const char* name, std::string otherwise, std::size_t most) const {
  const Json* value = Find(name);
  return value ? Checked(name, *value, most) : otherwise;
}

std::optional<double> Fields::Number(const char* name, double least, double most) const {
  const Json* value = Find(name);
  if (!value) return std::nullopt;
  const double number = value->is_number() ? value->get<double>() : NAN;
  if (!(number >= least && number <= most)) throw Wrong(name, fmt::format("{} .. {}", least, most));
  return number;
}

std::int64_t Fields::Integer(const char* name, std::int64_t least, std::int64_t most) const {
  const Json* value = Find(name);
  if (!value) throw Refusal(400, MessageId::kApiFieldMissing, {name});
  // Larger than 64 bits is a float to the parser, and refused as such.
  const bool fits = value->is_number_unsigned()
                        ? value->get<std::uint64_t>() <= static_cast<std::uint64_t>(INT64_MAX)
                        : value->is_number_integer();
  const std::int64_t number = fits ? value->get<std::int64_t>() : 0;
  if (!fits || number < least || number > most)
    throw Wrong(name, fmt::format("{} .. {}", least, most));
  return number;
}

bool Fields::FlagOr(const char* name, bool otherwise) const {
  const Json* value = Find(name);
  if (!value) return otherwise;
  if (!value->is_boolean()) throw Wrong(name, "true, false");
  return value->get<bool>();
}

std::vector<Json> Fields::List(const char* name, std::size_t most) const {
  const Json* value = Find(name);
  if (!value) return {};
  if (!value->is_array() || value->size() > most) throw Wrong(name, fmt::format("[<= {}]", most));
  return {value->begin(), value->end()};
}

Json Fields::Object(const char* name) const {
  const Json* value = Find(name);
  if (!value) return Json::object();
  if (!value->is_object()) throw Wrong(name, "{}");
  return *value;
}

}  // namespace thermoleak::service
