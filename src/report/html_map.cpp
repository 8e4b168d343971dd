#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "report/coverage_outline.hpp"
#include "report/html_parts.hpp"
#include "report/mosaic_picture.hpp"
#include "report/png_data_uri.hpp"

namespace thermoleak {
namespace {

/// Local metres to the map's drawing units: metres right and down of the upper-left corner.
class Drawing {
 public:
  explicit Drawing(const Box2& area)
      : corner_(area.min.x(), area.max.y()), size_(area.max - area.min) {}
  double X(double east) const { return east - corner_.x(); }
  double Y(double north) const { return corner_.y() - north; }
  double width() const { return size_.x(); }
  double height() const { return size_.y(); }
  Vec2 LocalOf(double x, double y) const { return {corner_.x() + x, corner_.y() - y}; }

  std::string Path(std::span<const Vec2> points, bool closed) const {
    std::string d;
    for (const Vec2& p : points) {
      fmt::format_to(std::back_inserter(d), "{}{:.2f} {:.2f}", d.empty() ? 'M' : 'L', X(p.x()),
                     Y(p.y()));
    }
    if (closed) d += 'Z';
    return d;
  }

 private:
  Vec2 corner_;
  Vec2 size_;
};

Box2 AreaOf(const PageContext& page, const MosaicPicture& picture) {
  Box2 area;
  area.Add(picture.area);
  for (const FrameRecord& record : page.result.frames) {
    if (!record.registered) continue;
    for (const Vec2& corner : record.registered->footprint) area.Add(corner);
  }
  for (const LeakCandidate& candidate : page.result.candidates) area.Add(candidate.spot.position);
  for (const FrameRecord& record : page.result.frames) {
    if (!record.located) continue;
    Box2 circle;
    circle.Add(record.located->position);
    circle.Grow(2 * record.located->sigma_m);
    area.Add(circle);
  }
  if (area.empty() && page.result.network != nullptr) {
    for (const Pipe& pipe : page.result.network->pipes()) area.Add(pipe.axis.Bounds());
  }
  if (area.empty()) area.Add(Vec2(0, 0));
  area.Grow(std::max(10.0, 0.03 * (area.max - area.min).maxCoeff()));
  return area;
}

constexpr std::array<std::string_view, 3> kMediumClass = {"unknown", "supply", "return"};
constexpr std::array<std::string_view, 3> kLayingClass = {"buried", "duct", "overhead"};
constexpr std::array<std::string_view, 3> kObservedClass = {"seen", "weak", "unseen"};

/// Pipes that the map shows: of the survey, and beside pictures from the hand.
std::vector<bool> ShownPipes(const PageContext& page) {
  std::vector<bool> shown;
  for (const PipeView& view : page.view.pipes) shown.push_back(view.in_survey);
  for (const FrameRecord& record : page.result.frames) {
    if (!record.located) continue;
    for (const int pipe : record.located->pipes) shown[static_cast<std::size_t>(pipe)] = true;
  }
  return shown;
}

/// Halo, casing and line are drawn in three passes, so that the halo of one pipe never cuts another
/// pipe.
void AppendPipes(std::string& out, const PageContext& page, const Drawing& drawing) {
  if (page.result.network == nullptr) return;
  const std::vector<Pipe>& pipes = page.result.network->pipes();
  std::string casings;
  std::string halos;
  std::string lines;
  const std::vector<bool> shown = ShownPipes(page);
  for (const PipeView& view : page.view.pipes) {
    const Pipe& pipe = pipes[static_cast<std::size_t>(view.pipe)];
    if (!shown[static_cast<std::size_t>(view.pipe)] || !pipe.axis.valid()) continue;
    const auto laying = kLayingClass[static_cast<std::size_t>(pipe.laying)];
    const std::string axis = drawing.Path(pipe.axis.vertices(), false);
    if (pipe.laying == Laying::kDuct) casings += R"(<path class="casing" d=")" + axis + R"("/>)";
    fmt::format_to(std::back_inserter(halos), R"(<path class="halo {}" d="{}"/>)", laying, axis);
    fmt::format_to(std::back_inserter(lines), R"(<g class="pipe {}"><title>{}</title>)",
                   kMediumClass[static_cast<std::size_t>(pipe.medium)], HtmlEscape(pipe.id));
    for (const Stretch& stretch : view.stretches) {
      const Polyline part = pipe.axis.Part(stretch.from_m, stretch.to_m);
      if (!part.valid()) continue;
      fmt::format_to(std::back_inserter(lines), R"(<path class="{}" d="{}"/>)",
                     kObservedClass[static_cast<std::size_t>(stretch.state)],
                     drawing.Path(part.vertices(), false));
    }
    lines += "</g>";
  }
  out += R"(<g id="layer-pipes">)" + casings + halos + lines + "</g>";
}

void AppendFrames(std::string& out, const PageContext& page, const Drawing& drawing) {
  out += R"(<path id="layer-frames" class="frames" d=")";
  for (const std::vector<Vec2>& ring : CoverageOutline(page.result.frames)) {
    out += drawing.Path(ring, true);
  }
  out += R"("/>)";
}

void AppendReflyLines(std::string& out, const PageContext& page, const Drawing& drawing) {
  out += R"(<g id="layer-refly">)";
  for (std::size_t i = 0; i < page.sight.refly.size(); ++i) {
    const ReflyPiece& piece = page.sight.refly[i];
    const Pipe& pipe = page.result.network->pipes()[static_cast<std::size_t>(piece.pipe)];
    const Polyline part = pipe.axis.Part(piece.from_m, piece.to_m);
    if (!part.valid()) continue;
    fmt::format_to(std::back_inserter(out),
                   R"(<path class="refly-line" d="{}"><title>{} {}: {}</title></path>)",
                   drawing.Path(part.vertices(), false), page.words(MessageId::kReportLayerRefly),
                   i + 1, page.words(WordFor(piece.reason)));
  }
  out += "</g>";
}

/// Circles of one sigma, with the picture's name.
void AppendHandCircles(std::string& out, const PageContext& page, const Drawing& drawing) {
  for (const FrameRecord& record : page.result.frames) {
    if (!record.located) continue;
    const HandPicture& hand = *record.located;
    fmt::format_to(
        std::back_inserter(out),
        R"(<circle class="hand-circle" cx="{:.2f}" cy="{:.2f}" r="{:.2f}"><title>{}</title></circle>)",
        drawing.X(hand.position.x()), drawing.Y(hand.position.y()), hand.sigma_m,
        HtmlEscape(record.meta.name));
  }
}

/// Marker sizes are in screen pixels at scale(metres a pixel); the script renews the scale at every
/// zoom.
void AppendMarkers(std::string& out, const PageContext& page, const Drawing& drawing,
                   double metres_per_pixel) {
  out += R"(<g id="layer-candidates">)";
  const auto sink = std::back_inserter(out);
  // Last drawn lies on top: the best candidate must not be hidden.
  for (std::size_t i = page.result.candidates.size(); i-- > 0;) {
    const LeakCandidate& candidate = page.result.candidates[i];
    if (candidate.outline.size() > 2) {
      fmt::format_to(sink, R"(<path class="outline {}" data-n="{}" d="{}"/>)",
                     KindClass(candidate.kind), i + 1, drawing.Path(candidate.outline, true));
    }
  }
  for (std::size_t i = page.result.candidates.size(); i-- > 0;) {
    const LeakCandidate& candidate = page.result.candidates[i];
    const double x = drawing.X(candidate.spot.position.x());
    const double y = drawing.Y(candidate.spot.position.y());
    const double radius = 9.0 + 6.0 * std::clamp(candidate.score, 0.0, 1.0);
    fmt::format_to(
        sink,
        R"~(<a class="marker {0}{1}" href="#c{2}" data-n="{2}" data-x="{3:.2f}" data-y="{4:.2f}" transform="translate({3:.2f} {4:.2f}) scale({5:.4f})" aria-label="{6} {8}"><circle r="{7:.1f}"/><text dy="4">{8}</text></a>)~",
        KindClass(candidate.kind), IsSuspected(candidate) ? " suspected" : "", i + 1, x, y,
        metres_per_pixel, page.words(StandingWord(candidate)), radius, candidate.rank);
  }
  out += "</g>";
}

void AppendLegend(std::string& out, const PageContext& page, const MosaicPicture& picture) {
  const Words& words = page.words;
  const auto sink = std::back_inserter(out);
  std::array<bool, 3> media{};
  std::array<bool, 3> layings{};
  for (const PipeView& view : page.view.pipes) {
    if (!view.in_survey) continue;
    const Pipe& pipe = page.result.network->pipes()[static_cast<std::size_t>(view.pipe)];
    media[static_cast<std::size_t>(pipe.medium)] = true;
    layings[static_cast<std::size_t>(pipe.laying)] = true;
  }
  const auto line = [&](std::string_view laying, std::string_view medium, std::string_view observed,
                        MessageId word) {
    fmt::format_to(
        sink,
        R"(<li><svg class="key" viewBox="0 0 34 14" aria-hidden="true">{}<path class="halo {}" d="M3 7H31"/><g class="pipe {}"><path class="{}" d="M3 7H31"/></g></svg>{}</li>)",
        laying == "duct" ? R"(<path class="casing" d="M3 7H31"/>)" : "", laying, medium, observed,
        words(word));
  };
  out += R"(<ul class="legend">)";
  constexpr std::array kMediumWord = {MessageId::kReportMediumUnknown, MessageId::kReportSupply,
                                      MessageId::kReportReturn};
  constexpr std::array kLayingWord = {MessageId::kReportBuried, MessageId::kReportDuct,
                                      MessageId::kReportOverhead};
  constexpr std::array kObservedWord = {MessageId::kReportSeen, MessageId::kReportWeak,
                                        MessageId::kReportUnseen};
  for (const std::size_t i : {1u, 2u, 0u}) {
    if (media[i]) line("buried", kMediumClass[i], "seen", kMediumWord[i]);
  }
  for (std::size_t i = 0; i < 3; ++i) {
    if (layings[i]) line(kLayingClass[i], "unknown", "seen", kLayingWord[i]);
  }
  for (std::size_t i = 0; i < 3; ++i) {
    if (page.view.metres[i] > 0) line("buried", "supply", kObservedClass[i], kObservedWord[i]);
  }
  if (page.view.frames_located > 0) {
    fmt::format_to(
        sink,
        R"(<li><svg class="key" viewBox="0 0 34 14" aria-hidden="true"><circle class="hand-circle" cx="17" cy="7" r="5"/></svg>{}</li>)",
        words(MessageId::kReportHand));
  }
  if (page.view.frames_used > page.view.frames_located) {
    fmt::format_to(
        sink,
        R"(<li><svg class="key" viewBox="0 0 34 14" aria-hidden="true"><path class="frames" d="M1 7H33"/></svg>{}</li>)",
        words(MessageId::kReportLayerFrames));
  }
  if (!page.sight.refly.empty()) {
    fmt::format_to(
        sink,
        R"(<li><svg class="key" viewBox="0 0 34 14" aria-hidden="true"><path class="refly-line" d="M1 7H33"/></svg>{}</li>)",
        words(MessageId::kReportLayerRefly));
  }
  for (std::size_t i = 0; i < 4; ++i) {
    const auto kind = static_cast<CandidateKind>(i);
    if (page.view.candidates_by_kind[i] == 0) continue;
    fmt::format_to(sink, R"(<li><i class="dot {}"></i>{}</li>)", KindClass(kind),
                   words(KindWord(kind)));
  }
  if (!picture.indices.empty()) {
    fmt::format_to(sink, R"(<li>{}</li>)",
                   words(MessageId::kReportMosaicScale,
                         {Fixed(static_cast<double>(picture.range.low_c), 1),
                          Fixed(static_cast<double>(picture.range.high_c), 1)}));
  }
  out += "</ul>";
}

void AppendControls(std::string& out, const PageContext& page, double north_deg) {
  const Words& words = page.words;
  const auto sink = std::back_inserter(out);
  out += R"(<div class="buttons">)";
  fmt::format_to(sink,
                 R"(<button type="button" id="zoom-in" aria-label="{0}" title="{0}">+</button>)",
                 words(MessageId::kReportZoomIn));
  fmt::format_to(sink,
                 R"(<button type="button" id="zoom-out" aria-label="{0}" title="{0}">−</button>)",
                 words(MessageId::kReportZoomOut));
  fmt::format_to(
      sink,
      R"(<button type="button" id="zoom-all" aria-label="{0}" title="{0}"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4"/></svg></button></div>)",
      words(MessageId::kReportWholeMap));
  fmt::format_to(
      sink,
      R"~(<svg class="north" viewBox="0 0 24 36" role="img" aria-label="{0}"><title>{0}</title><g transform="rotate({1} 12 22)"><path d="M12 10l7 22-7-5-7 5z"/></g><text x="12" y="8">N</text></svg>)~",
      words(MessageId::kReportTrueNorth), Fixed(north_deg, 2));
  out +=
      R"(<div class="scalebar" id="scalebar" aria-hidden="true"><span></span><b></b></div><output class="readout" id="readout"></output>)";
}

}  // namespace

void AppendMap(std::string& out, const PageContext& page, const Mosaic& mosaic,
               nlohmann::ordered_json& island) {
  const Words& words = page.words;
  const MosaicPicture picture = PictureOf(mosaic, 1600);
  const Drawing drawing(AreaOf(page, picture));
  const auto sink = std::back_inserter(out);
  // Without the script (print preview, mail readers) the page shows the whole survey about this
  // wide.
  const double metres_per_pixel = std::max(drawing.width() / 960.0, drawing.height() / 560.0);

  fmt::format_to(
      sink,
      R"(<section id="map-section"><h2>{}</h2><div class="mapbar"><p class="help noprint">{}</p><div class="layers noprint">)",
      words(MessageId::kReportMap), words(MessageId::kReportMapHelp));
  const auto layer = [&](std::string_view id, MessageId word) {
    fmt::format_to(sink,
                   R"(<label><input type="checkbox" data-layer="layer-{}" checked>{}</label>)", id,
                   words(word));
  };
  if (!picture.indices.empty()) layer("mosaic", MessageId::kReportLayerMosaic);
  layer("pipes", MessageId::kReportLayerPipes);
  layer("frames", MessageId::kReportLayerFrames);
  if (!page.sight.refly.empty()) layer("refly", MessageId::kReportLayerRefly);
  layer("candidates", MessageId::kReportLayerCandidates);
  fmt::format_to(
      sink,
      R"(</div></div><div id="map" class="map" style="--shape:{:.2f}" tabindex="0" role="application" aria-label="{}"><svg id="map-svg" viewBox="0 0 {:.2f} {:.2f}" preserveAspectRatio="xMidYMid meet">)",
      std::clamp(drawing.width() / drawing.height(), 1.0, 2.4), words(MessageId::kReportMapLabel),
      drawing.width(), drawing.height());
  if (!picture.indices.empty()) {
    const Vec2 size = picture.area.max - picture.area.min;
    fmt::format_to(
        sink,
        R"(<image id="layer-mosaic" x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}" preserveAspectRatio="none" href=")",
        drawing.X(picture.area.min.x()), drawing.Y(picture.area.max.y()), size.x(), size.y());
    out += PngDataUri(picture.indices, GreyPalette());
    out += R"("/>)";
  }
  AppendFrames(out, page, drawing);
  if (!page.sight.refly.empty()) AppendReflyLines(out, page, drawing);
  AppendPipes(out, page, drawing);
  AppendHandCircles(out, page, drawing);
  AppendMarkers(out, page, drawing, metres_per_pixel);
  out += "</svg>";
  const LonLat centre = page.result.frame.LonLatFromLocal(
      drawing.LocalOf(0.5 * drawing.width(), 0.5 * drawing.height()));
  AppendControls(out, page, -page.result.frame.ConvergenceDeg(centre));
  out += "</div>";
  AppendLegend(out, page, picture);
  out += "</section>";

  // The four corners: bilinear between them is good to centimetres over a survey.
  nlohmann::ordered_json corners = nlohmann::ordered_json::array();
  for (const auto& [x, y] : {std::pair{0.0, 0.0}, {1.0, 0.0}, {0.0, 1.0}, {1.0, 1.0}}) {
    const LonLat corner = page.result.frame.LonLatFromLocal(
        drawing.LocalOf(x * drawing.width(), y * drawing.height()));
    corners.push_back({Rounded(corner.lon_deg, 8), Rounded(corner.lat_deg, 8)});
  }
  island["map"] = {{"width", Rounded(drawing.width(), 2)},
                   {"height", Rounded(drawing.height(), 2)},
                   {"corners", corners}};
}

}  // namespace thermoleak
