// A run's candidates become sightings of hazards.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

#include "ledger/assignment.hpp"
#include "ledger/ledger_impl.hpp"
#include "thermoleak/core/geometry.hpp"
#include "thermoleak/geo/nearby.hpp"
#include "thermoleak/ledger/run_folder.hpp"

namespace thermoleak {

using ledger::Change;

void ImportOptions::Describe(OptionVisitor& v) {
  v.Visit("leak-score", leak_score,
          {0, 1, "", "suspected leaks from this score on become hazards",
           "评分不低于此值的疑似漏点列入台账"});
  v.Visit("insulation-score", insulation_score,
          {0, 1, "", "insulation damage from this probability on becomes a hazard",
           "概率不低于此值的保温破损列入台账"});
  v.Visit("installation-score", installation_score,
          {0, 1, "", "anomalies of chambers and fittings from this probability on become hazards",
           "概率不低于此值的附属设施异常列入台账"});
  v.Visit("max-distance", max_distance_m,
          {0.5, 100, "m", "farther apart is never the same place", "超过此距离不视为同一处"});
  v.Visit("sigmas", sigmas,
          {1, 10, "", "the same place lies within so many sigmas of both ellipses together",
           "同一处须在两个误差椭圆合成后的多少倍标准差之内"});
  v.Visit("place-sigma", place_sigma_m,
          {0, 20, "m", "added to every position: another map, another extent of the same anomaly",
           "附加的位置标准差(底图更换、异常范围变化)"});
  v.Visit("beside", beside_m,
          {0, 20, "m", "pipes this near run beside each other, where a run does not say",
           "检测结果未注明时,相距不超过此值的管道视为并行"});
}

namespace {

/// Covariance of a position, east and north, from its ellipse; unknown axes count as 5 m.
Mat2 CovarianceOf(std::optional<double> major, std::optional<double> minor,
                  std::optional<double> azimuth_deg, double extra_m) {
  constexpr double kUnknown_m = 5;
  const double a = azimuth_deg.value_or(0) * std::numbers::pi / 180;
  const Vec2 along(std::sin(a), std::cos(a)), across(std::cos(a), -std::sin(a));
  const double s1 = major.value_or(kUnknown_m), s2 = minor.value_or(kUnknown_m);
  return s1 * s1 * along * along.transpose() + s2 * s2 * across * across.transpose() +
         extra_m * extra_m * Mat2::Identity();
}

/// A warm picture alone does not tell a leak from wet insulation, so that the two count as the same
/// thing; a chamber or fitting is another.
bool SameThing(HazardKind a, HazardKind b) {
  return (a == HazardKind::kInstallation) == (b == HazardKind::kInstallation);
}

bool SamePipe(const RunCandidate& c, const Hazard& h, double distance_m, double beside_m) {
  if (c.sighting.pipe_id == h.place.pipe_id || h.place.pipe_id.empty()) return true;
  if (c.beside_known)
    return std::find(c.beside.begin(), c.beside.end(), h.place.pipe_id) != c.beside.end();
  return distance_m <= beside_m;
}

/// Cost of taking a candidate for a hazard: squared sigmas, and a little where the kinds differ.
std::optional<double> Cost(const RunCandidate& c, const Hazard& h, const ImportOptions& o) {
  if (!h.place.lon_deg || !h.place.lat_deg || !c.sighting.lon_deg || !c.sighting.lat_deg)
    return std::nullopt;
  const Vec2 d =
      MetresFrom({*h.place.lon_deg, *h.place.lat_deg}, {*c.sighting.lon_deg, *c.sighting.lat_deg});
  if (std::abs(d.y()) > o.max_distance_m) return std::nullopt;  // most pairs of a city end here
  if (!SameThing(c.sighting.kind, h.kind)) return std::nullopt;
  const double distance = d.norm();
  if (!(distance <= o.max_distance_m) || !SamePipe(c, h, distance, o.beside_m)) return std::nullopt;
  const Mat2 covariance = CovarianceOf(c.sighting.sigma_major_m, c.sighting.sigma_minor_m,
                                       c.sighting.sigma_azimuth_deg, o.place_sigma_m) +
                          CovarianceOf(h.place.sigma_major_m, h.place.sigma_minor_m,
                                       h.place.sigma_azimuth_deg, o.place_sigma_m);
  const double determinant = covariance.determinant();
  if (!(determinant > 0)) return std::nullopt;
  // d' C^-1 d, written out for two dimensions.
  const double squared = (covariance(1, 1) * d.x() * d.x() - 2 * covariance(0, 1) * d.x() * d.y() +
                          covariance(0, 0) * d.y() * d.y()) /
                         determinant;
  if (!(squared <= o.sigmas * o.sigmas)) return std::nullopt;
  const bool other_kind = c.sighting.kind != h.kind;
  const bool other_pipe = c.sighting.pipe_id != h.place.pipe_id;
  return squared + (other_kind ? 1.0 : 0.0) + (other_pipe ? 1.0 : 0.0);
}

bool IsStrong(const RunCandidate& c, const ImportOptions& o) {
  const Sighting& s = c.sighting;
  if (c.score >= o.leak_score && s.kind == HazardKind::kLeak) return true;
  if (s.kind == HazardKind::kInsulation) return s.p_insulation.value_or(0) >= o.insulation_score;
  if (s.kind == HazardKind::kInstallation)
    return s.p_installation.value_or(0) >= o.installation_score;
  return false;
}

/// What the latest survey says of the place; what a person found stays.
void TakeSighting(Hazard& h, const RunCandidate& c, std::optional<Date> latest) {
  const Sighting& s = c.sighting;
  if (latest && s.date && *s.date < *latest) return;  // an older survey, imported later
  if (!h.verified && s.kind != HazardKind::kUnknown) h.kind = s.kind;
  h.probability = s.probability;
  h.delta_t_k = s.delta_t_k;
  h.delta_t_sigma_k = s.delta_t_sigma_k;
  h.heat_loss_w_p10 = s.heat_loss_w_p10;
  h.heat_loss_w_p50 = s.heat_loss_w_p50;
  h.heat_loss_w_p90 = s.heat_loss_w_p90;
}

void TakePlace(Hazard& h, const RunCandidate& c) {
  const Sighting& s = c.sighting;
  h.place.lon_deg = s.lon_deg;
  h.place.lat_deg = s.lat_deg;
  h.place.sigma_major_m = s.sigma_major_m;
  h.place.sigma_minor_m = s.sigma_minor_m;
  h.place.sigma_azimuth_deg = s.sigma_azimuth_deg;
  h.place.pipe_id = s.pipe_id;
  h.place.chainage_m = s.chainage_m;
  h.place.offset_m = s.offset_m;
}

/// The map's facts that the hazard does not have yet.
void TakeFacts(Hazard& h, const RunCandidate& c) {
  if (h.place.unit.empty()) h.place.unit = c.unit;
  if (h.place.district.empty()) h.place.district = c.district;
  if (h.asset.id.empty()) h.asset = c.asset;
  if (h.asset.id != c.asset.id) return;
  if (h.asset.kind == AssetKind::kPipe) h.asset.kind = c.asset.kind;
  if (!h.asset.dn_mm) h.asset.dn_mm = c.asset.dn_mm;
  if (!h.asset.depth_m) h.asset.depth_m = c.asset.depth_m;
  if (h.asset.laying.empty()) h.asset.laying = c.asset.laying;
  if (!h.asset.year_built) h.asset.year_built = c.asset.year_built;
}

/// One import at work.
class Importer {
 public:
  Importer(const SurveyRun& run, const ImportOptions& options, int season)
      : run_(run), options_(options), season_(season) {}

  /// Pairs of candidates and hazards: the strong candidates first, so that a weak one beside them
  /// cannot take their hazard; then the weak ones with what is left.
  std::vector<int> Match(const std::vector<Hazard>& hazards) const {
    std::vector<int> partner(run_.candidates.size(), -1);
    std::set<int> taken;
    for (const bool strong : {true, false}) {
      std::vector<ledger::Pairing> pairs;
      for (std::size_t i = 0; i < run_.candidates.size(); ++i) {
        const RunCandidate& c = run_.candidates[i];
        if (IsStrong(c, options_) != strong || (!strong && c.confuser)) continue;
        for (std::size_t j = 0; j < hazards.size(); ++j) {
          if (taken.contains(static_cast<int>(j)) || !IsTarget(hazards[j], strong)) continue;
          if (const auto cost = Cost(c, hazards[j], options_))
            pairs.push_back({static_cast<int>(i), static_cast<int>(j), *cost});
        }
      }
      const std::vector<int> found = ledger::Assign(static_cast<int>(run_.candidates.size()),
                                                    static_cast<int>(hazards.size()), pairs);
      for (std::size_t i = 0; i < found.size(); ++i) {
        if (found[i] < 0) continue;
        partner[i] = found[i];
        taken.insert(found[i]);
      }
    }
    return partner;
  }

  /// A rejected hazard is final: another season's rise at its place opens a new one with a link.
  bool IsTarget(const Hazard& h, bool strong) const {
    if (h.state == HazardState::kMerged) return false;
    if (h.state == HazardState::kRejected) return h.season >= season_;
    return strong || IsOpen(h.state);
  }

  /// The nearest hazard in a final state at this place: a rejected one is linked to, a merged one
  /// speaks for its main hazard.
  const Hazard* FinalHere(HazardState state, const RunCandidate& c,
                          const std::vector<Hazard>& hazards) const {
    const Hazard* best = nullptr;
    double least = 1e300;
    for (const Hazard& h : hazards) {
      if (h.state != state) continue;
      const auto cost = Cost(c, h, options_);
      if (cost && *cost < least) {
        least = *cost;
        best = &h;
      }
    }
    return best;
  }

  /// Of a merged hazard the one that stands for it now.
  static const Hazard* MainOf(const Hazard* h, const std::vector<Hazard>& hazards) {
    while (h && h->state == HazardState::kMerged) {
      const auto found = std::find_if(hazards.begin(), hazards.end(), [&](const Hazard& other) {
        return other.id == h->merged_into;
      });
      h = found == hazards.end() ? nullptr : &*found;
    }
    return h;
  }

 private:
  const SurveyRun& run_;
  const ImportOptions& options_;
  int season_;
};

}  // namespace

ImportSummary Ledger::Import(const SurveyRun& stated, const ImportOptions& options,
                             const Act& act) {
  SurveyRun run = stated;
  ImportSummary summary;
  summary.inspection = run.inspection.id;
  summary.candidates = static_cast<int>(run.candidates.size());
  Change change(*impl_->store, act, "import", impl_->clock);
  if (auto refusal = impl_->ActRefusal(act))
    throw RunError(ExitCode::kUsage, refusal->id, refusal->args);
  if (impl_->store->Find("runs", run.hash)) {
    summary.already_there = true;
    return summary;
  }
  Inspection& inspection = run.inspection;
  if (!inspection.from) inspection.from = inspection.to = act.on;
  const Date day = inspection.to.value_or(act.on);
  if (inspection.season == 0) inspection.season = SeasonYear(day);
  const int season = inspection.season;
  const Season calendar = SeasonOf(season);
  if (!calendar.operating.Contains(day)) {
    summary.notes.push_back(
        {MessageId::kImportOutsideStage1,
         {IsoDate(day), IsoDate(calendar.operating.from), IsoDate(calendar.operating.to)}});
  }

  const std::vector<Hazard> hazards = [&] {
    std::vector<Hazard> all;
    for (const Row& row : impl_->store->Rows("hazards"))
      all.push_back(*impl_->Load(std::get<std::string>(row.at("id"))));
    return all;
  }();
  const Importer import(run, options, season);
  const std::vector<int> partner = import.Match(hazards);

  std::set<std::string> seen;
  for (const int j : partner) {
    if (j >= 0) seen.insert(hazards[static_cast<std::size_t>(j)].id);
  }
  std::vector<std::pair<const RunCandidate*, Hazard>> touched;
  for (std::size_t i = 0; i < run.candidates.size(); ++i) {
    RunCandidate& c = run.candidates[i];
    c.sighting.inspection_id = inspection.id;
    c.sighting.run = run.folder;
    c.sighting.season = season;
    c.sighting.date = day;
    const bool strong = IsStrong(c, options);
    if (!strong) ++summary.below_threshold;
    if (partner[i] >= 0) {
      touched.emplace_back(&c, hazards[static_cast<std::size_t>(partner[i])]);
    } else if (const Hazard* main = Importer::MainOf(
                   strong ? import.FinalHere(HazardState::kMerged, c, hazards) : nullptr,
                   hazards)) {
      // Two spots that somebody called one hazard: the second is no new one.
      if (seen.insert(main->id).second) {
        touched.emplace_back(&c, *main);
      } else {
        ++summary.merged;
      }
    } else if (strong) {
      Hazard h;
      h.season = season;
      h.source = HazardSource::kOperating;
      h.found_on = h.state_since = day;
      if (const Hazard* rejected = import.FinalHere(HazardState::kRejected, c, hazards))
        h.linked_to = rejected->id;
      TakeFacts(h, c);
      touched.emplace_back(&c, std::move(h));
    }
  }
  inspection.below_threshold = summary.below_threshold;
  change.Save("inspections", inspection);
  change.Save("runs", run.hash,
              Row{{"inspection_id", Value{inspection.id}}, {"folder", Value{run.folder}}});

  for (auto& [candidate, hazard] : touched) {
    const bool is_new = hazard.id.empty();
    if (is_new) {
      hazard.id = impl_->NextHazardId(hazard);
      impl_->TakeHazardId(change, hazard.id);
      TakePlace(hazard, *candidate);
      TakeSighting(hazard, *candidate, std::nullopt);
      impl_->Save(change, hazard);  // sightings refer to it
      ++summary.opened;
      summary.opened_ids.push_back(hazard.id);
    } else if (hazard.state == HazardState::kRejected) {
      ++summary.known_false;
    } else {
      ++summary.updated;
    }
    std::optional<Date> latest;
    std::set<int> seasons;
    std::vector<Sighting> sightings = impl_->All<Sighting>("sightings", hazard.id);
    Sighting sighting = candidate->sighting;
    sighting.id = inspection.id + "/" + hazard.id;
    sighting.hazard_id = hazard.id;
    std::erase_if(sightings, [&](const Sighting& s) { return s.id == sighting.id; });
    for (const Sighting& s : sightings) {
      latest = std::max(latest, s.date);
      seasons.insert(s.season);
    }
    seasons.insert(season);
    // A closed hazard that is hot again in a later season: the place, not the repair, is the same.
    const bool again = hazard.state == HazardState::kClosed && season > hazard.season &&
                       hazard.closed_on && day > *hazard.closed_on && IsStrong(*candidate, options);
    sighting.round = again ? hazard.round + 1 : hazard.round;
    change.Save("sightings", sighting);
    if (again) {
      Transition reopen{hazard.id, HazardState::kReopened, act};
      reopen.act.on = day;
      if (reopen.act.role != Role::kUnitEngineer && reopen.act.role != Role::kUnitManager)
        reopen.act.role = Role::kInspector;
      const Result<Hazard> moved = impl_->MoveWithin(change, reopen);
      if (moved) {
        hazard = *moved;
        ++summary.reopened;
        summary.reopened_ids.push_back(hazard.id);
      } else {
        summary.notes.push_back(moved.error().message);
      }
      change.SetAct(act);
      change.SetAction("import");
    }
    TakeSighting(hazard, *candidate, latest);
    TakeFacts(hazard, *candidate);
    hazard.sightings = static_cast<int>(sightings.size()) + 1;
    hazard.seasons_seen = static_cast<int>(seasons.size());
    impl_->Save(change, hazard);
  }
  change.Commit();
  return summary;
}

}  // namespace thermoleak
