#include <algorithm>

#include "thermoleak/planning/generate.hpp"

namespace thermoleak::planning {

void LossOptions::Describe(OptionVisitor& v) {
  v.Visit("horizon", horizon_years,
          {0.1, 30, "a", "[G] losses count this long", "[G] 损失计算年限"});
  v.Visit("heating-days", heating_days, {1, 366, "d", "days of heating a year", "年供热天数"});
  v.Visit("heat-price", heat_yuan_per_kwh, {0, 10, "yuan/kWh", "[G] price of heat", "[G] 热价"});
  v.Visit("water-price", water_yuan_per_m3,
          {0, 1000, "yuan/m3", "[G] price of treated water", "[G] 软化水价"});
  v.Visit("water-heat", water_kwh_per_m3, {0, 200, "kWh/m3", "heat in the water", "水中含热量"});
  v.Visit("unknown-flow", unknown_flow_m3_h,
          {0, 100, "m3/h", "[G] flow of a leak not measured", "[G] 未测漏点的漏水量"});
  v.Visit("failures", failures_per_year,
          {0, 1, "1/a", "[G] probability of failure in a season", "[G] 每季失效概率"});
  v.Visit("general", general_yuan,
          {0, 1e9, "yuan", "[G] damage, general grade", "[G] 一般隐患失效损失"});
  v.Visit("larger", larger_yuan,
          {0, 1e9, "yuan", "[G] damage, larger grade", "[G] 较大隐患失效损失"});
  v.Visit("major", major_yuan, {0, 1e9, "yuan", "[G] damage, major grade", "[G] 重大隐患失效损失"});
  v.Visit("household", household_yuan,
          {0, 1e6, "yuan", "[G] a household without heat", "[G] 每户停热损失"});
  v.Visit("renewal", renewal_years,
          {0, 50, "a", "[G] years without leaks after renewal", "[G] 更新后无漏年限"});
  v.Visit("old-leaks", old_leaks_per_km_year,
          {0, 50, "1/km/a", "[G] new leaks of old pipe", "[G] 老旧管道新增漏点率"});
  v.Visit("lock", lock_yuan,
          {0, 1e9, "yuan", "[G] a boiler that may not be lit", "[G] 锅炉禁止启动损失"});
  v.Visit("unknown-probability", unknown_probability,
          {0, 1, "", "[G] where nobody stated one", "[G] 未知概率取值"});
}

void PlanOptions::Describe(OptionVisitor& v) {
  v.Visit("trench", trench_m,
          {0, 200, "m", "[G] places nearer along a pipe share a trench", "[G] 同沟合并距离(沿管)"});
  v.Visit("parallel", parallel_m,
          {0, 50, "m", "[G] places nearer across pipes share a trench", "[G] 同沟合并距离(跨管)"});
  v.Visit("shared-trench", shared_trench,
          {0, 1, "", "[G] cost of a further place in a trench", "[G] 同沟第二处费用系数"});
  v.Visit("days-shared", days_shared,
          {0, 1, "", "[G] days of a further place", "[G] 同沟第二处工期系数"});
  v.Visit("early", early_per_week,
          {0, 0.05, "", "[G] value lost by a week's delay", "[G] 每延后一周价值折减"});
  v.Visit("sundays", work_sundays, {0, 0, "", "crews work on Sundays", "周日施工"});
  v.Visit("exact", exact_columns,
          {0, 100000, "", "models up to this size are solved to the optimum",
           "不超过此规模求精确最优"});
  v.Visit("gap", gap, {0, 1, "", "relative gap at which larger models stop", "大规模问题允许间隙"});
  v.Visit("nodes", max_nodes, {1, 1000000, "", "most nodes of the search", "搜索结点上限"});
  v.Visit("time", time_limit_s, {1, 86400, "s", "last resort of the search", "求解时间上限"});
}

Loss LossOf(const Hazard& h, Grade grade, bool no_start, const LossOptions& o) {
  const double p = h.verified ? 1.0 : h.probability.value_or(o.unknown_probability);
  const double hours = o.horizon_years * o.heating_days * 24;
  Loss loss;
  if (h.kind == HazardKind::kLeak) {
    const double water = h.leak_flow_m3_h.value_or(o.unknown_flow_m3_h) * hours;
    loss.water = p * water * o.water_yuan_per_m3;
    // What the ground's surface gives off is part of the lost water's heat: the larger one counts.
    const double seen = h.heat_loss_w_p50.value_or(0) / 1000 * hours;
    loss.heat = p * std::max(seen, water * o.water_kwh_per_m3) * o.heat_yuan_per_kwh;
  } else {
    loss.heat = p * h.heat_loss_w_p50.value_or(0) / 1000 * hours * o.heat_yuan_per_kwh;
  }
  const double damage = grade == Grade::kGeneral  ? o.general_yuan
                        : grade == Grade::kLarger ? o.larger_yuan
                                                  : o.major_yuan;
  // Insulation that is bad costs heat, it seldom fails.
  const double failures = o.failures_per_year * (h.kind == HazardKind::kInsulation ? 0.05 : 1.0);
  loss.risk =
      p * failures * o.horizon_years * (damage + o.household_yuan * h.households.value_or(0));
  if (no_start) loss.risk += o.lock_yuan;
  return loss;
}

std::optional<Date> GateOf(Batch batch, const Season& season) {
  if (batch == Batch::kFirst) return season.operating.to;
  if (batch == Batch::kSupplement) return season.shutdown.to;
  return std::nullopt;
}

Batch BatchOf(const Hazard& hazard, const Season& season) {
  // What is carried over from last season opens the next one's first batch.
  if (hazard.state == HazardState::kCarried || hazard.season < season.year) return Batch::kFirst;
  if (hazard.batch) return *hazard.batch;
  const bool shutdown = hazard.source == HazardSource::kShutdown;
  if (!shutdown && hazard.source != HazardSource::kOperating) return Batch::kAddition;
  const Date found = hazard.found_on.value_or(shutdown ? season.shutdown.to : season.operating.to);
  if (found > season.shutdown.to) return Batch::kAddition;
  return shutdown || found > season.operating.to ? Batch::kSupplement : Batch::kFirst;
}

}  // namespace thermoleak::planning
