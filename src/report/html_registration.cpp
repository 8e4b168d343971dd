#include <fmt/format.h>

#include <iterator>
#include <numbers>

#include "report/html_parts.hpp"
#include "report/svg_plot.hpp"
#include "thermoleak/core/statistics.hpp"

namespace thermoleak {
namespace {

/// "0.12 m (0.40)": median and what 90 % lie below; a dash for what is not known.
std::string Pair(double median, double p90, std::string_view unit) {
  if (!(median >= 0)) return "–";
  std::string out = Fixed(median, 2) + " " + std::string(unit);
  if (p90 >= 0) out += " <small>(" + Fixed(p90, 2) + " " + std::string(unit) + ")</small>";
  return out;
}

double P90(const std::vector<double>& distances) {
  return distances.empty() ? -1 : QuantileOf(std::span<const double>(distances), 0.9);
}

std::string Signed(double value, int decimals) {
  const std::string text = Fixed(value, decimals);
  return !text.empty() && value > 0 && text.front() != '-' ? "+" + text : text;
}

void AppendFound(std::string& out, const AdjustSummary& adjustment, const Words& words) {
  const auto sink = std::back_inserter(out);
  constexpr double kDegrees = 180 / std::numbers::pi;
  const AdjustNoise& noise = adjustment.noise;
  fmt::format_to(sink, R"(<h4>{}</h4><p class="help">{}</p><dl class="facts found">)",
                 words(MessageId::kReportFound), words(MessageId::kReportFoundHelp));
  const auto row = [&](MessageId word, const std::string& value) {
    fmt::format_to(sink, "<div><dt>{}</dt><dd>{}</dd></div>", words(word), value);
  };
  row(MessageId::kReportNoisePosition, Fixed(noise.position_own_m, 2) + " m");
  row(MessageId::kReportNoiseHeight, Fixed(noise.height_m, 2) + " m");
  row(MessageId::kReportNoiseTilt, Fixed(noise.tilt_rad * kDegrees, 2) + "°");
  row(MessageId::kReportNoiseYaw, Fixed(noise.yaw_rad * kDegrees, 2) + "°");
  row(MessageId::kReportNoiseTie, words(MessageId::kReportPx, {Fixed(noise.tie_px, 2)}));
  row(MessageId::kReportNoiseGround, Fixed(noise.ground_m, 2) + " m");
  row(MessageId::kReportYawBias, Signed(adjustment.yaw_bias_deg, 2) + "°");
  row(MessageId::kReportClockLead,
      words(MessageId::kReportSeconds, {Fixed(adjustment.clock_lead_s, 2)}));
  // Over level ground it is held at the stated one.
  if (adjustment.focal_change != 0)
    row(MessageId::kReportFocalChange, Signed(100 * adjustment.focal_change, 2) + " %");
  row(MessageId::kReportK1, Fixed(adjustment.k1, 3));
  row(MessageId::kReportMedianMove, Fixed(adjustment.median_move_m, 2) + " m");
  out += "</dl>";
}

}  // namespace

void AppendBeforeAfter(std::string& out, const PageContext& page) {
  const Words& words = page.words;
  const RegistrationFacts& facts = page.result.facts.registration;
  const AdjustSummary& adjustment = facts.adjustment;
  const HarmonisationFacts& harmonised = page.result.facts.harmonisation;
  if (!(facts.median_sigma_m >= 0)) return;
  const auto sink = std::back_inserter(out);
  fmt::format_to(
      sink,
      R"(<h3>{}</h3><div class="scroll"><table class="before-after"><thead><tr><th>{}</th><th class="num">{}</th><th class="num">{}</th></tr></thead><tbody>)",
      words(MessageId::kReportBeforeAfter), words(MessageId::kReportMedianAndP90),
      words(MessageId::kReportBefore), words(MessageId::kReportAfter));
  const auto row = [&](MessageId word, const std::string& before, const std::string& after) {
    fmt::format_to(sink, R"(<tr><td>{}</td><td class="num">{}</td><td class="num">{}</td></tr>)",
                   words(word), before, after);
  };
  row(MessageId::kReportTieApart,
      Pair(adjustment.residual_before_m, P90(adjustment.tie_distances_before_m), "m"),
      Pair(adjustment.residual_after_m, P90(adjustment.tie_distances_after_m), "m"));
  row(MessageId::kReportKelvinApart, Pair(harmonised.before.median_k, harmonised.before.p90_k, "K"),
      Pair(harmonised.after.median_k, harmonised.after.p90_k, "K"));
  row(MessageId::kReportRelativeSigma, "",
      Pair(facts.median_relative_sigma_m, facts.p90_relative_sigma_m, "m"));
  row(MessageId::kReportMapSigma, "", Pair(facts.median_sigma_m, -1, "m"));
  out += "</tbody></table></div>";
}

void AppendRegistration(std::string& out, const PageContext& page) {
  const Words& words = page.words;
  const RegistrationFacts& facts = page.result.facts.registration;
  const AdjustSummary& adjustment = facts.adjustment;
  if (facts.median_sigma_m < 0) return;  // nothing was placed
  const auto sink = std::back_inserter(out);
  fmt::format_to(sink, "<h3>{}</h3><p>{}</p>", words(MessageId::kReportRegistration),
                 words(MessageId::kReportRegistrationValue,
                       {words(facts.method), Fixed(facts.median_sigma_m, 1)}));
  if (adjustment.ties <= 0) {
    fmt::format_to(sink, "<p>{}</p>", words(MessageId::kReportNotTied));
    return;
  }
  fmt::format_to(
      sink, "<p>{}</p>",
      words(MessageId::kReportTiesValue,
            {std::to_string(adjustment.pairs_tried), std::to_string(adjustment.pairs_tied),
             std::to_string(adjustment.ties), std::to_string(std::max(0, adjustment.pairs_dropped)),
             std::to_string(adjustment.frames_untied)}));
  const PlotText text{MessageId::kReportTieHistogram, MessageId::kReportDistanceAxis};
  const std::string plot =
      DistanceHistogramSvg(adjustment.tie_distances_before_m, adjustment.tie_distances_after_m,
                           text, MessageId::kReportShareAxis, words);
  if (!plot.empty()) {
    fmt::format_to(
        sink,
        R"(<figure class="ties"><figcaption>{}</figcaption>{}<p class="keys"><i class="k-before"></i>{}<i class="k-after"></i>{}</p></figure>)",
        words(MessageId::kReportTieHistogram), plot, words(MessageId::kReportBefore),
        words(MessageId::kReportAfter));
  }
  if (adjustment.converged) AppendFound(out, adjustment, words);
}

}  // namespace thermoleak
