#include <Eigen/Eigenvalues>
#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <map>

#include "pipeline/stages.hpp"
#include "thermoleak/core/statistics.hpp"
#include "thermoleak/pipeline/ordered.hpp"
#include "thermoleak/pipeline/tokens.hpp"
#include "thermoleak/strips/sampling.hpp"

namespace thermoleak::pipeline {
namespace {

struct Group {
  GroupPlacement placement;
  std::vector<std::size_t> frames;  ///< indices into the placed frames
  SurveyShift shift;                ///< against the map, by itself
};

std::vector<Group> GroupsOf(const std::vector<PlacedFrame>& frames) {
  std::map<int, Group> groups;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const int number = frames[i].registered.group;
    if (number < 0) continue;
    Group& group = groups[number];
    group.placement.group = number;
    ++group.placement.frames;
    group.frames.push_back(i);
  }
  std::vector<Group> out;
  for (auto& [number, group] : groups) out.push_back(std::move(group));
  return out;
}

/// Of a group as a whole against the others: what its best known frame does not know.
double RelativeSigma(const Group& group, const std::vector<PlacedFrame>& frames,
                     const Terrain& terrain) {
  double least = 1e300;
  for (const std::size_t i : group.frames) {
    const RegisteredFrame& frame = frames[i].registered;
    const Vec3 centre(frame.centre.x(), frame.centre.y(), terrain.HeightAt(frame.centre));
    least = std::min(least, 0.5 * frame.RelativeGroundCovariance(centre).trace());
  }
  return std::sqrt(least);
}

/// Moves and turns a group's cameras by minus `difference`, whose covariance takes the place of
/// the group's own against the others (variance `apart_m2` per axis).
void Move(const Group& group, const SurveyShift& difference, double apart_m2,
          std::vector<PlacedFrame>& frames, const Terrain& terrain, double max_range_m) {
  const Mat2 change = difference.covariance - Mat2::Identity() * apart_m2;
  for (const std::size_t i : group.frames) {
    RegisteredFrame& frame = frames[i].registered;
    Camera camera = frame.camera;
    camera.position.head<2>() -= difference.At(frame.centre);
    camera.position.z() -= difference.stretch * frame.height_above_ground_m;
    camera.map_from_camera =
        Eigen::AngleAxisd(-difference.rotation_rad, Vec3::UnitZ()).toRotationMatrix() *
        camera.map_from_camera;
    auto moved = frame.With(camera, terrain, max_range_m);
    if (!moved) continue;
    frame = std::move(*moved);
    frame.relative_covariance.topLeftCorner<2, 2>() += change;
    frame.covariance.topLeftCorner<2, 2>() += change;
  }
}

/// What the group's shift still does not say about its place against the first group: both know
/// less than the map where no pipe crosses, but that they have in common.
Mat2 Difference(const Mat2& own, const Mat2& first) {
  constexpr double kLeast = 0.1;  // m
  Eigen::SelfAdjointEigenSolver<Mat2> axes(own - first);
  const Vec2 variance = axes.eigenvalues().cwiseMax(kLeast * kLeast);
  return axes.eigenvectors() * variance.asDiagonal() * axes.eigenvectors().transpose();
}

}  // namespace

std::vector<GroupPlacement> PlaceGroups(std::vector<PlacedFrame>& frames,
                                        const SurveyFrames& survey, const FrameStore& store,
                                        const Registration& registration,
                                        const PipeNetwork& network, double surface_h_w_m2k,
                                        double mosaic_cell_m, double local_sigma_m,
                                        const RunRequest& request, int threads,
                                        const WorkContext& work) {
  std::vector<Group> groups = GroupsOf(frames);
  if (groups.size() < 2) return {};
  const Terrain& terrain = registration.terrain;
  const double pose_sigma = std::max(0.05, registration.median_sigma_m);

  const auto align = [&](const Group& group, const PosePrior& prior) {
    std::vector<RegisteredFrame> own;
    std::vector<FrameSource> sources;
    for (const std::size_t i : group.frames) {
      own.push_back(frames[i].registered);
      sources.push_back(survey.records[frames[i].record].meta.source);
    }
    const auto layouts = PlanStrips(network, own, pose_sigma, request.options.strips);
    Mosaic mosaic(mosaic_cell_m);
    const auto patch = [&](std::size_t k) -> std::optional<MosaicPatch> {
      const PlacedFrame& frame = frames[group.frames[k]];
      const auto celsius = store.Celsius(frame.record, survey.records[frame.record].meta);
      if (!celsius) return std::nullopt;
      return FrameSampler(*celsius, frame.registered, *frame.flat, frame.offset_k,
                          request.options.strips.margin_px)
          .Patch(mosaic.cell_m(), terrain);
    };
    const auto add = [&](std::size_t, const std::optional<MosaicPatch>& part) {
      if (part) mosaic.Add(part->column, part->row, part->celsius, part->nadir);
    };
    ForEachInOrder(group.frames.size(), TokensFor(LargestFrame(sources), threads), work, patch,
                   add);
    mosaic.Finish();
    return AlignToMap(mosaic, network, layouts,
                      TraceWidths(network, layouts, surface_h_w_m2k, request.options.detection),
                      prior, request.options.alignment);
  };
  for (Group& group : groups)
    group.shift = align(group, PosePrior::Around(pose_sigma, local_sigma_m));
  const auto better = [](const Group& a, const Group& b) {
    return std::pair(!a.shift.found, a.shift.covariance.trace()) <
           std::pair(!b.shift.found, b.shift.covariance.trace());
  };
  std::stable_sort(groups.begin(), groups.end(), better);
  const SurveyShift first = groups.front().shift;
  for (Group& group : groups) {
    const double apart = RelativeSigma(group, frames, terrain);
    group.placement.sigma_m = apart;
    const bool is_first = group.placement.first = &group == &groups.front();
    if (!is_first && first.found) {
      group.shift = align(
          group,
          {first.shift_m, first.covariance + Mat2::Identity() * apart * apart, local_sigma_m});
    }
    if (!first.found || !group.shift.found) continue;
    // What chains of frames are turned or stretched is their own, the first one's too.
    SurveyShift difference = group.shift;
    difference.shift_m -= first.shift_m;
    difference.covariance = is_first ? Mat2(Mat2::Identity() * apart * apart)
                                     : Difference(group.shift.covariance, first.covariance);
    Move(group, difference, apart * apart, frames, terrain,
         request.options.registration.max_range_m);
    group.placement.placed = true;
    group.placement.move_m = -difference.shift_m;
    group.placement.sigma_m = std::sqrt(0.5 * difference.covariance.trace());
  }
  std::vector<GroupPlacement> placements;
  for (const Group& group : groups) placements.push_back(group.placement);
  return placements;
}

}  // namespace thermoleak::pipeline
