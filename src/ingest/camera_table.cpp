#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cctype>

#include "ingest/cameras_data.hpp"
#include "thermoleak/ingest/reader.hpp"

namespace thermoleak {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

[[noreturn]] void Refuse(const std::string& source, const std::string& why) {
  throw RunError(ExitCode::kUsage, MessageId::kConfigUnreadable, {source, why});
}

double NumberAt(const toml::table& table, std::string_view key, double otherwise, double min,
                double max, const std::string& where) {
  const auto node = table[key];
  if (!node) return otherwise;
  const auto value = node.value<double>();
  if (!value || !(*value >= min) || !(*value <= max)) {
    Refuse(where, fmt::format("{}: {} .. {}", key, min, max));
  }
  return *value;
}

std::vector<CameraTable::Row> ParseRows(std::string_view text, const std::string& source) {
  toml::table document;
  try {
    document = toml::parse(text, source);
  } catch (const toml::parse_error& error) {
    Refuse(source, fmt::format("{} ({}:{})", error.description(), error.source().begin.line,
                               error.source().begin.column));
  }
  static constexpr std::string_view kKeys[] = {
      "model", "width", "pitch_um", "focal_mm", "accuracy_k", "tiff_gain", "tiff_offset_c"};
  std::vector<CameraTable::Row> rows;
  for (const auto& [name, node] : document) {
    if (name.str() != "camera" || !node.is_array_of_tables()) {
      Refuse(source, fmt::format("{}: [[camera]]", name.str()));
    }
    for (const toml::node& element : *node.as_array()) {
      const toml::table& table = *element.as_table();
      const std::string where =
          fmt::format("{}:{}", source, static_cast<int>(table.source().begin.line));
      for (const auto& [key, value] : table) {
        if (std::find(std::begin(kKeys), std::end(kKeys), key.str()) == std::end(kKeys)) {
          Refuse(where, fmt::format("{}?", key.str()));
        }
      }
      CameraTable::Row row;
      row.model = table["model"].value_or(std::string());
      if (row.model.empty()) Refuse(where, "model");
      row.width = static_cast<int>(NumberAt(table, "width", 0, 0, 100000, where));
      row.pixel_pitch_um = NumberAt(table, "pitch_um", 0, 1, 200, where);
      row.default_focal_mm = NumberAt(table, "focal_mm", 0, 0.1, 5000, where);
      row.accuracy_k = NumberAt(table, "accuracy_k", row.accuracy_k, 0.01, 100, where);
      row.tiff_gain = NumberAt(table, "tiff_gain", 0, 1e-6, 100, where);
      row.tiff_offset_c = NumberAt(table, "tiff_offset_c", row.tiff_offset_c, -1000, 1000, where);
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

}  // namespace

CameraTable CameraTable::BuiltIn() {
  CameraTable table;
  table.rows_ = ParseRows(ingest::BuiltInCameras(), "cameras.toml");
  return table;
}

void CameraTable::Prepend(const std::filesystem::path& toml) {
  const auto bytes = ReadFile(toml, 16u << 20);
  if (!bytes) Refuse(toml.string(), bytes.error().message.In(Lang::kEnglish));
  const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  std::vector<Row> rows = ParseRows(text, toml.string());
  user_rows_ += rows.size();
  rows_.insert(rows_.begin(), std::make_move_iterator(rows.begin()),
               std::make_move_iterator(rows.end()));
}

const CameraTable::Row* CameraTable::Find(const std::string& model, int width) const {
  const std::string wanted = Lower(model);
  // The user's rows win over the built-in ones even where those match longer.
  const auto best_of = [&](std::size_t from, std::size_t to) {
    const Row* best = nullptr;
    for (std::size_t i = from; i < to; ++i) {
      const Row& row = rows_[i];
      if (row.width != 0 && row.width != width) continue;
      if (!wanted.starts_with(Lower(row.model))) continue;
      if (best == nullptr || row.model.size() > best->model.size()) best = &row;
    }
    return best;
  };
  if (const Row* row = best_of(0, user_rows_)) return row;
  return best_of(user_rows_, rows_.size());
}

}  // namespace thermoleak
