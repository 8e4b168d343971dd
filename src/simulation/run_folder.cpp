#include "simulation/run_folder.hpp"

#include <ogrsf_frmts.h>

#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

#include "thermoleak/core/files.hpp"
#include "thermoleak/core/statistics.hpp"
#include "thermoleak/geo/gdal_session.hpp"
#include "thermoleak/ledger/sheets.hpp"
#include "thermoleak/simulation/signature.hpp"

namespace thermoleak::simulation {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// What a run assumes where nobody tells it, as src/pipeline/run.cpp has it.
constexpr double kAssumedWindMS = 1.5;

[[noreturn]] void Unusable(const fs::path& path, const std::string& reason) {
  throw RunError(ExitCode::kInputMissing, MessageId::kRunUnreadable, {path.string(), reason});
}

Json ReadJson(const fs::path& path, std::string* hash = nullptr) {
  if (!fs::exists(path))
    throw RunError(ExitCode::kInputMissing, MessageId::kInputMissing, {path.string()});
  const Result<Bytes> bytes = ReadFile(path);
  if (!bytes) Unusable(path, bytes.error().message.In(Lang::kEnglish));
  if (hash != nullptr) *hash = Sha256(*bytes);
  const auto* text = reinterpret_cast<const char*>(bytes->data());
  Json json = Json::parse(text, text + bytes->size(), nullptr, false);
  if (!json.is_object()) Unusable(path, "JSON");
  return json;
}

const Json& Part(const Json& object, const char* name) {
  static const Json kNothing = Json::object();
  const auto part = object.find(name);
  return part != object.end() && part->is_object() ? *part : kNothing;
}

std::optional<double> NumberIn(const Json& object, std::string_view name) {
  const auto value = object.find(name);
  if (value == object.end() || !value->is_number()) return std::nullopt;
  return value->get<double>();
}

std::string WordIn(const Json& object, const char* name) {
  const auto value = object.find(name);
  return value != object.end() && value->is_string() ? value->get<std::string>() : std::string();
}

/// Sets options from what run.json says of them; what it does not say keeps its default.
class FromJson final : public OptionVisitor {
 public:
  explicit FromJson(const Json& section) : section_(section) {}
  void Visit(std::string_view name, double& value, const OptionDoc&) override {
    value = NumberIn(section_, name).value_or(value);
  }
  void Visit(std::string_view name, int& value, const OptionDoc&) override {
    value = static_cast<int>(NumberIn(section_, name).value_or(value));
  }
  void Visit(std::string_view name, bool& value, const OptionDoc&) override {
    const auto found = section_.find(name);
    if (found != section_.end() && found->is_boolean()) value = found->get<bool>();
  }
  void Visit(std::string_view name, std::string& value, const OptionDoc&) override {
    const auto found = section_.find(name);
    if (found != section_.end() && found->is_string()) value = found->get<std::string>();
  }
  void Visit(std::string_view name, std::optional<double>& value, const OptionDoc&) override {
    value = NumberIn(section_, name);
  }

 private:
  const Json& section_;
};

/// Rows of frames.csv by the names of its columns.
class FrameTable {
 public:
  explicit FrameTable(const fs::path& path) : path_(path) {
    const Result<Sheet> sheet = ReadSheet(path);
    if (!sheet) Unusable(path, sheet.error().message.In(Lang::kEnglish));
    if (sheet->rows.empty()) Unusable(path, "file");
    rows_ = sheet->rows;
    for (std::size_t i = 0; i < rows_.front().cells.size(); ++i)
      columns_.emplace(rows_.front().cells[i], i);
  }
  std::size_t size() const { return rows_.size(); }  ///< with the header, which is row 0
  std::string Text(std::size_t row, const std::string& column) const {
    const auto at = columns_.find(column);
    if (at == columns_.end()) Unusable(path_, column);
    const std::vector<std::string>& cells = rows_[row].cells;
    return at->second < cells.size() ? cells[at->second] : std::string();
  }
  double Number(std::size_t row, const std::string& column) const {
    const std::string text = Text(row, column);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
      Unusable(path_, Text(row, "file") + ", " + column);
    return value;
  }

 private:
  fs::path path_;
  std::vector<SheetRow> rows_;
  std::map<std::string, std::size_t> columns_;
};

/// Median of the frames' mean temperatures, where they are temperatures; what the run took for the
/// air unless told.
std::optional<double> ReadFrames(const fs::path& path, RunFolder& run) {
  if (!fs::exists(path))
    throw RunError(ExitCode::kInputMissing, MessageId::kInputMissing, {path.string()});
  const FrameTable table(path);
  std::vector<double> means;
  for (std::size_t i = 1; i < table.size(); ++i) {
    if (table.Text(i, "status") != "used") {
      ++run.frames_unused;
      continue;
    }
    PlacedRow row;
    row.name = table.Text(i, "file");
    row.sha256 = table.Text(i, "sha256");
    row.position = {table.Number(i, "lon_deg"), table.Number(i, "lat_deg")};
    row.height_m = table.Number(i, "height_m");
    row.above_ground_m = table.Number(i, "height_above_ground_m");
    row.angles = {table.Number(i, "yaw_deg"), table.Number(i, "pitch_deg"),
                  table.Number(i, "roll_deg")};
    run.frames.push_back(std::move(row));
    if (table.Text(i, "radiometry") != "relative") means.push_back(table.Number(i, "mean_c"));
  }
  if (means.empty()) return std::nullopt;
  return MedianOf(std::span<const double>(means));
}

void ReadCandidatePlaces(const fs::path& path, RunFolder& run) {
  const Json json = ReadJson(path);
  const auto features = json.find("features");
  if (features == json.end() || !features->is_array()) Unusable(path, "features");
  for (const Json& feature : *features) {
    if (!feature.is_object()) Unusable(path, "Feature");
    const Json& at = Part(feature, "geometry").value("coordinates", Json::array());
    if (!at.is_array() || at.size() < 2 || !at[0].is_number() || !at[1].is_number())
      Unusable(path, "coordinates");
    const Json& properties = Part(feature, "properties");
    const double rise_k = NumberIn(properties, "delta_t_k").value_or(1e9);
    const double sigma_k = NumberIn(properties, "delta_t_sigma_k").value_or(0);
    run.candidates.push_back({WordIn(properties, "id"),
                              WordIn(properties, "kind"),
                              {at[0].get<double>(), at[1].get<double>()},
                              rise_k >= 0.5 && rise_k >= 3.5 * sigma_k});
  }
}

struct CloseDataset {
  void operator()(GDALDataset* dataset) const { GDALClose(dataset); }
};

double FieldNumber(const OGRFeature& feature, const char* name) {
  return feature.GetFieldAsDouble(feature.GetFieldIndex(name));
}

void ReadLayers(const fs::path& path, RunFolder& run) {
  if (!fs::exists(path))
    throw RunError(ExitCode::kInputMissing, MessageId::kInputMissing, {path.string()});
  const GdalSession session;
  const std::unique_ptr<GDALDataset, CloseDataset> dataset(
      GDALDataset::Open(path.c_str(), GDAL_OF_VECTOR | GDAL_OF_READONLY));
  if (!dataset) Unusable(path, session.Complaint("GPKG"));
  const auto layer_with = [&](const char* name, std::initializer_list<const char*> fields) {
    OGRLayer* layer = dataset->GetLayerByName(name);
    if (layer == nullptr) Unusable(path, name);
    for (const char* field : fields) {
      if (layer->GetLayerDefn()->GetFieldIndex(field) < 0)
        Unusable(path, std::string(name) + "." + field);
    }
    return layer;
  };
  OGRLayer* coverage =
      layer_with("coverage", {"pipe_id", "from_m", "to_m", "status", "smallest_rise_k"});
  for (const auto& feature : coverage) {
    SeenPiece piece{feature->GetFieldAsString("pipe_id"), FieldNumber(*feature, "from_m"),
                    FieldNumber(*feature, "to_m"), feature->GetFieldAsString("status"),
                    std::nullopt};
    const int rise = feature->GetFieldIndex("smallest_rise_k");
    if (feature->IsFieldSetAndNotNull(rise)) {
      // A noise of zero (a drawn survey without any) would make every leak infinitely strong.
      piece.smallest_rise_k = std::max(feature->GetFieldAsDouble(rise), 0.01);
    }
    run.pieces.push_back(std::move(piece));
  }
  OGRLayer* traces =
      layer_with("corrected_traces", {"pipe_id", "from_m", "to_m", "offset_m", "status"});
  for (const auto& feature : traces) {
    const std::string status = feature->GetFieldAsString("status");
    if (status != "confirmed" && status != "moved") continue;
    run.traces.push_back({feature->GetFieldAsString("pipe_id"), FieldNumber(*feature, "from_m"),
                          FieldNumber(*feature, "to_m"), FieldNumber(*feature, "offset_m")});
  }
}

}  // namespace

RunFolder ReadRunFolder(const fs::path& folder) {
  RunFolder run;
  const fs::path path = folder / "run.json";
  const Json json = ReadJson(path, &run.hash);
  const Json& options = Part(json, "options");
  FromJson network(Part(options, "network"));
  run.network.Describe(network);
  const Json& conditions = Part(options, "conditions");
  run.conductivity =
      NumberIn(Part(options, "detection"), "soil-conductivity").value_or(run.conductivity);
  const Json& registration = Part(json, "registration");
  run.focal_change = NumberIn(registration, "focal_change").value_or(0);
  run.k1 = NumberIn(registration, "k1").value_or(0);
  const Json& alignment = Part(json, "alignment");
  constexpr double kDegree = 3.14159265358979323846 / 180;
  run.shift.shift_m = {NumberIn(alignment, "east_m").value_or(0),
                       NumberIn(alignment, "north_m").value_or(0)};
  run.shift.rotation_rad = kDegree * NumberIn(alignment, "rotation_deg").value_or(0);
  run.shift.stretch = NumberIn(alignment, "stretch").value_or(0);
  const auto inputs = json.find("inputs");
  if (inputs != json.end() && inputs->is_array()) {
    for (const Json& input : *inputs)
      if (input.is_object()) run.input_hashes.push_back(WordIn(input, "sha256"));
  }
  const std::optional<double> picture_c = ReadFrames(folder / "frames.csv", run);
  run.surface_coefficient =
      SurfaceCoefficient(NumberIn(conditions, "air-temp").value_or(picture_c.value_or(0)),
                         NumberIn(conditions, "wind").value_or(kAssumedWindMS));
  ReadCandidatePlaces(folder / "candidates.geojson", run);
  ReadLayers(folder / "candidates.gpkg", run);
  return run;
}

}  // namespace thermoleak::simulation
