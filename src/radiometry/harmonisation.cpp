#include "thermoleak/radiometry/harmonisation.hpp"

#include <Eigen/Dense>
#include <Eigen/Sparse>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "thermoleak/core/statistics.hpp"

namespace thermoleak {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// Sums of 256 counts of 16 bits are whole numbers that float still holds.
template <class Value>
Thumbnail BlockMeans(const cv::Mat& image, int block_px) {
  const int rows = image.rows / block_px;
  const int columns = image.cols / block_px;
  Thumbnail thumbnail{cv::Mat_<float>(rows, columns, kNaN)};
  std::vector<float> sums(static_cast<std::size_t>(columns));
  const float scale = 1.0f / static_cast<float>(block_px * block_px);
  for (int r = 0; r < rows; ++r) {
    std::fill(sums.begin(), sums.end(), 0.0f);
    for (int y = r * block_px; y < (r + 1) * block_px; ++y) {
      const auto* row = image.ptr<Value>(y);
      for (int c = 0; c < columns; ++c) {
        float sum = 0;
        for (int x = 0; x < block_px; ++x) sum += static_cast<float>(row[c * block_px + x]);
        sums[static_cast<std::size_t>(c)] += sum;
      }
    }
    for (int c = 0; c < columns; ++c)
      thumbnail.celsius(r, c) = sums[static_cast<std::size_t>(c)] * scale;
  }
  return thumbnail;
}

}  // namespace

void HarmonisationOptions::Describe(OptionVisitor& v) {
  v.Visit("min-frames", min_frames,
          {3, 10000, "", "frames needed to estimate the flat field", "估计平场所需的最少影像数"});
  v.Visit("offset-prior", offset_prior_k,
          {0.1, 100, "K", "expected size of drift between frames", "影像间漂移的先验幅度"});
  v.Visit(
      "robust", robust_k,
      {0.01, 10, "K", "overlap differences beyond this count less", "超过此值的重叠差降低权重"});
}

Thumbnail MakeThumbnail(const cv::Mat& image, int block_px) {
  CV_Assert(image.type() == CV_32FC1 || image.type() == CV_16UC1);
  return image.type() == CV_32FC1 ? BlockMeans<float>(image, block_px)
                                  : BlockMeans<std::uint16_t>(image, block_px);
}

FlatField EstimateFlatField(std::span<const Thumbnail> frames, int width, int height,
                            const HarmonisationOptions& options) {
  FlatField flat;
  if (static_cast<int>(frames.size()) < options.min_frames) return flat;
  const int rows = frames[0].celsius.rows;
  const int columns = frames[0].celsius.cols;

  std::vector<float> medians;
  for (const Thumbnail& frame : frames) {
    medians.push_back(MedianOf(std::span(frame.celsius.ptr<float>(), frame.celsius.total())));
  }
  // One row of the fit a block: median over frames of its difference to the frame's median.
  std::vector<Eigen::Vector4d> rows_of_fit;
  std::vector<double> values;
  const double centre_u = width / 2.0;
  const double centre_v = height / 2.0;
  const double inverse_r2 = 1.0 / (centre_u * centre_u + centre_v * centre_v);
  std::vector<float> differences;
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) {
      differences.clear();
      for (std::size_t i = 0; i < frames.size(); ++i) {
        const float difference = frames[i].celsius(r, c) - medians[i];
        if (std::isfinite(difference)) differences.push_back(difference);
      }
      if (static_cast<int>(differences.size()) < options.min_frames) continue;
      const double u = (c + 0.5) * width / columns - centre_u;
      const double v = (r + 0.5) * height / rows - centre_v;
      const double q = (u * u + v * v) * inverse_r2;
      rows_of_fit.emplace_back(1, q, q * q, q * q * q);
      values.push_back(MedianOf(std::span<const float>(differences)));
    }
  }
  // A smooth curve of four terms over the whole radius wants blocks over most of the picture.
  if (rows_of_fit.size() * 3 < static_cast<std::size_t>(rows * columns)) return flat;

  const auto n = static_cast<Eigen::Index>(values.size());
  Eigen::MatrixXd design(n, 4);
  Eigen::VectorXd target(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    design.row(i) = rows_of_fit[static_cast<std::size_t>(i)].transpose();
    target(i) = values[static_cast<std::size_t>(i)];
  }
  Eigen::VectorXd weight = Eigen::VectorXd::Ones(n);
  Eigen::Vector4d fit = Eigen::Vector4d::Zero();
  for (int round = 0; round < 5; ++round) {
    const Eigen::MatrixXd weighted = weight.asDiagonal() * design;
    fit = (design.transpose() * weighted + 1e-9 * Eigen::Matrix4d::Identity())
              .ldlt()
              .solve(weighted.transpose() * target);
    const Eigen::VectorXd residual = (target - design * fit).cwiseAbs();
    weight = residual.unaryExpr(
        [&](double e) { return e <= options.robust_k ? 1.0 : options.robust_k / e; });
  }
  flat.c1 = fit(1);
  flat.c2 = fit(2);
  flat.c3 = fit(3);
  flat.centre_u = centre_u;
  flat.centre_v = centre_v;
  flat.inverse_r2 = inverse_r2;
  flat.frames = static_cast<int>(frames.size());
  return flat;
}

std::vector<double> SolveOffsets(int frames, std::span<const OverlapDifference> overlaps,
                                 const HarmonisationOptions& options) {
  std::vector<double> offsets(static_cast<std::size_t>(frames), 0.0);
  if (overlaps.empty()) return offsets;
  constexpr double kPairSigma = 0.1;  // of one overlap's median difference, K
  constexpr int kRounds = 12;
  Eigen::VectorXd solution = Eigen::VectorXd::Zero(frames);
  for (int round = 0; round < kRounds; ++round) {
    std::vector<Eigen::Triplet<double>> triplets;
    Eigen::VectorXd right = Eigen::VectorXd::Zero(frames);
    const double prior = 1.0 / (options.offset_prior_k * options.offset_prior_k);
    for (int i = 0; i < frames; ++i) triplets.emplace_back(i, i, prior);
    for (const OverlapDifference& o : overlaps) {
      const double residual = std::abs(o.difference_k - (solution(o.first) - solution(o.second)));
      // Cauchy's weights let a wrong overlap (a mover, a wrong pose) go altogether; the first round
      // is plain least squares.
      const double robust =
          round == 0 ? 1.0 : 1.0 / (1.0 + std::pow(residual / options.robust_k, 2));
      const double weight = robust * std::min(1.0, o.cells / 50.0) / (kPairSigma * kPairSigma);
      triplets.emplace_back(o.first, o.first, weight);
      triplets.emplace_back(o.second, o.second, weight);
      triplets.emplace_back(o.first, o.second, -weight);
      triplets.emplace_back(o.second, o.first, -weight);
      right(o.first) += weight * o.difference_k;
      right(o.second) -= weight * o.difference_k;
    }
    Eigen::SparseMatrix<double> normal(frames, frames);
    normal.setFromTriplets(triplets.begin(), triplets.end());
    const Eigen::SimplicialLDLT<Eigen::SparseMatrix<double>> solver(normal);
    solution = solver.solve(right);
  }
  for (int i = 0; i < frames; ++i) offsets[static_cast<std::size_t>(i)] = solution(i);
  return offsets;
}

double OverlapDisagreement(std::span<const OverlapDifference> overlaps,
                           std::span<const double> offsets) {
  if (overlaps.empty()) return -1;
  std::vector<double> left;
  for (const OverlapDifference& o : overlaps) {
    double difference = o.difference_k;
    if (!offsets.empty()) {
      difference -=
          offsets[static_cast<std::size_t>(o.first)] - offsets[static_cast<std::size_t>(o.second)];
    }
    left.push_back(std::abs(difference));
  }
  return MedianOf(std::span<const double>(left));
}

}  // namespace thermoleak
