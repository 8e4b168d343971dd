#pragma once
// Where the drone takes its pictures: the truth, and what its files say.

#include <vector>

#include "thermoleak/registration/camera.hpp"
#include "thermoleak/simulation/scene.hpp"

namespace thermoleak::simulation {

/// The scene's plane in a metric map frame and back.
class ScenePlacement {
 public:
  explicit ScenePlacement(const Place& place);
  const LocalFrame& frame() const { return frame_; }
  Vec2 LocalFromScene(const Vec2& scene) const { return base_ + turn_ * scene; }
  LonLat LonLatFromScene(const Vec2& scene) const {
    return frame_.LonLatFromLocal(LocalFromScene(scene));
  }
  /// The camera in the local frame: heights in the ground height's datum, axes on the grid.
  Camera LocalCamera(const Camera& in_scene) const;

 private:
  LocalFrame frame_;
  Vec2 base_;
  Mat2 turn_;
  double ground_height_m_;
};

/// One picture. Cameras are in the scene's plane, heights above the ground plane.
struct View {
  int number = 1;  ///< in the file's name
  double time_utc_s = 0;
  std::vector<Vec2> cars;    ///< where the scene's cars are; empty: where they stand
  std::vector<Vec2> people;  ///< likewise
  Camera camera;             ///< the truth
  double course_deg = 0;     ///< where the drone flies, clockwise from the scene's y axis
  Vec2 recorded_position{0, 0};
  double recorded_height_m = 0;  ///< above take-off (which lies on the ground plane)
  Angles recorded;               ///< yaw clockwise from the scene's y axis
};

/// The scene's cars where they are when a view is taken.
std::vector<Car> CarsAt(const Scene& scene, const View& view);
std::vector<Person> PeopleAt(const Scene& scene, const View& view);

Lens LensOf(const CameraSpec& camera);
/// All pictures of the flight, in order of time.
std::vector<View> PlanFlight(const Scene& scene);

}  // namespace thermoleak::simulation
