// FROC and reliability as one SVG, in two square panels.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/evaluation_text.hpp"

namespace thermoleak::cli {
namespace {

using simulation::Evaluation;

constexpr double kSide = 300;  // of a panel's frame, drawing units
constexpr double kTop = 44;
constexpr double kLeft = 62;
constexpr double kGap = 96;
constexpr double kHeight = kTop + kSide + 62;
constexpr double kWidth = kLeft + kSide + kGap + kSide + 24;
constexpr double kLowest = 0.05;  // false alarms per km at the left end of the axis
constexpr double kHighest = 20;

struct Panel {
  double left;
  double X(double share) const { return left + kSide * share; }
  static double Y(double share) { return kTop + kSide * (1 - share); }
};

double LogShare(double per_km) {
  const double at = std::clamp(per_km, kLowest, kHighest);
  return std::log(at / kLowest) / std::log(kHighest / kLowest);
}

class Drawing {
 public:
  explicit Drawing(Lang lang) : lang_(lang) {
    out_ = fmt::format(
        R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0:.0f} {1:.0f}" width="{0:.0f}" height="{1:.0f}" font-family="'Noto Sans','Noto Sans CJK SC','WenQuanYi Micro Hei',sans-serif" font-size="12" fill="#222"><rect width="100%" height="100%" fill="#fff"/>)",
        kWidth, kHeight);
  }
  void Words(double x, double y, MessageId id, const char* attributes,
             std::vector<std::string> args = {}) {
    Words(x, y, Message{id, std::move(args)}.In(lang_), attributes);
  }
  void Words(double x, double y, const std::string& text, const char* attributes) {
    out_ += fmt::format(R"(<text x="{:.1f}" y="{:.1f}" {}>{}</text>)", x, y, attributes, text);
  }
  void Line(double x0, double y0, double x1, double y1, const char* attributes) {
    out_ += fmt::format(R"(<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" {}/>)", x0, y0, x1,
                        y1, attributes);
  }
  void Add(const std::string& svg) { out_ += svg; }
  std::string Finish() { return out_ + "</svg>\n"; }

  /// Title, frame, shares from 0 to 1 at the left, and the axes' names.
  void Frame(const Panel& panel, MessageId title, MessageId x_axis, MessageId y_axis) {
    Words(panel.left, kTop - 18, title, R"(font-size="15" font-weight="600")");
    for (int i = 0; i <= 5; ++i) {
      const double y = Panel::Y(0.2 * i);
      Line(panel.left, y, panel.left + kSide, y, R"(stroke="#e4e4e4")");
      Words(panel.left - 8, y + 4, fmt::format("{:.1f}", 0.2 * i), R"(text-anchor="end")");
    }
    Words(panel.left + kSide / 2, kTop + kSide + 42, x_axis, R"(text-anchor="middle")");
    const double x = panel.left - 42;
    const double y = kTop + kSide / 2;
    Words(x, y, y_axis,
          fmt::format(R"x(text-anchor="middle" transform="rotate(-90 {:.1f} {:.1f})")x", x, y)
              .c_str());
  }
  void TickX(const Panel& panel, double share, const std::string& text) {
    const double x = panel.X(share);
    Line(x, kTop, x, kTop + kSide, R"(stroke="#e4e4e4")");
    Words(x, kTop + kSide + 18, text, R"(text-anchor="middle")");
  }
  void Border(const Panel& panel) {
    out_ += fmt::format(
        R"(<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="none" stroke="#777"/>)",
        panel.left, kTop, kSide, kSide);
  }

 private:
  Lang lang_;
  std::string out_;
};

void DrawFroc(Drawing& drawing, const Evaluation& e) {
  const Panel panel{kLeft};
  drawing.Frame(panel, MessageId::kPlotFroc, MessageId::kPlotFalseAlarms, MessageId::kPlotRecall);
  for (const double tick : {0.1, 0.3, 1.0, 3.0, 10.0})
    drawing.TickX(panel, LogShare(tick), fmt::format("{}", tick));
  drawing.Border(panel);
  if (e.froc.empty()) return;
  std::string path = fmt::format("M{:.1f} {:.1f}", panel.X(0), Panel::Y(0));
  const simulation::FrocPoint* threshold = nullptr;
  for (const simulation::FrocPoint& point : e.froc) {
    if (point.score >= e.options.score) threshold = &point;
    path += fmt::format("H{:.1f}V{:.1f}", panel.X(LogShare(point.false_alarms_per_km)),
                        Panel::Y(point.recall));
  }
  if (e.froc.back().false_alarms_per_km < kHighest) path += fmt::format("H{:.1f}", panel.X(1));
  drawing.Add(fmt::format(
      R"(<path d="{}" fill="none" stroke="#0b62a4" stroke-width="2.2" stroke-linejoin="round"/>)",
      path));
  if (threshold == nullptr) return;
  const double x = panel.X(LogShare(threshold->false_alarms_per_km));
  const double y = Panel::Y(threshold->recall);
  drawing.Add(fmt::format(
      R"(<circle cx="{:.1f}" cy="{:.1f}" r="5" fill="#c8401c" stroke="#fff" stroke-width="1.5"/>)",
      x, y));
  const bool right = x < panel.X(0.72);
  drawing.Words(x + (right ? 10 : -10), std::min(y + 20, kTop + kSide - 8), MessageId::kPlotAt,
                right ? R"(fill="#c8401c")" : R"(fill="#c8401c" text-anchor="end")",
                {fmt::format("{:.2g}", e.options.score)});
}

void DrawReliability(Drawing& drawing, const Evaluation& e) {
  const Panel panel{kLeft + kSide + kGap};
  drawing.Frame(panel, MessageId::kPlotReliability, MessageId::kPlotScore, MessageId::kPlotShare);
  for (int i = 0; i <= 5; ++i) drawing.TickX(panel, 0.2 * i, fmt::format("{:.1f}", 0.2 * i));
  drawing.Line(panel.X(0), Panel::Y(0), panel.X(1), Panel::Y(1),
               R"(stroke="#999" stroke-dasharray="5 4")");
  drawing.Border(panel);
  int most = 1;
  for (const auto& bin : e.reliability) most = std::max(most, bin.candidates);
  std::string line;
  std::string dots;
  for (const simulation::ReliabilityBin& bin : e.reliability) {
    if (bin.candidates == 0) continue;
    const double share = static_cast<double>(bin.leaks) / bin.candidates;
    const double x = panel.X(bin.mean_score);
    const double y = Panel::Y(share);
    // One sigma of a share with a leak and another candidate more, so that 0 and 1 have one, too.
    const double n = bin.candidates + 2.0;
    const double p = (bin.leaks + 1) / n;
    const double sigma = std::sqrt(p * (1 - p) / n);
    dots += fmt::format(
        R"(<line x1="{0:.1f}" y1="{1:.1f}" x2="{0:.1f}" y2="{2:.1f}" stroke="#0b62a4" stroke-opacity=".5"/>)",
        x, Panel::Y(std::max(0.0, share - sigma)), Panel::Y(std::min(1.0, share + sigma)));
    dots += fmt::format(
        R"(<circle cx="{:.1f}" cy="{:.1f}" r="{:.1f}" fill="#0b62a4" fill-opacity=".75" stroke="#fff"/>)",
        x, y, 2.5 + 9.5 * std::sqrt(static_cast<double>(bin.candidates) / most));
    line += fmt::format("{}{:.1f} {:.1f}", line.empty() ? "M" : "L", x, y);
  }
  drawing.Add(
      fmt::format(R"(<path d="{}" fill="none" stroke="#0b62a4" stroke-opacity=".6"/>)", line));
  drawing.Add(dots);
  if (std::isfinite(e.calibration_error)) {
    drawing.Words(panel.X(0.04), kTop + 22, fmt::format("ECE {:.3f}", e.calibration_error),
                  R"(font-weight="600")");
  }
  drawing.Words(panel.X(0.96), kTop + kSide - 10, MessageId::kPlotCandidates,
                R"(text-anchor="end" font-size="11" fill="#666")");
}

}  // namespace

std::string EvaluationSvg(const Evaluation& evaluation, Lang lang) {
  Drawing drawing(lang);
  DrawFroc(drawing, evaluation);
  DrawReliability(drawing, evaluation);
  return drawing.Finish();
}

}  // namespace thermoleak::cli
