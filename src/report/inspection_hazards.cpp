// The inspection report: the network's hazards, as a list and one by one, and what was none.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include "report/chip_overlay.hpp"
#include "report/inspection_parts.hpp"
#include "thermoleak/report/evidence.hpp"
#include "thermoleak/scoring/candidate.hpp"

namespace thermoleak {
namespace {

using enum MessageId;
using Json = nlohmann::ordered_json;

template <class T>
const std::vector<T>& Of(const std::string& hazard,
                         const std::map<std::string, std::vector<T>>& by_hazard) {
  static const std::vector<T> kNone;
  const auto found = by_hazard.find(hazard);
  return found == by_hazard.end() ? kNone : found->second;
}

std::string Number(const std::optional<double>& value, int decimals) {
  return value ? Fixed(*value, decimals) : "–";
}

std::string Advice(const Hazard& h, Lang lang) {
  using enum HazardState;
  const auto say = [&](MessageId id, std::vector<std::string> args = {}) {
    return Message{id, std::move(args)}.In(lang);
  };
  switch (h.state) {
    case kSuspect:
      return say(kAdviceDig);
    case kConfirmed:
      return say(kAdvicePlan);
    case kPlanned:
    case kRectifying:
    case kToAccept:
      return say(kAdvicePlanned, {h.plan_item.empty() ? Text(kToBeSupplied, lang) : h.plan_item});
    case kWatch:
      return say(kAdviceWatch);
    case kEmergency:
      return say(kAdviceEmergency);
    case kCarried:
      return say(kAdviceCarried);
    case kClosed:
      return say(kAdviceClosed, {IsoDate(h.closed_on)});
    default:
      return say(kAdviceVerify);
  }
}

std::string PipeText(const Hazard& h, const InspectionPage& page) {
  std::string text = page.Known(h.asset.id.empty() ? h.place.pipe_id : h.asset.id);
  text += " · " + Word(h.asset.kind, page.lang());
  if (h.asset.dn_mm) text += fmt::format(" · DN{}", *h.asset.dn_mm);
  if (!h.asset.laying.empty()) text += " · " + LayingWord(h.asset.laying, page.lang());
  if (h.asset.year_built) text += fmt::format(" · {}", *h.asset.year_built);
  if (page.internal() && h.asset.depth_m)
    text += " · " + Message{kInspectionDepth, {Fixed(*h.asset.depth_m, 2)}}.In(page.lang());
  return text;
}

std::string PositionText(const Hazard& h, Lang lang) {
  const HazardPlace& p = h.place;
  if (!p.lon_deg || !p.lat_deg) return {};
  std::vector<std::string> args = {Fixed(*p.lon_deg, 6), Fixed(*p.lat_deg, 6)};
  if (!p.sigma_major_m || !p.sigma_minor_m)
    return Message{kInspectionPositionOnly, std::move(args)}.In(lang);
  args.push_back(Fixed(*p.sigma_major_m, 1));
  args.push_back(Fixed(*p.sigma_minor_m, 1));
  return Message{kInspectionPosition, std::move(args)}.In(lang);
}

std::string SeenText(const std::vector<Sighting>& seen, Lang lang) {
  std::string text;
  for (const Sighting& s : seen) {
    text += (text.empty() ? "" : "\n") +
            Message{kInspectionSeen,
                    {IsoDate(s.date), s.run, Number(s.delta_t_k, 1), Number(s.probability, 2)}}
                .In(lang);
  }
  return text;
}

std::string LookedText(const std::vector<Verification>& looked, Lang lang) {
  std::string text;
  for (const Verification& v : looked) {
    text += fmt::format("{}{} · {}{}{} · {}", text.empty() ? "" : "\n", IsoDate(v.date),
                        Word(v.method, lang), lang == Lang::kChinese ? "\uff1a" : ": ",
                        Word(v.result, lang), v.by);
    if (!v.note.empty()) text += " · " + v.note;
  }
  return text;
}

// What another program may have written into evidence.json is taken with care.

double NumberIn(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number() ? found->get<double>() : 0;
}
std::optional<Vec2> PointOf(const Json& json) {
  if (!json.is_array() || json.size() != 2 || !json[0].is_number() || !json[1].is_number())
    return std::nullopt;
  return Vec2(json[0].get<double>(), json[1].get<double>());
}
const Json& Member(const Json& object, const char* name) {
  static const Json kNone;
  const auto found = object.is_object() ? object.find(name) : object.end();
  return object.is_object() && found != object.end() ? *found : kNone;
}

/// False when there is none.
bool AppendPicture(std::string& out, const InspectionPage& page, const Sighting& sighting,
                   const Json& evidence) {
  const Json& chip = Member(evidence, "chip");
  const Json& png = Member(chip, "png");
  const auto spot = PointOf(Member(chip, "spot_px"));
  if (!png.is_string() || !spot) return false;
  const std::string uri = png.get<std::string>();
  ChipOverlay overlay{NumberIn(chip, "width_px"),
                      NumberIn(chip, "height_px"),
                      NumberIn(chip, "gsd_m"),
                      0.5 * std::max(sighting.length_m.value_or(0), sighting.width_m.value_or(0)),
                      *spot,
                      {}};
  if (!uri.starts_with("data:image/png;base64,") || !(overlay.width_px >= 1) ||
      !(overlay.height_px >= 1))
    return false;
  if (const Json& pipes = Member(chip, "pipes_px"); page.internal() && pipes.is_array()) {
    for (const Json& line : pipes) {
      std::vector<Vec2> axis;
      for (const Json& point : line) {
        if (const auto p = PointOf(point)) axis.push_back(*p);
      }
      overlay.pipes.push_back(std::move(axis));
    }
  }
  const auto sink = std::back_inserter(out);
  fmt::format_to(sink, R"(<figure><div class="picture"><img alt="" src="{}">)", HtmlEscape(uri));
  AppendChipOverlay(out, overlay);
  fmt::format_to(
      sink, "</div>{}</figure>",
      page.words(kInspectionPictureFrom, {IsoDate(sighting.date), Fixed(NumberIn(chip, "low_c"), 1),
                                          Fixed(NumberIn(chip, "high_c"), 1)}));
  return true;
}

/// Evidence by run and candidate, of the sightings that the page shows.
using Pictures = std::map<std::string, std::map<std::string, Json>>;
Pictures PicturesFor(const InspectionPage& page) {
  std::map<std::string, std::set<std::string>> wanted;
  for (const Hazard& h : page.season.network) {
    for (const Sighting& s : Of(h.id, page.season.sightings)) wanted[s.run].insert(s.candidate_id);
  }
  Pictures pictures;
  for (const std::filesystem::path& run : page.report.runs) {
    std::error_code ignored;
    const std::string name = std::filesystem::weakly_canonical(run, ignored).filename().string();
    if (const auto it = wanted.find(name); it != wanted.end())
      pictures[name] = ReadEvidence(run, it->second);
  }
  return pictures;
}

void AppendHazard(std::string& out, const InspectionPage& page, const Hazard& h,
                  const Pictures& pictures) {
  const auto sink = std::back_inserter(out);
  const Words& words = page.words;
  const Lang lang = page.lang();
  const std::vector<Sighting>& seen = Of(h.id, page.season.sightings);
  fmt::format_to(
      sink,
      R"(<article class="hazard"><h3><span>{}</span><span{}>{}</span></h3><dl class="facts">)",
      HtmlEscape(h.id), IsConfirmedLeak(h) ? R"( class="leak")" : "",
      HtmlEscape(StandingOf(h, lang)));
  const auto fact = [&](MessageId name, const std::string& value) {
    if (!value.empty())
      fmt::format_to(sink, "<dt>{}</dt><dd>{}</dd>", words(name), HtmlEscape(value));
  };
  fact(kColAddress, PlaceOf(page, h));
  fact(kColUnit, page.Known(h.place.unit));
  if (page.internal()) fact(kInspectionFactPosition, PositionText(h, lang));
  fact(kInspectionFactPipe, PipeText(h, page));
  if (h.heat_loss_w_p50) {
    fact(kColHeatLoss, fmt::format("{} ({} – {})", Number(h.heat_loss_w_p50, 0),
                                   Number(h.heat_loss_w_p10, 0), Number(h.heat_loss_w_p90, 0)));
  }
  fact(kInspectionSeenIn, SeenText(seen, lang));
  fact(kInspectionLookedAt, LookedText(Of(h.id, page.season.verifications), lang));
  fact(kColState, Word(h.state, lang));
  fact(kColGrade, h.grade ? Word(*h.grade, lang) : page.Known({}));
  fact(kInspectionAdvice,
       Advice(h, lang) + (h.proposed_measure.empty() ? "" : "\n" + h.proposed_measure));
  out += "</dl>";
  bool shown = false;
  for (auto s = seen.rbegin(); s != seen.rend() && !shown; ++s) {  // the latest look that is there
    const auto run = pictures.find(s->run);
    if (run == pictures.end()) continue;
    const auto evidence = run->second.find(s->candidate_id);
    shown = evidence != run->second.end() && AppendPicture(out, page, *s, evidence->second);
  }
  if (!shown && !seen.empty()) {
    fmt::format_to(sink, R"(<figure><p class="nochip">{}</p></figure>)",
                   words(kInspectionNoPicture));
  }
  out += "</article>";
}

}  // namespace

bool IsConfirmedLeak(const Hazard& h) { return h.kind == HazardKind::kLeak && h.verified; }

bool IsSuspectedLeak(const Hazard& h) {
  return h.kind == HazardKind::kLeak && !h.verified && h.state != HazardState::kRejected &&
         (h.state == HazardState::kSuspect || h.probability.value_or(0) >= kSuspected);
}

std::string StandingOf(const Hazard& h, Lang lang) {
  if (IsConfirmedLeak(h)) return Text(kStandingConfirmedLeak, lang);
  const std::string kind = Word(h.kind, lang);
  if (h.verified) return Message{kStandingConfirmed, {kind}}.In(lang);
  if (IsSuspectedLeak(h)) return Text(kStandingSuspectedLeak, lang);
  if (h.sightings == 0) return Message{kStandingReported, {kind}}.In(lang);
  if (h.kind == HazardKind::kUnknown) return Text(kStandingAnomalyOnly, lang);
  return Message{kStandingAnomaly, {kind}}.In(lang);
}

std::string PlaceOf(const InspectionPage& page, const Hazard& h) {
  return page.Known(h.place.address.empty() ? h.place.courtyard : h.place.address);
}

void AppendResults(std::string& out, const InspectionPage& page) {
  const auto sink = std::back_inserter(out);
  const Words& words = page.words;
  const Lang lang = page.lang();
  const SeasonView& s = page.season;
  fmt::format_to(sink, R"(<h2>{}</h2><ul class="tiles">)", words(kInspectionResults));
  const std::array<std::pair<MessageId, std::size_t>, 6> tiles = {
      {{kInspectionTileAnomalies, static_cast<std::size_t>(s.anomalies)},
       {kInspectionTileListed, s.network.size()},
       {kInspectionTileConfirmed, static_cast<std::size_t>(s.confirmed_leaks)},
       {kInspectionTileSuspected, static_cast<std::size_t>(s.suspected_leaks)},
       {kInspectionTileRejected, s.rejected.size()},
       {kInspectionTileBoilers, s.boilers.size()}}};
  for (const auto& [name, value] : tiles)
    fmt::format_to(sink, "<li><b>{}</b><span>{}</span></li>", value, words(name));
  out += "</ul>";

  std::array<std::array<int, 3>, 8> looked{};  // by method and result
  for (const std::vector<Hazard>* list : {&s.network, &s.rejected}) {
    for (const Hazard& h : *list) {
      for (const Verification& v : Of(h.id, s.verifications))
        ++looked[static_cast<std::size_t>(v.method)][static_cast<std::size_t>(v.result)];
    }
  }
  std::vector<std::vector<std::string>> rows;
  for (std::size_t m = 0; m < looked.size(); ++m) {
    const auto& [found, likely, nothing] = looked[m];
    if (found + likely + nothing == 0) continue;
    const auto n = [](int count) { return fmt::format("{}", count); };
    rows.push_back({Word(static_cast<VerifyMethod>(m), lang), n(found + likely + nothing), n(found),
                    n(likely), n(nothing)});
  }
  fmt::format_to(sink, "<h3>{}</h3>", words(kInspectionByMethod));
  AppendTable(out, page,
              {kInspectionColMethod, kInspectionColLooked, kInspectionColReal, kInspectionColLikely,
               kInspectionColNothing},
              rows, {1, 2, 3, 4});

  rows.clear();
  for (const Hazard& h : s.network) {
    rows.push_back(
        {fmt::format("{}", rows.size() + 1), h.id, PlaceOf(page, h),
         page.Known(h.asset.id) + (h.asset.dn_mm ? fmt::format("\nDN{}", *h.asset.dn_mm) : ""),
         StandingOf(h, lang), Number(h.probability, 2), Number(h.delta_t_k, 1),
         h.grade ? Word(*h.grade, lang) : page.Known({}), Word(h.state, lang)});
  }
  fmt::format_to(sink, "<h3>{}</h3>", words(kInspectionList));
  AppendTable(out, page,
              {kColNumber, kColHazard, kColAddress, kColAsset, kInspectionStanding, kColProbability,
               kColDeltaT, kColGrade, kColState},
              rows, {0, 5, 6});
}

void AppendHazardPages(std::string& out, const InspectionPage& page) {
  out += "<h2>" + page.words(kInspectionPages) + "</h2>";
  if (page.season.network.empty()) out += "<p>" + page.words(kInspectionNone) + "</p>";
  const Pictures pictures = PicturesFor(page);
  for (const Hazard& h : page.season.network) AppendHazard(out, page, h, pictures);
}

void AppendRejected(std::string& out, const InspectionPage& page) {
  out += "<h2>" + page.words(kInspectionRejected) + "</h2>";
  std::vector<std::vector<std::string>> rows;
  for (const Hazard& h : page.season.rejected) {
    rows.push_back({fmt::format("{}", rows.size() + 1), h.id, PlaceOf(page, h),
                    page.Known(h.asset.id), Number(h.delta_t_k, 1),
                    h.reject_code ? Word(*h.reject_code, page.lang()) : page.Known({})});
  }
  AppendTable(out, page,
              {kColNumber, kColHazard, kColAddress, kColAsset, kColDeltaT, kInspectionRejectedWhy},
              rows, {0, 4});
}

}  // namespace thermoleak
