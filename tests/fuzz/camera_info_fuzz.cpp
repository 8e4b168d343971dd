// The input is the CameraInfo record of an FFF block that is otherwise whole.

#include "fuzz/fuzz.hpp"
#include "ingest/build_files.hpp"
#include "ingest/fff.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thermoleak;
  using namespace thermoleak::fuzz;
  if (size == 0) return 0;
  test::FffSpec spec;
  spec.camera.assign(reinterpret_cast<const char*>(data), size);
  const std::string block = test::FffBlock(spec);
  auto content = ingest::ReadFff(std::as_bytes(std::span(block)), "fuzz", true);
  if (!content) return 0;
  const SceneParameters& scene = content->calibration.scene;
  Require(scene.emissivity > 0 && scene.emissivity <= 1, "emissivity");
  Require(scene.window_transmission > 0 && scene.window_transmission <= 1, "window");
  Require(scene.distance_m >= 0 && std::isfinite(scene.distance_m), "distance");
  Require(scene.relative_humidity >= 0 && scene.relative_humidity <= 1, "humidity");
  for (const double celsius : {scene.reflected_c, scene.air_c, scene.window_c}) {
    Require(celsius > -273.15 && celsius < 2000, "temperatures of the scene");
  }
  CheckFrame(ingest::FrameFromFff(std::move(*content), {}, {}, Cameras()));
  return 0;
}
