#include "registration/adjust_model.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace thermoleak::adjust_internal {
namespace {

Mat3 Cross(const Vec3& v) {
  Mat3 m;
  m << 0, -v.z(), v.y(), v.z(), 0, -v.x(), -v.y(), v.x(), 0;
  return m;
}

struct Turn {
  Mat3 rotation;
  Mat3 left_jacobian;  ///< exp(w + d) = exp(J d) exp(w), to first order in d
};

/// Rodrigues' formula and its left Jacobian (Barfoot, State Estimation for Robotics, 2017, 7.1.3).
Turn TurnOf(const Vec3& w) {
  const double angle = w.norm();
  const Mat3 k = Cross(w);
  if (angle < 1e-9) return {Mat3::Identity() + k, Mat3::Identity() + 0.5 * k};
  const double a2 = angle * angle;
  const double sine = std::sin(angle) / angle;
  const double cosine = (1 - std::cos(angle)) / a2;
  return {Mat3::Identity() + sine * k + cosine * k * k,
          Mat3::Identity() + cosine * k + (1 - sine) / a2 * k * k};
}

/// Ground size of a corrected camera's pixel on the level `height_m`, m.
double PixelSize(const Side& side, double height_m, const double* frame, const double* lens) {
  return (side.position.z() + frame[2] - height_m) / (side.lens.focal_px * (1 + lens[0]));
}

}  // namespace

Loss::Value Loss::operator()(double squares) const {
  const double limit = sigmas_ * sigmas_;
  switch (kind_) {
    case Kind::kHuber: {
      if (squares <= limit) break;
      const double size = std::sqrt(squares);
      return {sigmas_ * size - 0.5 * limit, sigmas_ / size};
    }
    case Kind::kCauchy:
      return {0.5 * limit * std::log1p(squares / limit), 1 / (1 + squares / limit)};
    case Kind::kSquare:
      break;
  }
  return {0.5 * squares, 1};
}

Lens Corrected(const Lens& lens, const double* p) {
  Lens out = lens;
  out.focal_px *= 1 + p[0];
  out.k1 += p[1];
  out.k2 += p[2];
  out.p1 += p[3];
  out.p2 += p[4];
  return out;
}

std::optional<Vec2> GroundPoint(const Side& side, double height_m, const double* frame,
                                const double* lens, FrameJacobian* by_frame,
                                LensJacobian* by_lens) {
  const Lens corrected = Corrected(side.lens, lens);
  const Vec2 distorted = (side.pixel - corrected.principal) / corrected.focal_px;
  const Vec2 xy = corrected.Undistort(distorted);
  const Turn turn = TurnOf({frame[3], frame[4], frame[5]});
  const Vec3 in_camera = turn.rotation * Vec3(xy.x(), xy.y(), 1);
  const Vec3 ray = side.map_from_camera * in_camera;
  if (!(ray.z() < -1e-3)) return std::nullopt;
  const double reach = (height_m - side.position.z() - frame[2]) / ray.z();
  const Vec2 slope = ray.head<2>() / ray.z();
  const Vec2 ground = side.position.head<2>() + Vec2(frame[0], frame[1]) + reach * ray.head<2>();
  if (!by_frame && !by_lens) return ground;

  Eigen::Matrix<double, 2, 3> by_ray;
  by_ray << Mat2::Identity(), -slope;
  by_ray *= reach;
  const Eigen::Matrix<double, 2, 3> by_camera = by_ray * side.map_from_camera;
  if (by_frame) {
    by_frame->leftCols<2>().setIdentity();
    by_frame->col(2) = -slope;
    by_frame->rightCols<3>() = -by_camera * Cross(in_camera) * turn.left_jacobian;
  }
  if (by_lens) {
    const double x = xy.x();
    const double y = xy.y();
    const double r2 = x * x + y * y;
    const double radial = 1 + r2 * (corrected.k1 + r2 * (corrected.k2 + r2 * corrected.k3));
    const double slope_r2 = corrected.k1 + r2 * (2 * corrected.k2 + 3 * r2 * corrected.k3);
    Mat2 distort;  // derivative of the distorted by the undistorted point
    distort << radial + 2 * x * x * slope_r2 + 6 * corrected.p1 * x + 2 * corrected.p2 * y,
        2 * x * y * slope_r2 + 2 * corrected.p1 * y + 2 * corrected.p2 * x,
        2 * x * y * slope_r2 + 2 * corrected.p2 * x + 2 * corrected.p1 * y,
        radial + 2 * y * y * slope_r2 + 6 * corrected.p2 * y + 2 * corrected.p1 * x;
    LensJacobian by_parameter;  // of the distorted point that stays where the pixel is
    by_parameter.col(0) = -distorted / (1 + lens[0]);
    by_parameter.col(1) = -r2 * xy;
    by_parameter.col(2) = -r2 * r2 * xy;
    by_parameter.col(3) = -Vec2(r2 + 2 * x * x, 2 * x * y);
    by_parameter.col(4) = -Vec2(2 * x * y, r2 + 2 * y * y);
    *by_lens = by_camera * turn.rotation.leftCols<2>() * distort.inverse() * by_parameter;
  }
  return ground;
}

TieResidual::TieResidual(Side a, Side b, double height_m, const TieWeight& weight, bool one_lens)
    : Residuals(2), a_(std::move(a)), b_(std::move(b)), height_m_(height_m), one_lens_(one_lens) {
  root_weight_.row(0) = weight.along_per_px * weight.along.transpose();
  root_weight_.row(1) =
      weight.across_per_px * Vec2(-weight.along.y(), weight.along.x()).transpose();
}

bool TieResidual::Evaluate(const double* const* p, double* residual, double** jacobians) const {
  FrameJacobian frame_a;
  FrameJacobian frame_b;
  LensJacobian lens_a;
  LensJacobian lens_b;
  const bool derive = jacobians != nullptr;
  const double height_m = height_m_ + p[2][0];
  const double* lens_of_b = one_lens_ ? p[3] : p[4];
  const auto a = GroundPoint(a_, height_m, p[0], p[3], derive ? &frame_a : nullptr,
                             derive ? &lens_a : nullptr);
  const auto b = GroundPoint(b_, height_m, p[1], lens_of_b, derive ? &frame_b : nullptr,
                             derive ? &lens_b : nullptr);
  if (!a || !b) return false;
  const double size_a = PixelSize(a_, height_m, p[0], p[3]);
  const double size_b = PixelSize(b_, height_m, p[1], lens_of_b);
  const double per_m = 2 / (size_a + size_b);
  const Vec2 gap = root_weight_ * (*a - *b) * per_m;
  Eigen::Map<Vec2>(residual, 2) = gap;
  if (!derive) return true;
  // Up moves a ground point against its ray, which is what lowering the camera does.
  const Vec2 by_height = -per_m * root_weight_ * (frame_a.col(2) - frame_b.col(2));
  // The change of the pixel's size: gap * d(per_m) / per_m.
  const double by_size_a = 0.5 * per_m / (a_.lens.focal_px * (1 + p[3][0]));
  const double by_size_b = 0.5 * per_m / (b_.lens.focal_px * (1 + lens_of_b[0]));
  frame_a = (per_m * root_weight_ * frame_a).eval();
  frame_b = (-per_m * root_weight_ * frame_b).eval();
  frame_a.col(2) -= gap * by_size_a;
  frame_b.col(2) -= gap * by_size_b;
  lens_a = (per_m * root_weight_ * lens_a).eval();
  lens_b = (-per_m * root_weight_ * lens_b).eval();
  lens_a.col(0) += gap * (0.5 * per_m * size_a / (1 + p[3][0]));
  lens_b.col(0) += gap * (0.5 * per_m * size_b / (1 + lens_of_b[0]));
  if (one_lens_) lens_a += lens_b;
  using FrameRows = Eigen::Matrix<double, 2, kFrameParameters, Eigen::RowMajor>;
  using LensRows = Eigen::Matrix<double, 2, kLensParameters, Eigen::RowMajor>;
  const auto put_frame = [&](int block, const FrameJacobian& values) {
    if (jacobians[block]) Eigen::Map<FrameRows>(jacobians[block], 2, kFrameParameters) = values;
  };
  const auto put_lens = [&](int block, const LensJacobian& values) {
    if (jacobians[block]) Eigen::Map<LensRows>(jacobians[block], 2, kLensParameters) = values;
  };
  put_frame(0, frame_a);
  put_frame(1, frame_b);
  if (jacobians[2]) {
    Eigen::Map<Vec2>(jacobians[2], 2) = by_height + gap * (by_size_a + by_size_b);
  }
  put_lens(3, lens_a);
  if (!one_lens_) put_lens(4, lens_b);
  return true;
}

bool PositionPrior::Evaluate(const double* const* p, double* residual, double** jacobians) const {
  for (int i = 0; i < 2; ++i) {
    const double v = velocity_m_s_[i];
    residual[i] = (p[0][i] - p[1][i] - v * p[1][6]) * per_sigma_;
    if (!jacobians) continue;
    if (jacobians[0]) {
      double* row = jacobians[0] + i * kFrameParameters;
      std::fill(row, row + kFrameParameters, 0.0);
      row[i] = per_sigma_;
    }
    if (jacobians[1]) {
      double* row = jacobians[1] + i * kFlightParameters;
      std::fill(row, row + kFlightParameters, 0.0);
      row[i] = -per_sigma_;
      row[6] = -v * per_sigma_;
    }
  }
  return true;
}

bool HeightPrior::Evaluate(const double* const* p, double* residual, double** jacobians) const {
  const double height = 1 + p[1][2] / height_m_;
  if (!(height > 0.1)) return false;
  const double weight = per_sigma_ / std::pow(height, tied_);
  residual[0] = (p[0][2] - p[1][2]) * weight;
  if (!jacobians) return true;
  if (jacobians[0]) {
    std::fill(jacobians[0], jacobians[0] + kFrameParameters, 0.0);
    jacobians[0][2] = weight;
  }
  if (jacobians[1]) {
    std::fill(jacobians[1], jacobians[1] + kFlightParameters, 0.0);
    jacobians[1][2] = -weight - tied_ * residual[0] / (height * height_m_);
  }
  return true;
}

bool AnglePrior::Evaluate(const double* const* p, double* residual, double** jacobians) const {
  const double focal = 1 + p[2][0];
  if (!(focal > 0.1)) return false;
  const double tilt_unit = std::pow(focal, tied_);
  for (std::size_t i = 0; i < 3; ++i) {
    const bool tilt = i < 2;
    const double weight = per_sigma_[i] / (tilt ? tilt_unit : 1.0);
    residual[i] = (p[0][i + 3] - p[1][i + 3]) * weight;
    if (!jacobians) continue;
    if (jacobians[0]) {
      double* row = jacobians[0] + i * kFrameParameters;
      std::fill(row, row + kFrameParameters, 0.0);
      row[i + 3] = weight;
    }
    if (jacobians[1]) {
      double* row = jacobians[1] + i * kFlightParameters;
      std::fill(row, row + kFlightParameters, 0.0);
      row[i + 3] = -weight;
    }
    if (jacobians[2]) {
      double* row = jacobians[2] + i * kLensParameters;
      std::fill(row, row + kLensParameters, 0.0);
      if (tilt) row[0] = -tied_ * residual[i] / focal;
    }
  }
  return true;
}

}  // namespace thermoleak::adjust_internal
