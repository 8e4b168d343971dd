#include "thermoleak/radiometry/flat_field.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>

#include "thermoleak/core/statistics.hpp"

namespace thermoleak {
namespace {

constexpr int kLeastFrames = 5;
constexpr int kMostColumns = 21;  // of nodes: every 32 pixels of 640
constexpr int kRounds = 4;
// Expected sizes, K. Patterns of -1.9 .. +0.8 K and corners of -0.9 K are measured.
constexpr double kRadialPrior = 1.0;
constexpr double kSlopePrior = 0.5;
constexpr double kNodePrior = 0.3;
constexpr double kBendPrior = 0.08;  // second difference of neighbouring nodes
// Neighbouring cells share their errors (parallax, poses), neighbouring blocks of the frames'
// medians share the scene: so many of them count as one.
constexpr double kPairsAlike = 4;
constexpr double kBlocksAlike = 100;
// Two frames may disagree by a trend across the picture (light, wind and camera change between
// them; poses are a little wrong): so much at its border. Without it thousands of cells would
// determine what no displacement really shows.
constexpr double kTrendPrior = 0.1;

/// The unknowns: three radial coefficients, then two slopes and the nodes (none in a radial model).
/// Slopes stand apart, since frames of one heading do not show them: a prior on the nodes, which is
/// harmless elsewhere, would decide them.
class Model {
 public:
  static constexpr int kRadial = 3;
  static constexpr int kSmooth = kRadial + 2;
  static constexpr int kTerms = kSmooth + 4;
  struct Term {
    int unknown;
    double weight;
  };
  using Row = std::array<Term, kTerms>;

  Model(int width, int height, int columns, int rows, bool radial_only)
      : width_(width), height_(height), columns_(columns), rows_(rows), radial_only_(radial_only) {}

  int unknowns() const { return radial_only_ ? kRadial : kSmooth + columns_ * rows_; }
  int Node(int r, int c) const { return kSmooth + r * columns_ + c; }

  /// What F(u, v) is made of.
  Row At(double u, double v) const {
    const double x = 2 * u / width_ - 1;
    const double y = 2 * v / height_ - 1;
    const double aspect = static_cast<double>(height_) / width_;
    const double q = (x * x + y * y * aspect * aspect) / (1 + aspect * aspect);
    Row row{};
    row[0] = {0, q};
    row[1] = {1, q * q};
    row[2] = {2, q * q * q};
    if (radial_only_) return row;
    row[3] = {3, x};
    row[4] = {4, y};
    const double a = std::clamp(u / width_, 0.0, 1.0) * (columns_ - 1);
    const double b = std::clamp(v / height_, 0.0, 1.0) * (rows_ - 1);
    const int c = std::min(static_cast<int>(a), columns_ - 2);
    const int r = std::min(static_cast<int>(b), rows_ - 2);
    const double fa = a - c;
    const double fb = b - r;
    row[5] = {Node(r, c), (1 - fa) * (1 - fb)};
    row[6] = {Node(r, c + 1), fa * (1 - fb)};
    row[7] = {Node(r + 1, c), (1 - fa) * fb};
    row[8] = {Node(r + 1, c + 1), fa * fb};
    return row;
  }

  double Value(const Row& row, const Eigen::VectorXd& x) const {
    double sum = 0;
    for (const Term& t : row) sum += t.weight * x(t.unknown);
    return sum;
  }

  void AddPriors(Eigen::MatrixXd& normal) const {
    for (int i = 0; i < unknowns(); ++i) {
      const double sigma = i < kRadial ? kRadialPrior : i < kSmooth ? kSlopePrior : kNodePrior;
      normal(i, i) += 1 / (sigma * sigma);
    }
    if (radial_only_) return;
    const auto bend = [&](int before, int here, int after) {
      const std::array<Term, 3> row{{{before, 1}, {here, -2}, {after, 1}}};
      for (const Term& a : row) {
        for (const Term& b : row) {
          normal(a.unknown, b.unknown) += a.weight * b.weight / (kBendPrior * kBendPrior);
        }
      }
    };
    for (int r = 0; r < rows_; ++r) {
      for (int c = 0; c < columns_; ++c) {
        if (c > 0 && c + 1 < columns_) bend(Node(r, c - 1), Node(r, c), Node(r, c + 1));
        if (r > 0 && r + 1 < rows_) bend(Node(r - 1, c), Node(r, c), Node(r + 1, c));
      }
    }
  }

  cv::Mat_<float> Nodes(const Eigen::VectorXd& x) const {
    cv::Mat_<float> nodes(rows_, columns_);
    double sum = 0;
    double weights = 0;
    for (int r = 0; r < rows_; ++r) {
      for (int c = 0; c < columns_; ++c) {
        const double value = Value(At(width_ * static_cast<double>(c) / (columns_ - 1),
                                      height_ * static_cast<double>(r) / (rows_ - 1)),
                                   x);
        nodes(r, c) = static_cast<float>(value);
        const double weight =
            (r == 0 || r == rows_ - 1 ? 0.5 : 1.0) * (c == 0 || c == columns_ - 1 ? 0.5 : 1.0);
        sum += weight * value;
        weights += weight;
      }
    }
    nodes -= static_cast<float>(sum / weights);
    return nodes;
  }

 private:
  int width_;
  int height_;
  int columns_;
  int rows_;
  bool radial_only_;
};

/// Normal equations of rows F(p) - F(q) + constant + trend = value; each group has a constant and a
/// trend (two slopes) of its own, which are eliminated.
class Equations {
 public:
  explicit Equations(const Model& model)
      : normal_(Eigen::MatrixXd::Zero(model.unknowns(), model.unknowns())),
        right_(Eigen::VectorXd::Zero(model.unknowns())),
        group_rows_(Eigen::MatrixXd::Zero(model.unknowns(), 3)) {
    model.AddPriors(normal_);
  }

  template <std::size_t N>
  void Add(const std::array<Model::Term, N>& row, double value, double weight, double x = 0,
           double y = 0) {
    const Eigen::Vector3d own(1, x, y);
    for (std::size_t i = 0; i < N; ++i) {
      const Model::Term& a = row[i];
      const double wa = weight * a.weight;
      if (wa == 0) continue;
      // The lower triangle; two terms of one unknown meet twice on its diagonal.
      for (std::size_t j = 0; j <= i; ++j) {
        const Model::Term& b = row[j];
        const double twice = i != j && a.unknown == b.unknown ? 2.0 : 1.0;
        normal_(std::max(a.unknown, b.unknown), std::min(a.unknown, b.unknown)) +=
            twice * wa * b.weight;
      }
      right_(a.unknown) += wa * value;
      group_rows_.row(a.unknown) += wa * own.transpose();
    }
    group_right_ += weight * value * own;
    group_normal_ += weight * own * own.transpose();
  }

  void CloseGroup() {
    if (group_normal_(0, 0) > 0) {
      group_normal_(1, 1) += 1 / (kTrendPrior * kTrendPrior);
      group_normal_(2, 2) += 1 / (kTrendPrior * kTrendPrior);
      const Eigen::Matrix3d inverse = group_normal_.inverse();
      const Eigen::MatrixXd share = group_rows_ * inverse;
      normal_.noalias() -= share * group_rows_.transpose();
      right_ -= share * group_right_;
    }
    group_rows_.setZero();
    group_normal_.setZero();
    group_right_.setZero();
  }

  Eigen::VectorXd Solve() const { return normal_.ldlt().solve(right_); }

 private:
  Eigen::MatrixXd normal_;
  Eigen::VectorXd right_;
  Eigen::MatrixXd group_rows_;
  Eigen::Matrix3d group_normal_ = Eigen::Matrix3d::Zero();
  Eigen::Vector3d group_right_ = Eigen::Vector3d::Zero();
};

/// A block over all frames: how it differs from the frames' medians.
struct Block {
  Model::Row row;
  double value = 0;
  double variance = 0;
};

std::vector<Block> BlockMedians(std::span<const Thumbnail> frames, const Model& model, int width,
                                int height) {
  std::vector<float> medians;
  for (const Thumbnail& frame : frames) {
    medians.push_back(MedianOf(std::span(frame.celsius.ptr<float>(), frame.celsius.total())));
  }
  std::vector<Block> blocks;
  std::vector<float> differences;
  const int rows = frames[0].celsius.rows;
  const int columns = frames[0].celsius.cols;
  const int block_px = BlockPixels(frames[0], width, height);
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) {
      differences.clear();
      for (std::size_t i = 0; i < frames.size(); ++i) {
        const float difference = frames[i].celsius(r, c) - medians[i];
        if (std::isfinite(difference)) differences.push_back(difference);
      }
      if (static_cast<int>(differences.size()) < kLeastFrames) continue;
      const std::span<const float> all(differences);
      // At least what the best scene and camera scatter; the median's variance is pi/2 of a mean's.
      const double sigma = std::max(0.1, static_cast<double>(RobustSigma(all)));
      blocks.push_back({model.At((c + 0.5) * block_px, (r + 0.5) * block_px),
                        static_cast<double>(MedianOf(all)),
                        1.57 * sigma * sigma / static_cast<double>(differences.size())});
    }
  }
  return blocks;
}

using PairRow = std::array<Model::Term, 2 * Model::kTerms>;

PairRow RowOf(const GroundPair& pair, const Model& model) {
  const Model::Row a = model.At(pair.first_u, pair.first_v);
  const Model::Row b = model.At(pair.second_u, pair.second_v);
  PairRow row;
  for (std::size_t k = 0; k < a.size(); ++k) {
    row[k] = a[k];
    row[a.size() + k] = {b[k].unknown, -b[k].weight};
  }
  return row;
}

/// Differences that the model leaves, freed of each frame pair's median.
std::vector<float> Residuals(std::span<const GroundPair> pairs, const Model& model,
                             const Eigen::VectorXd& x) {
  std::vector<float> residuals;
  residuals.reserve(pairs.size());
  ForEachFramePair(pairs, [&](std::span<const GroundPair> same) {
    const std::size_t first = residuals.size();
    for (const GroundPair& pair : same) {
      double value = static_cast<double>(pair.difference_k);
      for (const Model::Term& t : RowOf(pair, model)) value -= t.weight * x(t.unknown);
      residuals.push_back(static_cast<float>(value));
    }
    const float median = MedianOf(std::span<const float>(residuals).subspan(first));
    for (std::size_t i = first; i < residuals.size(); ++i) residuals[i] -= median;
  });
  return residuals;
}

/// Of very many frame pairs an even choice; empty when all can stay. A thousand pairs determine a
/// mesh of some hundred nodes, and each costs their square.
std::vector<GroundPair> Thinned(std::span<const GroundPair> pairs) {
  constexpr std::size_t kMost = 2000;
  std::size_t total = 0;
  ForEachFramePair(pairs, [&](auto) { ++total; });
  std::vector<GroundPair> chosen;
  if (total <= kMost) return chosen;
  std::size_t index = 0;
  ForEachFramePair(pairs, [&](std::span<const GroundPair> same) {
    if (index * kMost / total != (index + 1) * kMost / total)
      chosen.insert(chosen.end(), same.begin(), same.end());
    ++index;
  });
  return chosen;
}

double CauchyWeight(double residual, double scale) {
  return 1 / (1 + (residual / scale) * (residual / scale));
}

}  // namespace

float FlatField::At(double u, double v) const {
  if (nodes.empty()) return 0;
  const double a = std::clamp(u / width, 0.0, 1.0) * (nodes.cols - 1);
  const double b = std::clamp(v / height, 0.0, 1.0) * (nodes.rows - 1);
  const int c = std::min(static_cast<int>(a), nodes.cols - 2);
  const int r = std::min(static_cast<int>(b), nodes.rows - 2);
  const auto fa = static_cast<float>(a - c);
  const auto fb = static_cast<float>(b - r);
  const float* upper = nodes[r] + c;
  const float* lower = nodes[r + 1] + c;
  const float top = upper[0] + fa * (upper[1] - upper[0]);
  const float bottom = lower[0] + fa * (lower[1] - lower[0]);
  return top + fb * (bottom - top);
}

cv::Mat FlatField::Corrected(const cv::Mat& celsius, double offset_k) const {
  CV_Assert(celsius.type() == CV_32FC1);
  cv::Mat corrected(celsius.size(), CV_32FC1);
  const auto offset = static_cast<float>(offset_k);
  std::vector<float> row_nodes(static_cast<std::size_t>(std::max(1, nodes.cols)), 0.0f);
  for (int r = 0; r < celsius.rows; ++r) {
    const float* in = celsius.ptr<float>(r);
    float* out = corrected.ptr<float>(r);
    if (nodes.empty()) {
      for (int c = 0; c < celsius.cols; ++c) out[c] = in[c] - offset;
      continue;
    }
    const double b = (r + 0.5) / height * (nodes.rows - 1);
    const int upper = std::min(static_cast<int>(b), nodes.rows - 2);
    const auto fb = static_cast<float>(b - upper);
    for (int k = 0; k < nodes.cols; ++k) {
      row_nodes[static_cast<std::size_t>(k)] =
          nodes(upper, k) + fb * (nodes(upper + 1, k) - nodes(upper, k)) + offset;
    }
    // Between two nodes a straight line: one addition a pixel.
    const double per_pixel = (nodes.cols - 1) / width;
    for (int k = 0; k + 1 < nodes.cols; ++k) {
      const int from = static_cast<int>(std::ceil(k / per_pixel - 0.5));
      const int to =
          k + 2 == nodes.cols
              ? celsius.cols
              : std::min(celsius.cols, static_cast<int>(std::ceil((k + 1) / per_pixel - 0.5)));
      const float left = row_nodes[static_cast<std::size_t>(k)];
      const float rise = row_nodes[static_cast<std::size_t>(k) + 1] - left;
      const auto slope = static_cast<float>(per_pixel);
      const auto start = static_cast<float>((from + 0.5) * per_pixel - k);
      for (int c = from; c < to; ++c)
        out[c] = in[c] - (left + rise * (start + slope * static_cast<float>(c - from)));
    }
  }
  return corrected;
}

PatternAmplitude AmplitudeOf(const FlatField& flat) {
  if (flat.nodes.empty()) return {};
  std::vector<float> values(flat.nodes.begin(), flat.nodes.end());
  double squares = 0;
  for (const float v : values) squares += static_cast<double>(v) * static_cast<double>(v);
  return {std::sqrt(squares / static_cast<double>(values.size())),
          static_cast<double>(QuantileInPlace(values, 0.02)),
          static_cast<double>(QuantileInPlace(values, 0.98))};
}

FlatField EstimateFlatField(std::span<const Thumbnail> frames,
                            std::span<const GroundPair> all_pairs, int width, int height,
                            const HarmonisationOptions& options) {
  const std::vector<GroundPair> chosen = Thinned(all_pairs);
  const std::span<const GroundPair> pairs =
      chosen.empty() ? all_pairs : std::span<const GroundPair>(chosen);
  FlatField flat;
  flat.frames = static_cast<int>(frames.size());
  if (flat.frames < kLeastFrames) return flat;
  const bool full = flat.frames >= options.min_frames;
  const cv::Size blocks_size = frames[0].celsius.size();
  const int columns = std::clamp(blocks_size.width / 2 + 1, 3, kMostColumns);
  const int rows =
      std::clamp(blocks_size.height * columns / std::max(1, blocks_size.width), 3, kMostColumns);
  const Model model(width, height, columns, rows, !full);
  const std::vector<Block> blocks = BlockMedians(frames, model, width, height);
  if (blocks.empty() && pairs.empty()) return flat;

  Eigen::VectorXd x = Eigen::VectorXd::Zero(model.unknowns());
  double noise = -1;
  for (int round = 0; round < kRounds; ++round) {
    Equations equations(model);
    const std::vector<float> residuals = Residuals(pairs, model, x);
    noise = std::max(0.02, static_cast<double>(RobustSigma(std::span<const float>(residuals))));
    const double certain = 1 / (kPairsAlike * noise * noise);
    std::size_t i = 0;
    ForEachFramePair(pairs, [&](std::span<const GroundPair> same) {
      for (const GroundPair& pair : same) {
        const double weight =
            certain * CauchyWeight(static_cast<double>(residuals[i++]), 2 * noise);
        equations.Add(RowOf(pair, model), static_cast<double>(pair.difference_k), weight,
                      static_cast<double>(pair.first_u + pair.second_u) / width - 1,
                      static_cast<double>(pair.first_v + pair.second_v) / height - 1);
      }
      equations.CloseGroup();
    });
    for (const Block& block : blocks) {
      // Not reweighted: medians are robust, and blocks that are off together would let each other
      // go.
      equations.Add(block.row, block.value, 1 / (kBlocksAlike * block.variance));
    }
    equations.CloseGroup();
    x = equations.Solve();
  }
  if (!x.allFinite()) return flat;
  flat.kind = full ? FlatField::Kind::kFull : FlatField::Kind::kRadial;
  flat.nodes = model.Nodes(x);
  flat.width = width;
  flat.height = height;
  flat.noise_k = pairs.empty() ? -1 : noise;
  return flat;
}

}  // namespace thermoleak
