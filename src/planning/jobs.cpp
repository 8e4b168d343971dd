#include "planning/jobs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "planning/judge.hpp"
#include "thermoleak/geo/nearby.hpp"

namespace thermoleak::planning {
namespace {

class Maker {
 public:
  Maker(JobSet& set, const RuleBook& rules, const PriceTable& prices, const Resources& resources,
        const PlanRequest& request, const PlanOptions& options)
      : set_(set),
        rules_(rules),
        prices_(prices),
        resources_(resources),
        request_(request),
        options_(options),
        season_(CalendarOf(request)) {}

  void Make() {
    judged_ = JudgeHazards(set_, rules_, prices_, resources_, request_);
    MakeTrenches();
    MakeSections();
    MakeCourtyards();
    for (const auto& [key, j] : devices_) Add({j}, *judged_[Index(j)].verdict.rule, "");
    NameAnew();
    GiveValues(set_);
  }

 private:
  static std::size_t Index(int i) { return static_cast<std::size_t>(i); }
  const Hazard& HazardOf(int judged) const {
    return set_.hazards[Index(judged_[Index(judged)].hazard)];
  }

  /// The repair after a dig is another item than the dig.
  void NameAnew() {
    if (request_.previous == nullptr) return;
    std::set<std::string> taken;
    for (const PlanItem& item : request_.previous->items) {
      if (KeepsItem(item, request_)) taken.insert(item.id);
    }
    for (Job& job : set_.jobs) {
      if (taken.contains(job.item.id)) job.item.id += "-R";
    }
  }

  /// Metres between two hazards; nothing when either has no coordinates.
  static std::optional<double> Distance(const Hazard& a, const Hazard& b) {
    if (!a.place.lon_deg || !a.place.lat_deg || !b.place.lon_deg || !b.place.lat_deg) return {};
    return MetresFrom({*a.place.lon_deg, *a.place.lat_deg}, {*b.place.lon_deg, *b.place.lat_deg})
        .norm();
  }

  bool SameTrench(const Hazard& a, const Hazard& b) const {
    if (a.place.unit != b.place.unit) return false;
    if (!a.place.pipe_id.empty() && a.place.pipe_id == b.place.pipe_id && a.place.chainage_m &&
        b.place.chainage_m) {
      return std::abs(*a.place.chainage_m - *b.place.chainage_m) <= options_.trench_m;
    }
    // Supply and return lie beside each other: other pipe, same place.
    const auto distance = Distance(a, b);
    return distance && *distance <= options_.parallel_m;
  }

  /// What nobody has looked at shares no job with what was found: it cannot be handed in with it.
  bool IsClue(int judged) const {
    using enum HazardState;
    const Hazard& h = HazardOf(judged);
    const bool seen_on_site =
        h.verified || !(h.state == kNew || h.state == kToVerify || h.state == kVerifying ||
                        h.state == kReopened || h.state == kWatch);
    return !seen_on_site || judged_[Index(judged)].verdict.measure == Measure::kVerify;
  }

  /// Spot repairs that share a trench become one job, and so do clues; whatever else is a job of
  /// its own.
  void MakeTrenches() {
    std::map<std::string, std::vector<int>> by_unit;
    for (int i = 0; i < static_cast<int>(judged_.size()); ++i) {
      const Judged& j = judged_[Index(i)];
      const Rule& rule = *j.verdict.rule;
      if (rule.outcome == Outcome::kEmergency) {
        Add({i}, rule, "");
      } else if (rule.scope == Scope::kSpot && IsPipe(HazardOf(i).asset.kind)) {
        by_unit[HazardOf(i).place.unit].push_back(i);
      } else if (rule.scope == Scope::kSection) {
        const Hazard& h = HazardOf(i);
        sections_[SectionKey(h)].push_back(i);
      } else {
        devices_[HazardOf(i).id] = i;
      }
    }
    for (auto& [unit, members] : by_unit) {
      std::vector<char> taken(members.size(), 0);
      for (std::size_t a = 0; a < members.size(); ++a) {
        if (taken[a]) continue;
        std::vector<int> trench{members[a]};
        DateRange window = WindowOf(members[a]);
        for (std::size_t b = a + 1; b < members.size(); ++b) {
          if (taken[b] || IsClue(members[a]) != IsClue(members[b]) ||
              !SameTrench(HazardOf(members[a]), HazardOf(members[b])))
            continue;
          const DateRange other = WindowOf(members[b]);
          const DateRange both{std::max(window.from, other.from), std::min(window.to, other.to)};
          if (both.to - both.from < std::chrono::days(7)) continue;
          window = both;
          taken[b] = 1;
          trench.push_back(members[b]);
        }
        Add(trench, *Leading(trench).verdict.rule, "");
        for (const int m : trench) {
          if (!HazardOf(m).place.pipe_id.empty() && !IsClue(m))
            spots_[SectionKey(HazardOf(m))].push_back(m);
        }
      }
    }
  }

  static std::string SectionKey(const Hazard& h) {
    return h.place.pipe_id.empty() ? '\n' + h.id : h.place.unit + '\n' + h.place.pipe_id;
  }

  DateRange WindowOf(int judged) const {
    return judged_[Index(judged)].verdict.rule->window->In(request_.year);
  }

  /// The job speaks with the voice of its worst hazard.
  const Judged& Leading(const std::vector<int>& members) const {
    const auto rank = [&](int m) {
      const Verdict& v = judged_[Index(m)].verdict;
      return std::tuple(v.repair_class, v.urgency, v.suggested, judged_[Index(m)].cost.yuan, -m);
    };
    return judged_[Index(*std::max_element(members.begin(), members.end(),
                                           [&](int a, int b) { return rank(a) < rank(b); }))];
  }

  /// Renewal of a section: what rules ask for, taking the spots on it along; and offered where
  /// there are only spots.
  void MakeSections() {
    for (const auto& [key, members] : sections_) {
      std::vector<int> all = members;
      if (const auto spots = spots_.find(key); spots != spots_.end()) {
        Add(members, *Leading(members).verdict.rule, "");
        all.insert(all.end(), spots->second.begin(), spots->second.end());
        std::sort(all.begin(), all.end());
        Add(all, *Leading(members).verdict.rule, "+S");
      } else {
        Add(all, *Leading(members).verdict.rule, "");
      }
    }
    for (const auto& [key, members] : spots_) {
      if (sections_.contains(key)) continue;
      const Judged& lead = Leading(members);
      const Hazard& h = set_.hazards[Index(lead.hazard)];
      // Offered only where the length is a fact, and the pipe is known to be no new one.
      if (!h.asset.length_m || !h.asset.year_built || request_.year - *h.asset.year_built < 10)
        continue;
      if (const Rule* renewal = SectionRule()) Add(members, *renewal, "-S");
    }
  }

  const Rule* SectionRule() const {
    for (const Rule& rule : rules_.rules) {
      if (rule.scope == Scope::kSection) return &rule;
    }
    return nullptr;
  }

  void MakeCourtyards() {
    std::map<std::string, std::vector<int>> yards;
    for (int i = 0; i < static_cast<int>(judged_.size()); ++i) {
      const Judged& j = judged_[Index(i)];
      if (!std::holds_alternative<std::monostate>(j.facts.Get("courtyard_items")) &&
          j.verdict.rule->outcome == Outcome::kItem && !IsClue(i)) {
        yards[CourtyardKey(HazardOf(i))].push_back(i);
      }
    }
    for (const auto& [key, members] : yards) {
      for (const Rule& merge : rules_.merges) {
        Facts facts = Leading(members).facts;
        const Verdict verdict = ApplyMerge(merge, facts);
        if (verdict.rule == nullptr) continue;
        const auto length = resources_.courtyard_m.find(HazardOf(members.front()).place.courtyard);
        if (length == resources_.courtyard_m.end()) {
          set_.warnings.push_back({MessageId::kPlanWarnCourtyard,
                                   {HazardOf(members.front()).place.courtyard, merge.id}});
          continue;
        }
        const std::size_t before = set_.jobs.size();
        Add(members, merge, "-Y", length->second, &verdict);
        if (merge.must) {
          const std::set<int> covered(set_.jobs[before].hazards.begin(),
                                      set_.jobs[before].hazards.end());
          std::erase_if(set_.jobs, [&](const Job& job) {
            return &job != &set_.jobs[before] && covered.contains(job.hazards.front());
          });
        }
        break;
      }
    }
  }

  void Add(const std::vector<int>& members, const Rule& rule, const std::string& suffix,
           std::optional<double> metres = {}, const Verdict* merged = nullptr) {
    const Judged& lead = Leading(members);
    const Hazard& h = set_.hazards[Index(lead.hazard)];
    const bool own = lead.verdict.rule == &rule;
    Job job;
    PlanItem& item = job.item;
    item.id = "P-" + set_.hazards[Index(judged_[Index(members.front())].hazard)].id + suffix;
    item.season = request_.year;
    item.batch = request_.batch;
    item.unit = h.place.unit;
    item.district = h.place.district;
    item.address = h.place.address;
    item.courtyard = h.place.courtyard;
    item.pipe_id = h.place.pipe_id;
    item.asset_id = h.asset.id;
    item.asset = h.asset.kind;
    item.source = h.source;
    item.dn_mm = h.asset.dn_mm;
    item.year_built = h.asset.year_built;
    item.section_m = h.asset.length_m;
    item.depth_m = h.asset.depth_m;
    item.laying = h.asset.laying;
    item.part = h.asset.part;
    item.lon_deg = h.place.lon_deg;
    item.lat_deg = h.place.lat_deg;
    item.sigma_major_m = h.place.sigma_major_m;
    item.sigma_minor_m = h.place.sigma_minor_m;
    item.sigma_azimuth_deg = h.place.sigma_azimuth_deg;
    item.chainage_m = h.place.chainage_m;
    Verdict verdict = lead.verdict;
    item.scope = rule.scope;
    item.text = rule.text;
    item.rule = rule.id;
    item.tags = rule.tags;
    item.skill = rule.skill;
    item.no_start = rule.no_start;
    item.emergency = rule.outcome == Outcome::kEmergency || h.state == HazardState::kEmergency;
    item.repair_class = verdict.repair_class;
    item.measure = own ? verdict.measure : rule.measure;
    if (!own) item.repair_class = std::max(item.repair_class, RepairClass::kMajor);
    if (merged != nullptr) {
      verdict.trace.insert(verdict.trace.end(), merged->trace.begin(), merged->trace.end());
    } else if (!own) {
      verdict.trace.push_back(
          {"section",
           true,
           {},
           {},
           {"the whole section instead of single places: worth more than it costs more",
            "整段更新替代单点修复:增加的收益大于增加的费用"},
           "optimiser"});
    }
    SetMoney(members, rule, own && merged == nullptr, metres, item);
    std::optional<int> households;
    for (const int m : members) {
      const Judged& j = judged_[Index(m)];
      const Hazard& other = set_.hazards[Index(j.hazard)];
      job.hazards.push_back(j.hazard);
      item.hazard_ids.push_back(other.id);
      item.urgency = std::max(item.urgency, j.verdict.urgency);
      item.suggested = std::max(item.suggested, j.verdict.suggested);
      if (other.grade) item.grade = std::max(item.grade.value_or(Grade::kGeneral), *other.grade);
      if (other.households) households = std::max(households.value_or(0), *other.households);
      for (const std::string& name : j.verdict.missing) {
        if (std::find(item.missing.begin(), item.missing.end(), name) == item.missing.end()) {
          item.missing.push_back(name);
        }
      }
      const Loss loss =
          LossOf(other, other.grade.value_or(j.verdict.suggested), rule.no_start, options_.loss);
      item.avoided.heat += loss.heat;
      item.avoided.water += loss.water;
      item.avoided.risk += loss.risk;
      item.priority =
          std::max(item.priority,
                   PriorityOf(rules_.priority, j.facts, other.grade.value_or(j.verdict.suggested)));
      // Unknown counts as a road: a permit asked for in vain costs less than one that is missing.
      job.road_days = job.road_days || other.road_cut.value_or(IsPipe(other.asset.kind) &&
                                                               other.asset.laying != "overhead");
      if (other.road_cut.value_or(false))
        item.road_cut = true;
      else if (!item.road_cut && other.road_cut)
        item.road_cut = false;
    }
    item.households = households;
    item.trace = std::move(verdict.trace);
    // A new pipe has no new leaks for some years; an old one has.
    if (rule.scope == Scope::kSection || rule.scope == Scope::kCourtyard) {
      const double km = metres.value_or(h.asset.length_m.value_or(0)) / 1000;
      if (item.year_built && request_.year - *item.year_built >= 15) {
        const double leaks = options_.loss.old_leaks_per_km_year * km * options_.loss.renewal_years;
        Hazard next;
        next.kind = HazardKind::kLeak;
        next.verified = true;
        next.households = households;
        const Loss each = LossOf(next, Grade::kGeneral, false, options_.loss);
        item.avoided.heat += leaks * each.heat;
        item.avoided.water += leaks * each.water;
        item.avoided.risk += leaks * each.risk;
      }
    }
    SetWindow(members, rule, own, item);
    set_.jobs.push_back(std::move(job));
  }

  void SetMoney(const std::vector<int>& members, const Rule& rule, bool own,
                std::optional<double> metres, PlanItem& item) const {
    const Judged& lead = Leading(members);
    const AssetKind asset = set_.hazards[Index(lead.hazard)].asset.kind;
    if (own && rule.scope != Scope::kSection) {
      double days = 0;
      bool road = false;
      for (const int m : members) {
        const Judged& j = judged_[Index(m)];
        const bool first = &j == &lead;
        for (CostLine line : j.cost.lines) {
          if (!first) line.yuan = std::round(line.yuan * options_.shared_trench);
          item.cost.yuan += line.yuan;
          item.cost.lines.push_back(std::move(line));
        }
        item.reserve_yuan +=
            std::round(HazardOf(m).probability.value_or(options_.loss.unknown_probability) *
                       j.reserve * (first ? 1.0 : options_.shared_trench));
        days += j.days * (first ? 1.0 : options_.days_shared);
        road = road || HazardOf(m).road_cut.value_or(false);
      }
      if (road) AddRoad(lead, item);
      item.work_days = std::ceil(days);
      item.quantity = rule.scope == Scope::kDevice ? 1 : static_cast<double>(members.size());
      item.quantity_unit = asset == AssetKind::kBoiler || asset == AssetKind::kAuxiliary ||
                                   asset == AssetKind::kFlueGas ||
                                   asset == AssetKind::kHeatExchanger
                               ? "set"
                           : asset == AssetKind::kChamber || asset == AssetKind::kValve ? "chamber"
                           : asset == AssetKind::kRiser                                 ? "riser"
                                                                                        : "place";
      if (lead.verdict.rule->works.size() == 1 &&
          lead.verdict.rule->works.front().work == "insulation") {
        item.quantity = lead.cost.lines.front().quantity;
        item.quantity_unit = "m";
      }
      for (const int m : members) Assume(judged_[Index(m)].cost.assumed, item);
      return;
    }
    Facts facts = lead.facts;
    if (metres) facts.Set("section_len", *metres);
    item.cost = CostOf(prices_, rule.works, facts, item.repair_class);
    bool road = false;
    for (const int m : members) road = road || HazardOf(m).road_cut.value_or(false);
    if (road) AddRoad(lead, item);
    item.quantity = NumberOr(facts, "section_len", prices_.unknown_section_m);
    item.quantity_unit = "m";
    item.work_days = DaysOf(rules_.calendar, rule, RepairClass::kMajor, asset, item.quantity);
  }

  static void Assume(const std::vector<std::string>& names, PlanItem& item) {
    for (const std::string& name : names) {
      auto& all = item.cost.assumed;
      if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(name);
    }
  }

  void AddRoad(const Judged& lead, PlanItem& item) const {
    const Price* road = prices_.Find("road_opening", 1, 0, lead.verdict.repair_class);
    if (road == nullptr) return;
    item.cost.lines.push_back({road->text, 1, road->per, road->yuan, road->yuan, road->origin});
    item.cost.yuan += road->yuan;
  }

  void SetWindow(const std::vector<int>& members, const Rule& rule, bool own,
                 PlanItem& item) const {
    const Calendar& c = rules_.calendar;
    const Date hard_end = std::min(c.hard_end.In(request_.year), season_.implementation.to);
    if (item.emergency) {
      item.window = {request_.date, season_.heat_on - std::chrono::days(1)};
      return;
    }
    item.window = rule.window->In(request_.year);
    if (own && rule.scope == Scope::kSpot) {
      for (const int m : members) {
        const DateRange other = WindowOf(m);
        item.window = {std::max(item.window.from, other.from), std::min(item.window.to, other.to)};
      }
    }
    // W2: no start before stage 3; nothing begins before the plan that orders it.
    item.window.from =
        std::max({item.window.from, c.start.In(request_.year), season_.implementation.from,
                  request_.date + std::chrono::days(1)});
    // What is found after its window has closed is done until the hard end.
    if (item.window.to - item.window.from < std::chrono::days(14))
      item.window.to = std::max(item.window.to, hard_end);
    item.window.to = std::min(item.window.to, hard_end);
  }

  JobSet& set_;
  const RuleBook& rules_;
  const PriceTable& prices_;
  const Resources& resources_;
  const PlanRequest& request_;
  const PlanOptions& options_;
  Season season_;
  std::vector<Judged> judged_;
  std::map<std::string, std::vector<int>> sections_, spots_;
  std::map<std::string, int> devices_;
};

}  // namespace

bool KeepsItem(const PlanItem& item, const PlanRequest& request) {
  return item.season == request.year &&
         (item.batch != request.batch || item.state != ItemState::kDraft);
}

bool HoldsHazard(const PlanItem& item, const Hazard& hazard) {
  if (std::find(item.hazard_ids.begin(), item.hazard_ids.end(), hazard.id) ==
      item.hazard_ids.end()) {
    return false;
  }
  return item.measure != Measure::kVerify || hazard.state != HazardState::kConfirmed;
}

JobSet MakeJobs(std::vector<Hazard> hazards, const RuleBook& rules, const PriceTable& prices,
                const Resources& resources, const PlanRequest& request,
                const PlanOptions& options) {
  JobSet set;
  std::sort(hazards.begin(), hazards.end(),
            [](const Hazard& a, const Hazard& b) { return a.id < b.id; });
  hazards.erase(std::unique(hazards.begin(), hazards.end(),
                            [](const Hazard& a, const Hazard& b) { return a.id == b.id; }),
                hazards.end());
  set.hazards = std::move(hazards);
  Maker(set, rules, prices, resources, request, options).Make();
  return set;
}

}  // namespace thermoleak::planning
