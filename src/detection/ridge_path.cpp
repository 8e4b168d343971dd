#include "detection/ridge_path.hpp"

#include <algorithm>
#include <cmath>

#include "detection/ridge.hpp"
#include "thermoleak/core/statistics.hpp"

namespace thermoleak::detection {
namespace {

constexpr double kNoiseReach =
    40;  // m along the pipe: a busy street does not speak for a quiet one
constexpr double kWrongLine = 0.02;   // probability that the map line is steeply wrong, per entry
constexpr double kSteepest = 1.0;     // m of offset per m of pipe
constexpr double kNoRidge = -10;      // log ratio
constexpr double kNever = 1e-9;       // likelihood
constexpr float kLeastNoise = 0.03f;  // K; what harmonisation leaves

/// Log likelihood ratios of all states, heights limited (ridge.hpp); 0 where unseen. Noise is what
/// differs between independent entries: what runs along the pipe is the pipe or a foreign line.
cv::Mat_<double> LogRatios(const cv::Mat_<float>& response, const RidgePathModel& model) {
  const int reach = std::max(1, static_cast<int>(kNoiseReach / model.step_m));
  const int apart = std::max(1, static_cast<int>(std::ceil(model.independent_m / model.step_m)));
  const int crest_reach = std::max(1, static_cast<int>(model.width_m / model.cell_m));
  cv::Mat_<double> ratio(response.size(), 0.0);
  std::vector<float> values;
  std::vector<float> changes;
  for (int e = 0; e < response.rows; ++e) {
    values.clear();
    changes.clear();
    const int first = std::max(0, e - reach);
    const int last = std::min(response.rows - 1, e + reach);
    for (int i = first; i <= last; ++i) {
      values.insert(values.end(), response[i], response[i] + response.cols);
      for (int k = 0; i + apart <= last && k < response.cols; ++k)
        changes.push_back(std::abs(response(i + apart, k) - response(i, k)));
    }
    const float ground = QuantileInPlace(values, 0.5);
    // Median of |difference of two|: 0.6745 sqrt(2) sigma. Too short a strip has none to compare.
    float noise = QuantileInPlace(changes, 0.5) / 0.954f;
    if (!(noise == noise)) noise = RobustSigma(std::span<const float>(values));
    if (!(noise >= kLeastNoise)) noise = kLeastNoise;
    std::vector<double> raw(static_cast<std::size_t>(response.cols), 0.0);
    for (int k = 0; k < response.cols; ++k) {
      const float v = response(e, k);
      if (v == v) raw[static_cast<std::size_t>(k)] = LogRidgeRatio((v - ground) / noise);
    }
    for (int k = 0; k < response.cols; ++k) {
      if (!(response(e, k) == response(e, k))) continue;
      const auto from = raw.begin() + std::max(0, k - crest_reach);
      const auto to = raw.begin() + std::min(response.cols, k + crest_reach + 1);
      ratio(e, k) = LimitCrest(raw[static_cast<std::size_t>(k)], *std::max_element(from, to));
    }
  }
  return ratio;
}

/// Probabilities of a change by -reach .. reach states from one entry to the next.
std::vector<double> Steps(const RidgePathModel& model) {
  const int reach = std::max(1, static_cast<int>(kSteepest * model.step_m / model.cell_m));
  const double sigma =
      std::max(0.3 * model.cell_m, 2 * model.map_sigma_m * model.step_m / kMapCorrelation);
  std::vector<double> gauss;
  double sum = 0;
  for (int d = -reach; d <= reach; ++d) {
    const double z = d * model.cell_m / sigma;
    gauss.push_back(std::exp(-0.5 * z * z));
    sum += gauss.back();
  }
  for (double& p : gauss) p = (1 - kWrongLine) * p / sum + kWrongLine / (2 * reach + 1);
  return gauss;
}

/// One step of the chain: probabilities of the next entry's states before it is looked at.
std::vector<double> Spread(const std::vector<double>& from, const std::vector<double>& steps) {
  const int reach = static_cast<int>(steps.size() / 2);
  const int states = static_cast<int>(from.size());
  std::vector<double> to(from.size(), 0.0);
  for (int k = 0; k < states; ++k) {
    for (int j = std::max(0, k - reach); j <= std::min(states - 1, k + reach); ++j)
      to[static_cast<std::size_t>(k)] +=
          from[static_cast<std::size_t>(j)] * steps[static_cast<std::size_t>(j - k + reach)];
  }
  return to;
}

void Normalise(std::vector<double>& p) {
  double sum = 0;
  for (const double v : p) sum += v;
  for (double& v : p) v /= sum;
}

}  // namespace

RidgePath FollowRidge(const cv::Mat_<float>& response, const RidgePathModel& model,
                      const cv::Mat_<std::uint8_t>& hold) {
  const int entries = response.rows;
  const int states = response.cols;
  const int middle = states / 2;
  cv::Mat_<double> ratio = LogRatios(response, model);
  ratio.setTo(kNoRidge, hold != StateHold::kFree);
  const double share = std::min(1.0, model.step_m / model.independent_m);

  // What one entry says of each state: picture and prior. The prior is said once per
  // kMapCorrelation, not once per entry.
  std::vector<std::vector<double>> own(static_cast<std::size_t>(entries));
  for (int e = 0; e < entries; ++e) {
    for (int k = 0; k < states; ++k) {
      const double z = (k - middle) * model.cell_m / std::max(0.1, model.sigma_m);
      const double prior = std::log(0.9 * std::exp(-0.5 * z * z) + 0.1 / 3 * std::exp(-z * z / 18));
      const double likelihood = std::exp(share * SeenOrNot(ratio(e, k)) +
                                         std::min(1.0, model.step_m / kMapCorrelation) * prior);
      own[static_cast<std::size_t>(e)].push_back(hold(e, k) == StateHold::kElsewhere ? kNever
                                                                                     : likelihood);
    }
  }
  const std::vector<double> steps = Steps(model);
  std::vector<std::vector<double>> forward(own.size());
  for (std::size_t e = 0; e < own.size(); ++e) {
    forward[e] = e == 0 ? std::vector<double>(static_cast<std::size_t>(states), 1.0)
                        : Spread(forward[e - 1], steps);
    for (std::size_t k = 0; k < own[e].size(); ++k) forward[e][k] *= own[e][k];
    Normalise(forward[e]);
  }

  RidgePath path;
  path.likeliest_m.resize(own.size());
  path.offset_m.resize(own.size());
  path.sigma_m.resize(own.size());
  path.confidence.resize(own.size());
  path.log_ratio.resize(own.size());
  std::vector<double> near_path(own.size());  // posterior mass within the trace
  std::vector<double> middle_m(own.size());   // mean of the whole posterior
  std::vector<double> backward(static_cast<std::size_t>(states), 1.0);
  const int width = std::max(1, static_cast<int>(0.5 * model.width_m / model.cell_m));
  for (std::size_t e = own.size(); e-- > 0;) {
    std::vector<double> posterior(backward.size());
    for (std::size_t k = 0; k < posterior.size(); ++k) posterior[k] = forward[e][k] * backward[k];
    Normalise(posterior);
    const int best =
        static_cast<int>(std::max_element(posterior.begin(), posterior.end()) - posterior.begin());
    double mass = 0;
    double mean = 0;
    double likelihood = 0;
    for (int k = std::max(0, best - width); k <= std::min(states - 1, best + width); ++k) {
      const double p = posterior[static_cast<std::size_t>(k)];
      mass += p;
      mean += p * (k - middle) * model.cell_m;
      likelihood += p * std::exp(ratio(static_cast<int>(e), k));
    }
    mean /= mass;
    double variance = model.cell_m * model.cell_m / 12;
    for (int k = 0; k < states; ++k) {
      const double off = (k - middle) * model.cell_m - mean;
      variance += posterior[static_cast<std::size_t>(k)] * off * off;
      middle_m[e] += posterior[static_cast<std::size_t>(k)] * (k - middle) * model.cell_m;
    }
    path.likeliest_m[e] = mean;
    path.offset_m[e] = mean;
    path.sigma_m[e] = std::sqrt(variance);
    path.log_ratio[e] = std::log(std::max(1e-4, likelihood / mass));
    near_path[e] = mass;
    for (std::size_t k = 0; k < backward.size(); ++k) backward[k] *= own[e][k];
    backward = Spread(backward, steps);
    Normalise(backward);
  }
  // Whether the pipe is warm is judged over some 20 m, as its heat does not change faster.
  const int reach = std::max(1, static_cast<int>(10.0 / model.step_m));
  for (int e = 0; e < entries; ++e) {
    double sum = 0;
    for (int i = std::max(0, e - reach); i <= std::min(entries - 1, e + reach); ++i)
      sum += share * path.log_ratio[static_cast<std::size_t>(i)];
    const double odds = (1 - kNotWarm) / kNotWarm * std::exp(std::min(50.0, sum));
    const auto i = static_cast<std::size_t>(e);
    path.confidence[i] = near_path[i] * odds / (1 + odds);
    // Of a ridge that is hardly there the place is left to the prior.
    path.offset_m[i] += (1 - path.confidence[i]) * (middle_m[i] - path.offset_m[i]);
  }
  return path;
}

}  // namespace thermoleak::detection
