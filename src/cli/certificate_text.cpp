#include "cli/certificate_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace thermoleak::cli {
namespace {

using simulation::Certificate;
using simulation::CertifiedPiece;
using simulation::CertifiedPipe;
using simulation::kCertified;
using simulation::Proportion;
using simulation::SizeBin;
using simulation::Threshold;
using simulation::Thresholds;
using Json = nlohmann::ordered_json;

/// Below it the intervals are so wide that more leaks should be tried.
constexpr int kFewLeaks = 40;

/// No more digits than mean something: two.
double Two(double value) {
  if (!(value > 0) || !std::isfinite(value)) return value;
  const double unit = std::pow(10, std::floor(std::log10(value)) - 1);
  return std::round(value / unit) * unit;
}

std::string Shown(double value) {
  if (!std::isfinite(value)) return value > 0 ? "∞" : "-";
  return fmt::format("{:.{}f}", Two(value), value < 0.995 ? 2 : value < 9.95 ? 1 : 0);
}

Json Number(double value) {
  if (!std::isfinite(value)) return nullptr;
  return std::stod(fmt::format("{:.4g}", value));
}

std::string Shown(const Proportion& share, Lang lang) {
  const auto percent = [](double value) { return fmt::format("{:.0f}", 100 * value); };
  return Message{MessageId::kCertShare,
                 {fmt::format("{}", share.found), fmt::format("{}", share.trials),
                  percent(static_cast<double>(share.found) / share.trials), percent(share.low),
                  percent(share.high)}}
      .In(lang);
}

std::string Shown(const Threshold& threshold, const char* unit, Lang lang) {
  const std::string value = std::isfinite(threshold.value) ? Shown(threshold.value) + unit
                                                           : Text(MessageId::kCertBeyond, lang);
  if (!std::isfinite(threshold.low) && !std::isfinite(threshold.high)) return value;
  return Message{MessageId::kCertRange, {value, Shown(threshold.low), Shown(threshold.high)}}.In(
      lang);
}

std::string Shown(const CertifiedPipe& pipe, Lang lang) {
  if (pipe.checked_m <= 0)
    return Message{MessageId::kCertBlind, {fmt::format("{:.0f}", pipe.blind_m)}}.In(lang);
  if (!std::isfinite(pipe.median_rise_k)) return Text(MessageId::kCertUnfit, lang);
  return Message{MessageId::kCertPipe,
                 {Shown(pipe.median_rise_k), Shown(pipe.median_heat_w), Shown(pipe.worst_rise_k),
                  fmt::format("{:.0f}", pipe.checked_m), fmt::format("{:.0f}", pipe.blind_m)}}
      .In(lang);
}

std::string Title(const Certificate& c, Lang lang) {
  return Message{MessageId::kCertTitle, {fmt::format("{}", c.leaks), fmt::format("{}", c.found)}}
      .In(lang);
}

std::string Meaning(const Certificate& c, Lang lang) {
  return Message{MessageId::kCertMeaning, {fmt::format("{:g}", c.options.score)}}.In(lang);
}

Rows SensitivityRows(const Certificate& c, Lang lang) {
  Rows rows;
  const auto thresholds = [&](MessageId label, const Thresholds& values, const char* unit) {
    for (std::size_t k = 0; k < kCertified.size(); ++k) {
      rows.emplace_back(Message{label, {fmt::format("{:.0f}", 100 * kCertified[k])}}.In(lang),
                        Shown(values[k], unit, lang));
    }
  };
  const auto bins = [&](MessageId label, const std::vector<SizeBin>& list) {
    for (const SizeBin& bin : list) {
      const std::string to = std::isfinite(bin.to) ? fmt::format("{:g}", bin.to) : "∞";
      rows.emplace_back(Message{label, {fmt::format("{:g}", bin.from), to}}.In(lang),
                        Shown(bin.share, lang));
    }
  };
  const auto share = [&](MessageId label, const Proportion& value) {
    if (value.trials > 0) rows.emplace_back(Text(label, lang), Shown(value, lang));
  };
  thresholds(MessageId::kCertHeatAt, c.heat_w, " W");
  bins(MessageId::kCertHeatBin, c.by_heat);
  thresholds(MessageId::kCertRiseAt, c.rise_k, " K");
  bins(MessageId::kCertRiseBin, c.by_rise);
  for (const auto& [sight, value] : c.by_sight)
    share(sight == "seen" ? MessageId::kCertSeen : MessageId::kCertWeak, value);
  share(MessageId::kCertPoint, c.point_like);
  share(MessageId::kCertWet, c.wet);
  thresholds(MessageId::kCertFactorAt, c.factor, "");
  return rows;
}

Rows PipeRows(const Certificate& c, Lang lang) {
  Rows rows;
  for (const CertifiedPipe& pipe : c.pipes) rows.emplace_back("  " + pipe.id, Shown(pipe, lang));
  return rows;
}

Json ShareJson(const Proportion& share) {
  return {{"leaks", share.trials},
          {"found", share.found},
          {"low", Number(share.low)},
          {"high", Number(share.high)}};
}

Json BinsJson(const std::vector<SizeBin>& bins) {
  Json list = Json::array();
  for (const SizeBin& bin : bins) {
    Json entry{{"from", bin.from}, {"to", Number(bin.to)}};
    entry.update(ShareJson(bin.share));
    list.push_back(std::move(entry));
  }
  return list;
}

/// "p80": {value, low, high} ...
Json ThresholdsJson(const Thresholds& thresholds) {
  Json json = Json::object();
  for (std::size_t k = 0; k < kCertified.size(); ++k) {
    const Threshold& t = thresholds[k];
    json[fmt::format("p{:.0f}", 100 * kCertified[k])] = {
        {"value", Number(t.value)}, {"low", Number(t.low)}, {"high", Number(t.high)}};
  }
  return json;
}

Json PieceJson(const CertifiedPiece& certified) {
  const simulation::TruePiece& piece = certified.piece;
  Json json{{"from_m", piece.from_m},
            {"to_m", piece.to_m},
            {"sight", piece.sight},
            {"stated_rise_k", piece.smallest_rise_k ? Number(*piece.smallest_rise_k) : nullptr}};
  for (std::size_t k = 0; k < kCertified.size(); ++k) {
    const std::string at = fmt::format("_p{:.0f}", 100 * kCertified[k]);
    json["rise_k" + at] = Number(certified.rise_k[k]);
    json["heat_w" + at] = Number(certified.heat_w[k]);
  }
  return json;
}

std::string Escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string HtmlTable(const Rows& rows) {
  std::string html = "<table>\n";
  for (const auto& [label, value] : rows)
    html += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", Escaped(label), Escaped(value));
  return html + "</table>\n";
}

/// A pipe's pieces from its start to its end: green below 1 K, red from 8 K on, grey = nothing can
/// be said.
std::string Bar(const CertifiedPipe& pipe) {
  std::string html = "<div class=\"bar\">";
  for (const CertifiedPiece& piece : pipe.pieces) {
    const double rise = piece.rise_k[0];
    std::string colour = "#bbb";
    if (std::isfinite(rise)) {
      const double share = std::clamp(std::log2(std::max(rise, 0.1)) / 3, 0.0, 1.0);
      colour = fmt::format("hsl({:.0f},70%,45%)", 120 * (1 - share));
    }
    html += fmt::format(
        "<span style=\"flex:{:.1f};background:{}\" title=\"{:.0f}-{:.0f} m: {} K, {} W\"></span>",
        piece.piece.to_m - piece.piece.from_m, colour, piece.piece.from_m, piece.piece.to_m,
        Shown(rise), Shown(piece.heat_w[0]));
  }
  return html + "</div>";
}

}  // namespace

void PrintCertificate(const Certificate& c, Lang lang) {
  fmt::print("\n{}\n", Title(c, lang));
  PrintRows(SensitivityRows(c, lang));
  fmt::print("{}\n", Text(MessageId::kCertPipes, lang));
  PrintRows(PipeRows(c, lang));
  if (c.leaks < kFewLeaks) fmt::print("{}\n", Text(MessageId::kCertFew, lang));
  fmt::print("{}\n", Meaning(c, lang));
}

Json CertificateJson(const Certificate& c) {
  Json sights = Json::object();
  for (const auto& [sight, share] : c.by_sight) sights[sight] = ShareJson(share);
  Json pipes = Json::array();
  for (const CertifiedPipe& pipe : c.pipes) {
    Json pieces = Json::array();
    for (const CertifiedPiece& piece : pipe.pieces) pieces.push_back(PieceJson(piece));
    pipes.push_back({{"pipe_id", pipe.id},
                     {"checked_m", Number(pipe.checked_m)},
                     {"not_observable_m", Number(pipe.blind_m)},
                     {"median_rise_k_p80", Number(pipe.median_rise_k)},
                     {"median_heat_w_p80", Number(pipe.median_heat_w)},
                     {"worst_tenth_rise_k_p80", Number(pipe.worst_rise_k)},
                     {"pieces", std::move(pieces)}});
  }
  return {{"schema", 1},
          {"runs", c.runs},
          {"radius_m", c.options.radius_m},
          {"score", c.options.score},
          {"interval", 0.9},
          {"leaks", c.leaks},
          {"found", c.found},
          {"heat_w", ThresholdsJson(c.heat_w)},
          {"rise_k", ThresholdsJson(c.rise_k)},
          {"rise_over_stated", ThresholdsJson(c.factor)},
          {"by_rise_k", BinsJson(c.by_rise)},
          {"by_heat_w", BinsJson(c.by_heat)},
          {"by_sight", std::move(sights)},
          {"point_like", ShareJson(c.point_like)},
          {"wet_length", ShareJson(c.wet)},
          {"pipes", std::move(pipes)}};
}

std::string CertificateHtml(const Certificate& c, Lang lang) {
  const std::string title = Escaped(Title(c, lang));
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{}</title>\n"
      "<style>body{{font-family:sans-serif;max-width:60em;margin:2em auto;padding:0 1em}}"
      "td{{padding:.15em 1em .15em 0;vertical-align:top}}td:first-child{{white-space:pre-wrap}}"
      ".bar{{display:flex;height:1em;margin:.2em 0 .8em}}"
      ".bar span{{border-right:1px solid #fff}}</style></head><body>\n<h1>{}</h1>\n",
      lang == Lang::kChinese ? "zh" : "en", title, title);
  html += HtmlTable(SensitivityRows(c, lang));
  html += fmt::format("<h2>{}</h2>\n", Escaped(Text(MessageId::kCertPipes, lang)));
  for (const CertifiedPipe& pipe : c.pipes) {
    html += fmt::format("<div><b>{}</b> {}</div>{}\n", Escaped(pipe.id), Escaped(Shown(pipe, lang)),
                        Bar(pipe));
  }
  if (c.leaks < kFewLeaks)
    html += fmt::format("<p>{}</p>\n", Escaped(Text(MessageId::kCertFew, lang)));
  return html + fmt::format("<p>{}</p>\n</body></html>\n", Escaped(Meaning(c, lang)));
}

}  // namespace thermoleak::cli
