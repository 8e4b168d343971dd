#include "thermoleak/scoring/feature_table.hpp"

#include <fmt/format.h>

#include <Eigen/Eigenvalues>
#include <charconv>
#include <cmath>
#include <limits>

#include "thermoleak/core/files.hpp"
#include "thermoleak/scoring/features.hpp"
#include "thermoleak/scoring/score.hpp"

namespace thermoleak {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::array<const char*, 10> kColumns{
    "id",     "lon_deg",      "lat_deg",        "sigma_m",    "laying",
    "p_leak", "p_insulation", "p_installation", "p_confuser", "heat_w"};

/// Quoted when it has to be; ids come from the user's map.
std::string Field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  return out + '"';
}

std::vector<std::string> Split(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += line[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  return fields;
}

/// Of one line; what is wrong is the column's name.
class LineReader {
 public:
  LineReader(const std::filesystem::path& path, std::vector<std::string> header)
      : path_(path), header_(std::move(header)) {}
  void Take(std::string_view line) {
    fields_ = Split(line);
    ++line_;
    if (fields_.size() != header_.size()) Refuse(fmt::format("line {}", line_ + 1));
  }
  const std::string& Text(std::string_view column) const {
    for (std::size_t i = 0; i < header_.size(); ++i) {
      if (header_[i] == column) return fields_[i];
    }
    Refuse(std::string(column));
  }
  template <class T>
  T Number(std::string_view column) const {
    const std::string& text = Text(column);
    if (text.empty()) return std::numeric_limits<T>::quiet_NaN();
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
      Refuse(fmt::format("line {}, {}", line_ + 1, column));
    return value;
  }
  [[noreturn]] void Refuse(const std::string& what) const {
    throw RunError(ExitCode::kInputMissing, MessageId::kFeaturesUnreadable, {path_.string(), what});
  }

 private:
  std::filesystem::path path_;
  std::vector<std::string> header_;
  std::vector<std::string> fields_;
  int line_ = 0;
};

double LongerAxis(const Mat2& covariance) {
  const Eigen::SelfAdjointEigenSolver<Mat2> solver(covariance, Eigen::EigenvaluesOnly);
  return std::sqrt(std::max(0.0, solver.eigenvalues()[1]));
}

std::string NumberText(double value, int decimals) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, decimals) : std::string();
}

}  // namespace

void WriteFeatureTable(std::span<const LeakCandidate> candidates, const PipeNetwork& network,
                       const LocalFrame& frame, const std::filesystem::path& path) {
  std::string csv = fmt::format("{}", fmt::join(kColumns, ","));
  for (const Feature& feature : Features()) csv += fmt::format(",{}", feature.name);
  csv += '\n';
  for (const LeakCandidate& candidate : candidates) {
    const LonLat at = frame.LonLatFromLocal(candidate.spot.position);
    csv += fmt::format("{},{:.8f},{:.8f},{:.3f},{}", Field(candidate.id), at.lon_deg, at.lat_deg,
                       LongerAxis(candidate.position_covariance),
                       candidate.spot.laying == Laying::kOverhead ? "overhead" : "buried");
    for (const double p : candidate.probability) csv += fmt::format(",{:.6f}", p);
    csv += ',' + NumberText(candidate.heat_loss ? candidate.heat_loss->p50_w : kNaN, 1);
    // The shortest text that gives the same bits back.
    for (const float value : Measure(InputOf(candidate.spot, network)))
      csv += std::isfinite(value) ? fmt::format(",{}", value) : std::string(",");
    csv += '\n';
  }
  WriteFileAtomically(path, csv);
}

std::vector<FeatureRow> ReadFeatureTable(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path))
    throw RunError(ExitCode::kInputMissing, MessageId::kInputMissing, {path.string()});
  const auto bytes = ReadFile(path);
  if (!bytes) {
    throw RunError(ExitCode::kInputMissing, MessageId::kFeaturesUnreadable,
                   {path.string(), bytes.error().message.In(Lang::kEnglish)});
  }
  std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  const auto next_line = [&] {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return line;
  };
  LineReader line(path, Split(next_line()));
  std::vector<FeatureRow> rows;
  while (!text.empty()) {
    line.Take(next_line());
    FeatureRow row;
    row.id = line.Text("id");
    row.position = {line.Number<double>("lon_deg"), line.Number<double>("lat_deg")};
    row.sigma_m = line.Number<double>("sigma_m");
    row.laying = line.Text("laying") == "overhead" ? Laying::kOverhead : Laying::kBuried;
    for (std::size_t k = 0; k < 4; ++k) row.probability[k] = line.Number<double>(kColumns[5 + k]);
    row.heat_w = line.Number<double>("heat_w");
    for (const Feature& feature : Features())
      row.values.push_back(line.Number<float>(feature.name));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace thermoleak
