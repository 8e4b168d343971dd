#pragma once
// Inside of the registration room: the equations of the bundle adjustment. Derivatives are written
// out; the tests compare them with differences.

#include <Eigen/Core>
#include <array>

#include "thermoleak/registration/camera.hpp"

namespace thermoleak::adjust_internal {

/// Of a frame: east, north, up (m); small rotation about the camera's x, y, z axes (rad).
inline constexpr int kFrameParameters = 6;
/// Of a flight: the same six, common to its frames, and the recorded clock's lead (s): a position
/// recorded dt too early lies v dt behind.
inline constexpr int kFlightParameters = 7;
/// Of a lens: relative change of the focal length, then changes of k1, k2, p1, p2.
inline constexpr int kLensParameters = 5;

/// Residuals in units of their sigmas, of up to five blocks of unknowns.
class Residuals {
 public:
  explicit Residuals(int rows) : rows_(rows) {}
  virtual ~Residuals() = default;
  int rows() const { return rows_; }
  /// `jacobians` (may be null) holds a matrix a block, row by row. False where the unknowns make no
  /// sense.
  virtual bool Evaluate(const double* const* p, double* residual, double** jacobians) const = 0;

 protected:
  Residuals(const Residuals&) = default;
  Residuals& operator=(const Residuals&) = default;

 private:
  int rows_;
};

/// What a sum of squared residuals costs; large ones less than their square.
class Loss {
 public:
  static Loss Square() { return {Kind::kSquare, 1}; }
  static Loss Huber(double sigmas) { return {Kind::kHuber, sigmas}; }
  static Loss Cauchy(double sigmas) { return {Kind::kCauchy, sigmas}; }
  struct Value {
    double cost;
    double weight;  ///< of the squares in the normal equations
  };
  Value operator()(double squares) const;

 private:
  enum class Kind { kSquare, kHuber, kCauchy };
  Loss(Kind kind, double sigmas) : kind_(kind), sigmas_(sigmas) {}
  Kind kind_;
  double sigmas_;
};

/// One camera's view of a tie point.
struct Side {
  Vec3 position;
  Mat3 map_from_camera;
  Lens lens;
  Vec2 pixel;
};

using FrameJacobian = Eigen::Matrix<double, 2, kFrameParameters>;
using LensJacobian = Eigen::Matrix<double, 2, kLensParameters>;

/// Lens with the corrections of `p` applied.
Lens Corrected(const Lens& lens, const double* p);

/// Ground point (east, north) of a corrected camera's ray on the level `height_m`; derivatives
/// where not null. Nothing when the ray does not go down.
std::optional<Vec2> GroundPoint(const Side& side, double height_m, const double* frame,
                                const double* lens, FrameJacobian* by_frame, LensJacobian* by_lens);

/// How well a tie is known: along the line that joins the two cameras on the ground a wrong height
/// of the point moves the rays apart, across it does not (epipolar geometry).
struct TieWeight {
  Vec2 along{1, 0};  ///< unit
  double along_per_px = 0;
  double across_per_px = 0;
};

/// Two rays that should meet on the ground: the gap in pixels of the corrected cameras, since a gap
/// in metres would get smaller with everything else when the scale shrinks. Parameter blocks:
/// frame, frame, height of what the pair sees above the terrain (m), lens [, lens]; one lens when
/// both frames have the same.
class TieResidual final : public Residuals {
 public:
  TieResidual(Side a, Side b, double height_m, const TieWeight& weight, bool one_lens);
  bool Evaluate(const double* const* p, double* residual, double** jacobians) const override;

 private:
  Side a_;
  Side b_;
  double height_m_;
  Mat2 root_weight_;  ///< per pixel
  bool one_lens_;
};

/// Recorded position against the adjusted one: own error of the frame, bias and clock of its
/// flight.
/// Blocks: frame, flight.
class PositionPrior final : public Residuals {
 public:
  PositionPrior(const Vec2& velocity_m_s, double per_sigma)
      : Residuals(2), velocity_m_s_(velocity_m_s), per_sigma_(per_sigma) {}
  bool Evaluate(const double* const* p, double* residual, double** jacobians) const override;

 private:
  Vec2 velocity_m_s_;
  double per_sigma_;
};

/// Recorded height against the adjusted one. What ties say about differences of height between
/// frames is a share of the height, and about tilts (from the pictures' convergence) in proportion
/// to the focal length: in metres and degrees they get smaller with height and focal length
/// together, which would draw both down, since a best fit, unlike the evidence, does not count the
/// volume of what is possible (MacKay 2003, chapter 28). So heights are compared in units of the
/// flight's corrected height and tilts in those of the corrected focal length, to the extent `tied`
/// (exponent 0 .. 1) that ties, not records, decide them.
/// Blocks: frame, flight.
class HeightPrior final : public Residuals {
 public:
  HeightPrior(double height_m, double per_sigma, double tied)
      : Residuals(1), height_m_(height_m), per_sigma_(per_sigma), tied_(tied) {}
  bool Evaluate(const double* const* p, double* residual, double** jacobians) const override;

 private:
  double height_m_;  ///< recorded, above ground
  double per_sigma_;
  double tied_;
};

/// Recorded angles against the adjusted ones; tilts as HeightPrior says.
/// Blocks: frame, flight, lens.
class AnglePrior final : public Residuals {
 public:
  AnglePrior(const std::array<double, 3>& per_sigma, double tied)
      : Residuals(3), per_sigma_(per_sigma), tied_(tied) {}
  bool Evaluate(const double* const* p, double* residual, double** jacobians) const override;

 private:
  std::array<double, 3> per_sigma_;
  double tied_;
};

/// A block of parameters that are zero within their sigmas.
template <int N>
class ZeroPrior final : public Residuals {
 public:
  explicit ZeroPrior(const std::array<double, N>& per_sigma)
      : Residuals(N), per_sigma_(per_sigma) {}
  bool Evaluate(const double* const* p, double* residual, double** jacobians) const override {
    for (int i = 0; i < N; ++i) {
      const double weight = per_sigma_[static_cast<std::size_t>(i)];
      residual[i] = p[0][i] * weight;
      if (!jacobians || !jacobians[0]) continue;
      for (int j = 0; j < N; ++j) jacobians[0][i * N + j] = i == j ? weight : 0.0;
    }
    return true;
  }

 private:
  std::array<double, N> per_sigma_;
};

}  // namespace thermoleak::adjust_internal
