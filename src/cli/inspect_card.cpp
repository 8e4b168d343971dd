#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "cli/inspect_item.hpp"

namespace thermoleak::cli {
namespace {

/// Columns that a terminal gives a UTF-8 text: Chinese letters take two.
int DisplayWidth(std::string_view text) {
  int width = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    // Three bytes from U+2E80 on: CJK and full-width forms; what lies below is narrow.
    width += bytes == 4 || (bytes == 3 && lead >= 0xE3) ||
                     (bytes == 3 && lead == 0xE2 && i + 1 < text.size() &&
                      static_cast<unsigned char>(text[i + 1]) >= 0xBA)
                 ? 2
                 : 1;
    i += bytes;
  }
  return width;
}

class Card {
 public:
  Card(Lang lang, const std::string& title) : lang_(lang), text_(title + "\n") {}

  void Line(MessageId label, const std::string& value) {
    constexpr int kLabelWidth = 17;
    std::string name = Text(label, lang_);
    name.append(static_cast<std::size_t>(std::max(1, kLabelWidth - DisplayWidth(name))), ' ');
    text_ += "  " + name + value + "\n";
  }
  /// The parts that are there, with commas between.
  void Line(MessageId label, const std::vector<std::string>& parts) {
    std::string joined;
    for (const std::string& part : parts) {
      if (part.empty()) continue;
      if (!joined.empty()) joined += lang_ == Lang::kChinese ? "," : ", ";
      joined += part;
    }
    Line(label, joined.empty() ? Text(MessageId::kCardUnknown, lang_) : joined);
  }
  std::string Say(MessageId id, std::vector<std::string> args) const {
    return Message{id, std::move(args)}.In(lang_);
  }
  std::string Number(const std::optional<double>& value, int decimals) const {
    return value ? fmt::format("{:.{}f}", *value, decimals) : "?";
  }
  const std::string& text() const { return text_; }
  Lang lang() const { return lang_; }

 private:
  Lang lang_;
  std::string text_;
};

std::string UtcText(double seconds) {
  const auto total = static_cast<std::int64_t>(std::floor(seconds));
  const std::int64_t of_day = ((total % 86400) + 86400) % 86400;
  return fmt::format("{:02}:{:02}:{:02}", of_day / 3600, of_day / 60 % 60, of_day % 60);
}

void AddCamera(const FrameMeta& meta, Card& card) {
  const bool maker_in_model = meta.model.starts_with(meta.make);
  card.Line(MessageId::kCardCamera,
            {maker_in_model || meta.make.empty() ? meta.model : meta.make + " " + meta.model,
             meta.serial.empty() ? "" : card.Say(MessageId::kCardSerial, {meta.serial}),
             meta.lens.empty() ? "" : card.Say(MessageId::kCardLens, {meta.lens})});
  std::vector<std::string> optics{fmt::format("{} x {}", meta.width, meta.height)};
  if (meta.pixel_pitch_um) optics.push_back(fmt::format("{:.3g} µm", *meta.pixel_pitch_um));
  if (meta.focal_length_mm) optics.push_back(fmt::format("{:.3g} mm", *meta.focal_length_mm));
  if (meta.pixel_pitch_um && meta.focal_length_mm) {
    const auto degrees = [&meta](int side) {
      const double half_mm = side * *meta.pixel_pitch_um / 2000;
      return 2 * std::atan(half_mm / *meta.focal_length_mm) * 180 / std::numbers::pi;
    };
    optics.push_back(card.Say(
        MessageId::kCardFieldOfView,
        {fmt::format("{:.1f}", degrees(meta.width)), fmt::format("{:.1f}", degrees(meta.height))}));
  }
  card.Line(MessageId::kCardOptics, optics);
  if (!meta.time_utc_s) {
    card.Line(MessageId::kCardTime, Text(MessageId::kCardUnknown, card.lang()));
  } else if (meta.time_is_local) {
    card.Line(MessageId::kCardTime, card.Say(MessageId::kCardLocalTime, {meta.time_text}));
  } else {
    card.Line(MessageId::kCardTime,
              card.Say(MessageId::kCardUtcTime, {meta.time_text, UtcText(*meta.time_utc_s)}));
  }
}

void AddPose(const RecordedPose& pose, Card& card) {
  std::vector<std::string> position;
  if (pose.position) {
    position.push_back(fmt::format("{:.7f} {}", std::abs(pose.position->lat_deg),
                                   pose.position->lat_deg < 0 ? "S" : "N"));
    position.push_back(fmt::format("{:.7f} {}", std::abs(pose.position->lon_deg),
                                   pose.position->lon_deg < 0 ? "W" : "E"));
    if (pose.sigma_horizontal_m) {
      position.push_back(
          card.Say(MessageId::kCardSigma, {card.Number(pose.sigma_horizontal_m, 2)}));
    }
    if (pose.rtk_flag.value_or(0) > 0) position.push_back(fmt::format("RTK {}", *pose.rtk_flag));
  }
  card.Line(MessageId::kCardPosition, position);
  std::vector<std::string> heights;
  const auto height = [&](MessageId id, const std::optional<double>& value) {
    if (value) heights.push_back(card.Say(id, {card.Number(value, 1)}));
  };
  height(pose.altitude_is_ellipsoidal ? MessageId::kCardEllipsoid : MessageId::kCardAltitude,
         pose.altitude_m);
  height(MessageId::kCardAboveTakeoff, pose.height_above_takeoff_m);
  height(MessageId::kCardAboveGround, pose.height_above_ground_m);
  card.Line(MessageId::kCardHeight, heights);
  const bool known = pose.yaw_deg || pose.pitch_deg;
  card.Line(MessageId::kCardAttitude,
            known ? card.Say(MessageId::kCardAngles,
                             {card.Number(pose.yaw_deg, 1), card.Number(pose.pitch_deg, 1),
                              card.Number(pose.roll_deg, 1)})
                  : Text(MessageId::kCardUnknown, card.lang()));
}

void AddScene(const SceneParameters& s, const AtmosphereConstants& air, Card& card) {
  const double tau = AtmosphericTransmission(air, s.distance_m, s.air_c, s.relative_humidity);
  card.Line(
      MessageId::kCardScene,
      card.Say(MessageId::kCardSceneValues,
               {fmt::format("{:.3g}", s.emissivity), fmt::format("{:.4g}", s.distance_m),
                fmt::format("{:.1f}", s.air_c), fmt::format("{:.0f}", s.relative_humidity * 100),
                fmt::format("{:.3f}", tau), fmt::format("{:.1f}", s.reflected_c)}));
}

MessageId LevelText(RadiometryLevel level) {
  switch (level) {
    case RadiometryLevel::kApparent:
      return MessageId::kCardApparent;
    case RadiometryLevel::kRelative:
      return MessageId::kCardRelative;
    case RadiometryLevel::kAbsolute:
      break;
  }
  return MessageId::kCardAbsolute;
}

void AddCalibration(const FrameMeta& meta, Card& card) {
  if (const auto* planck = std::get_if<PlanckCalibration>(&meta.calibration)) {
    const PlanckConstants& c = planck->planck;
    card.Line(MessageId::kCardCalibration,
              fmt::format("Planck R1 {:.8g}, B {:.6g}, F {:.4g}, O {:.6g}, R2 {:.8g}", c.r1, c.b,
                          c.f, c.o, c.r2));
    AddScene(planck->scene, planck->atmosphere, card);
  } else if (const auto* linear = std::get_if<LinearCalibration>(&meta.calibration)) {
    card.Line(MessageId::kCardCalibration,
              card.Say(MessageId::kCardLinear, {fmt::format("{:.6g}", linear->gain),
                                                fmt::format("{:.6g}", linear->offset_c)}));
  } else if (const auto* relative = std::get_if<RelativeCalibration>(&meta.calibration)) {
    card.Line(
        MessageId::kCardCalibration,
        card.Say(MessageId::kCardCountScale, {fmt::format("{:.2g}", relative->kelvin_per_count)}));
  } else {
    card.Line(MessageId::kCardCalibration, Text(MessageId::kCardCelsius, card.lang()));
  }
  if (meta.recorded_scene) AddScene(*meta.recorded_scene, {}, card);
}

void AddTemperatures(const Inspected& item, Card& card) {
  const FrameMeta& meta = item.frame->meta;
  if (!item.summary) {
    card.Line(MessageId::kCardTemperature, Text(MessageId::kCardUnknown, card.lang()));
    return;
  }
  const TemperatureSummary& t = *item.summary;
  const auto c = [](double value) { return fmt::format("{:.1f}", value); };
  const std::vector<std::string> hottest{c(t.max_c), fmt::format("{}", t.hottest_column),
                                         fmt::format("{}", t.hottest_row)};
  const std::string level = Text(LevelText(meta.radiometry), card.lang());
  if (item.Relative() != nullptr && item.counts) {
    const CountHistogram& counts = *item.counts;
    const auto n = [](int count) { return fmt::format("{}", count); };
    card.Line(
        MessageId::kCardTemperature,
        {card.Say(MessageId::kCardCounts, {n(counts.min()), n(counts.max()), n(counts.Median())}),
         card.Say(MessageId::kCardSpread, {c(t.p95_c - t.p05_c)}), level});
    card.Line(MessageId::kCardHottest, card.Say(MessageId::kCardHottestRelative, hottest));
  } else {
    card.Line(MessageId::kCardTemperature,
              {card.Say(MessageId::kCardTemperatureValues,
                        {c(t.min_c), c(t.max_c), c(t.median_c), c(t.p05_c), c(t.p95_c)}),
               level});
    card.Line(MessageId::kCardHottest, card.Say(MessageId::kCardHottestValues, hottest));
  }
  if (!item.uncertainty) return;
  const TemperatureUncertainty& u = *item.uncertainty;
  const auto k = [](double kelvin) { return fmt::format("{:.2f}", kelvin); };
  const std::string percent = fmt::format("{:.0f}", 100 * u.scale);
  card.Line(MessageId::kCardUncertainty,
            u.total_k ? card.Say(MessageId::kCardUncertaintyValues,
                                 {fmt::format("{:.1f}", *u.total_k), c(t.median_c), k(u.camera_k),
                                  k(u.emissivity_k), k(u.reflected_k), k(u.air_k), k(u.distance_k),
                                  percent})
                      : card.Say(MessageId::kCardUncertaintyRelative, {percent}));
}

void AddQuality(const Inspected& item, Card& card) {
  if (item.flags.empty() && item.summary) {
    card.Line(MessageId::kCardQuality, Text(MessageId::kCardQualityGood, card.lang()));
  }
  for (const QualityFlag& flag : item.flags) {
    card.Line(MessageId::kCardQuality, flag.reason.In(card.lang()));
  }
}

}  // namespace

std::string CardText(const FrameSource& source, const Inspected& item, Lang lang) {
  std::string title = source.path.string();
  if (source.count > 1) {
    title += ", " + Message{MessageId::kCardFrameInFile,
                            {fmt::format("{}", source.index + 1), fmt::format("{}", source.count)}}
                        .In(lang);
  }
  Card card(lang, title);
  if (!item.frame) {
    card.Line(MessageId::kCardUnusable, item.frame.error().message.In(lang));
    return card.text();
  }
  const FrameMeta& meta = item.frame->meta;
  card.Line(MessageId::kCardFormat, meta.format);
  AddCamera(meta, card);
  AddPose(meta.pose, card);
  AddCalibration(meta, card);
  AddTemperatures(item, card);
  AddQuality(item, card);
  for (const Message& warning : meta.warnings) {
    card.Line(MessageId::kCardWarning, warning.In(lang));
  }
  return card.text();
}

}  // namespace thermoleak::cli
