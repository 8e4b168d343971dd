#include "thermoleak/scoring/calibration.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <stdexcept>

namespace thermoleak::scoring {
namespace {

constexpr double kBeyond = 0.1;  // slope beyond the outer knots

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

double Calibration::LogOdds(double at_margin) const {
  if (method == Method::kPlatt) return slope * at_margin + offset;
  if (at_margin <= margin.front()) return log_odds.front() + kBeyond * (at_margin - margin.front());
  if (at_margin >= margin.back()) return log_odds.back() + kBeyond * (at_margin - margin.back());
  const auto right = std::upper_bound(margin.begin(), margin.end(), at_margin) - margin.begin();
  const auto r = static_cast<std::size_t>(right);
  const double share = (at_margin - margin[r - 1]) / (margin[r] - margin[r - 1]);
  return log_odds[r - 1] + share * (log_odds[r] - log_odds[r - 1]);
}

double Calibration::Probability(double at_margin) const { return Sigmoid(LogOdds(at_margin)); }

Calibration FitPlatt(std::span<const double> margins, std::span<const int> leak) {
  const auto leaks = static_cast<double>(std::count(leak.begin(), leak.end(), 1));
  const double others = static_cast<double>(leak.size()) - leaks;
  const double high = (leaks + 1) / (leaks + 2);
  const double low = 1 / (others + 2);
  Calibration fit;
  fit.offset = std::log((leaks + 1) / (others + 1));
  fit.slope = 0;
  // Newton with halved steps where it would overshoot: the objective is convex.
  const auto loss = [&](double a, double b) {
    double sum = 1e-6 * a * a;
    for (std::size_t i = 0; i < margins.size(); ++i) {
      const double z = a * margins[i] + b;
      const double t = leak[i] == 1 ? high : low;
      sum += std::max(z, 0.0) - t * z + std::log1p(std::exp(-std::abs(z)));
    }
    return sum;
  };
  for (int step = 0; step < 100; ++step) {
    double ga = 2e-6 * fit.slope;
    double gb = 0;
    double haa = 2e-6;
    double hab = 0;
    double hbb = 1e-9;
    for (std::size_t i = 0; i < margins.size(); ++i) {
      const double p = Sigmoid(fit.slope * margins[i] + fit.offset);
      const double d = p - (leak[i] == 1 ? high : low);
      const double w = p * (1 - p);
      ga += d * margins[i];
      gb += d;
      haa += w * margins[i] * margins[i];
      hab += w * margins[i];
      hbb += w;
    }
    const double det = haa * hbb - hab * hab;
    if (!(det > 0)) break;
    const double da = (hbb * ga - hab * gb) / det;
    const double db = (haa * gb - hab * ga) / det;
    const double before = loss(fit.slope, fit.offset);
    double scale = 1;
    while (scale > 1e-8 && loss(fit.slope - scale * da, fit.offset - scale * db) > before)
      scale /= 2;
    fit.slope -= scale * da;
    fit.offset -= scale * db;
    if (std::abs(scale * da) + std::abs(scale * db) < 1e-10) break;
  }
  if (fit.slope < 0) {
    fit.slope = 0;
    fit.offset = std::log((leaks + 1) / (others + 1));
  }
  return fit;
}

Calibration FitIsotonic(std::span<const double> margins, std::span<const int> leak, int points) {
  std::vector<std::size_t> order(margins.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return margins[a] < margins[b]; });
  struct Step {
    double margin = 0;
    double leaks = 0;
    double count = 0;
    double Share() const { return (leaks + 0.5) / (count + 1); }
  };
  const auto join = [](Step& a, const Step& b) {
    a.margin += b.margin;
    a.leaks += b.leaks;
    a.count += b.count;
  };
  // Equal margins and too few points never make a step of their own.
  std::vector<Step> blocks;
  for (std::size_t i = 0; i < order.size();) {
    Step step;
    do {
      join(step, {margins[order[i]], static_cast<double>(leak[order[i]]), 1});
      ++i;
    } while (i < order.size() &&
             (step.count < points || margins[order[i]] == margins[order[i - 1]]));
    blocks.push_back(step);
  }
  if (blocks.size() > 1 && blocks.back().count < points) {
    join(blocks[blocks.size() - 2], blocks.back());
    blocks.pop_back();
  }
  std::vector<Step> steps;
  for (const Step& block : blocks) {
    steps.push_back(block);
    while (steps.size() > 1 && steps[steps.size() - 2].Share() >= steps.back().Share()) {
      join(steps[steps.size() - 2], steps.back());
      steps.pop_back();
    }
  }
  Calibration fit;
  fit.method = Calibration::Method::kIsotonic;
  for (const Step& step : steps) {
    const double share = step.Share();
    fit.margin.push_back(step.margin / step.count);
    fit.log_odds.push_back(std::log(share / (1 - share)));
  }
  return fit;
}

double LogLoss(std::span<const double> probabilities, std::span<const int> leak) {
  double sum = 0;
  for (std::size_t i = 0; i < leak.size(); ++i) {
    const double p = std::clamp(probabilities[i], 1e-9, 1 - 1e-9);
    sum -= std::log(leak[i] == 1 ? p : 1 - p);
  }
  return leak.empty() ? 0 : sum / static_cast<double>(leak.size());
}

nlohmann::ordered_json ToJson(const Calibration& calibration) {
  if (calibration.method == Calibration::Method::kPlatt)
    return {{"method", "platt"}, {"slope", calibration.slope}, {"offset", calibration.offset}};
  return {
      {"method", "isotonic"}, {"margin", calibration.margin}, {"log_odds", calibration.log_odds}};
}

Calibration CalibrationFromJson(const nlohmann::ordered_json& json) {
  Calibration calibration;
  if (json.at("method") == "platt") {
    calibration.slope = json.at("slope").get<double>();
    calibration.offset = json.at("offset").get<double>();
    if (!(calibration.slope >= 0)) throw std::invalid_argument("slope");
    return calibration;
  }
  if (json.at("method") != "isotonic") throw std::invalid_argument("method");
  calibration.method = Calibration::Method::kIsotonic;
  calibration.margin = json.at("margin").get<std::vector<double>>();
  calibration.log_odds = json.at("log_odds").get<std::vector<double>>();
  if (calibration.margin.empty() || calibration.margin.size() != calibration.log_odds.size() ||
      !std::is_sorted(calibration.margin.begin(), calibration.margin.end()) ||
      !std::is_sorted(calibration.log_odds.begin(), calibration.log_odds.end())) {
    throw std::invalid_argument("knots");
  }
  return calibration;
}

}  // namespace thermoleak::scoring
