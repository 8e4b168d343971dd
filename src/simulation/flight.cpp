#include "thermoleak/simulation/flight.hpp"

#include <numbers>

#include "thermoleak/simulation/random.hpp"

namespace thermoleak::simulation {
namespace {

constexpr double kDegree = std::numbers::pi / 180;

/// A place of the plan with the drone's course.
struct Waypoint {
  Vec2 position;
  double course_deg;
  bool starts_line;
};

double CourseOf(const Vec2& direction) {
  return std::atan2(direction.x(), direction.y()) / kDegree;
}

/// Along each trench (its supply pipe, or the only one), slightly beyond both ends.
std::vector<Waypoint> AlongPipes(const Scene& scene, double step) {
  std::vector<Waypoint> plan;
  std::vector<std::string> flown;
  for (const Pipe& pipe : scene.pipes) {
    if (std::find(flown.begin(), flown.end(), pipe.trench) != flown.end()) continue;
    flown.push_back(pipe.trench);
    // An entry is shorter than a picture: its main's pictures show it.
    if (pipe.entry) continue;
    const double length = pipe.axis.Length();
    const int count = std::max(2, static_cast<int>(std::ceil(length / step)) + 1);
    for (int i = 0; i < count; ++i) {
      const double chainage = length * i / (count - 1);
      // The drone turns before a corner, not at it.
      plan.push_back(
          {pipe.axis.At(chainage), CourseOf(pipe.axis.Direction(chainage, 6.0)), i == 0});
    }
  }
  return plan;
}

std::vector<Waypoint> Lawnmower(const Scene& scene, double step, double line_spacing) {
  std::vector<Waypoint> plan;
  const double heading = scene.flight.heading_deg * kDegree;
  const Vec2 ahead{std::sin(heading), std::cos(heading)};
  const Vec2 right{ahead.y(), -ahead.x()};
  Box2 box;  // x across, y along
  for (const Pipe& pipe : scene.pipes) {
    for (const Vec2& p : pipe.axis.vertices()) box.Add(Vec2(p.dot(right), p.dot(ahead)));
  }
  const int lines = static_cast<int>(std::ceil((box.max.x() - box.min.x()) / line_spacing)) + 1;
  const int stops = static_cast<int>(std::ceil((box.max.y() - box.min.y()) / step)) + 1;
  const double middle = (box.min.x() + box.max.x()) / 2;
  for (int line = 0; line < lines; ++line) {
    const double across = middle + (line - (lines - 1) / 2.0) * line_spacing;
    for (int i = 0; i < stops; ++i) {
      const bool back = line % 2 == 1;
      const double along = box.min.y() + step * (back ? stops - 1 - i : i);
      plan.push_back(
          {right * across + ahead * along, scene.flight.heading_deg + (back ? 180 : 0), i == 0});
    }
  }
  return plan;
}

}  // namespace

ScenePlacement::ScenePlacement(const Place& place)
    : frame_(LocalFrame::Utm(place.origin)),
      base_(frame_.LocalFromLonLat(place.origin)),
      ground_height_m_(place.ground_height_m) {
  const double a = place.azimuth_deg * kDegree;
  turn_ << std::cos(a), std::sin(a), -std::sin(a), std::cos(a);
}

Camera ScenePlacement::LocalCamera(const Camera& in_scene) const {
  Camera camera = in_scene;
  const Vec2 position = LocalFromScene(in_scene.position.head<2>());
  camera.position = {position.x(), position.y(), in_scene.position.z() + ground_height_m_};
  Mat3 turn = Mat3::Identity();
  turn.topLeftCorner<2, 2>() = turn_;
  camera.map_from_camera = turn * in_scene.map_from_camera;
  return camera;
}

std::vector<Car> CarsAt(const Scene& scene, const View& view) {
  std::vector<Car> cars = scene.cars;
  for (std::size_t i = 0; i < std::min(cars.size(), view.cars.size()); ++i)
    cars[i].position = view.cars[i];
  return cars;
}

std::vector<Person> PeopleAt(const Scene& scene, const View& view) {
  std::vector<Person> people = scene.people;
  for (std::size_t i = 0; i < std::min(people.size(), view.people.size()); ++i)
    people[i].position = view.people[i];
  return people;
}

Lens LensOf(const CameraSpec& camera) {
  Lens lens;
  lens.width = camera.width;
  lens.height = camera.height;
  lens.focal_px = camera.focal_mm * 1000 / camera.pitch_um;
  lens.principal = Vec2(camera.width / 2.0, camera.height / 2.0) + camera.principal_shift_px;
  lens.k1 = camera.k1;
  lens.k2 = camera.k2;
  return lens;
}

std::vector<View> PlanFlight(const Scene& scene) {
  const Lens lens = LensOf(scene.camera);
  const Flight& flight = scene.flight;
  const double gsd = flight.altitude_m / lens.focal_px;
  const double step = lens.height * gsd * (1 - flight.overlap);
  const double spacing = lens.width * gsd * (1 - flight.side_overlap);
  const std::vector<Waypoint> plan =
      flight.lawnmower ? Lawnmower(scene, step, spacing) : AlongPipes(scene, step);
  const PoseErrors& errors = scene.pose;
  std::vector<View> views;
  double time = scene.place.start_utc_s;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    if (i > 0) {
      // Whole milliseconds: what files can hold.
      const double leg = (plan[i].position - plan[i - 1].position).norm() / flight.speed_m_s;
      time += std::round(1000 * (leg + (plan[i].starts_line ? 5.0 : 0.0))) / 1000;
    }
    Rng rng(scene.seed, Stream::kPose, i);
    View view;
    view.number = static_cast<int>(i) + 1;
    view.time_utc_s = time;
    view.course_deg = plan[i].course_deg;
    const Vec2 position = plan[i].position + flight.wander_m * Vec2(rng.Normal(), rng.Normal());
    const double height = flight.altitude_m + flight.wander_m * rng.Normal();
    const Angles truth{plan[i].course_deg + flight.wobble_deg * rng.Normal(),
                       -90 + flight.wobble_deg * rng.Normal(), flight.wobble_deg * rng.Normal()};
    view.camera.lens = lens;
    view.camera.position = {position.x(), position.y(), height};
    view.camera.map_from_camera =
        RotationFromAngles(truth.yaw_deg, truth.pitch_deg, truth.roll_deg);
    view.recorded_position =
        position + errors.gnss_bias_m + errors.gnss_noise_m * Vec2(rng.Normal(), rng.Normal());
    view.recorded_height_m =
        height + errors.altitude_bias_m + errors.altitude_noise_m * rng.Normal();
    view.recorded = {truth.yaw_deg + errors.yaw_bias_deg + errors.yaw_noise_deg * rng.Normal(),
                     truth.pitch_deg + errors.pitch_bias_deg + errors.tilt_noise_deg * rng.Normal(),
                     truth.roll_deg + errors.roll_bias_deg + errors.tilt_noise_deg * rng.Normal()};
    views.push_back(view);
  }
  // Whatever moves, moves straight ahead.
  const auto at = [&views](const auto& mover, const View& view) -> Vec2 {
    const std::size_t frame = std::min(static_cast<std::size_t>(mover.at_frame), views.size()) - 1;
    const double a = mover.heading_deg * kDegree;
    const double gone = mover.speed_m_s * (view.time_utc_s - views[frame].time_utc_s);
    return mover.position + gone * Vec2(std::sin(a), std::cos(a));
  };
  for (View& view : views) {
    for (const Car& car : scene.cars) view.cars.push_back(at(car, view));
    for (const Person& person : scene.people) view.people.push_back(at(person, view));
  }
  return views;
}

}  // namespace thermoleak::simulation
