#include "simulation/scene_reading.hpp"

namespace thermoleak::simulation {

void ReadCamera(Reading& r, TomlSection s) {
  CameraSpec& c = r.scene.camera;
  c.make = s.Word("make", c.make);
  c.model = s.Word("model", c.model);
  c.width = s.Integer("width", c.width, 16, 2048);
  c.height = s.Integer("height", c.height, 16, 2048);
  c.focal_mm = s.Number("focal_mm", c.focal_mm, 1, 500);
  c.pitch_um = s.Number("pitch_um", c.pitch_um, 1, 100);
  c.k1 = s.Number("k1", c.k1, -0.5, 0.5);
  c.k2 = s.Number("k2", c.k2, -0.5, 0.5);
  c.principal_shift_px = s.Pair("principal_shift_px", c.principal_shift_px, -100, 100);
  c.planck.r1 = s.Number("planck_r1", c.planck.r1, 1, 1e8);
  c.planck.b = s.Number("planck_b", c.planck.b, 100, 5000);
  c.planck.f = s.Number("planck_f", c.planck.f, 0.1, 10);
  c.planck.o = s.Number("planck_o", c.planck.o, -30000, 30000);
  c.planck.r2 = s.Number("planck_r2", c.planck.r2, 1e-6, 10);
  c.emissivity = s.Number("emissivity", c.emissivity, 0.1, 1);
  c.netd_k = s.Number("netd_k", c.netd_k, 0, 2);
  c.blur_px = s.Number("blur_px", c.blur_px, 0, 5);
  c.vignette_k = s.Number("vignette_k", c.vignette_k, -10, 10);
  c.pattern_k = s.Number("pattern_k", c.pattern_k, 0, 5);
  c.tilt_k = s.Pair("tilt_k", c.tilt_k, -10, 10);
  c.column_k = s.Number("column_k", c.column_k, 0, 5);
  c.drift_k_per_frame = s.Number("drift_k_per_frame", c.drift_k_per_frame, -5, 5);
  c.shutter_every = s.Integer("shutter_every", c.shutter_every, 0, 10000);
  c.shutter_step_k = s.Number("shutter_step_k", c.shutter_step_k, 0, 20);
  c.png = s.Choice("raw", {"tiff", "png"}) == "png";
  c.palette_quality = s.Integer("palette_quality", c.palette_quality, 5, 100);
  c.supersample = s.Flag("supersample", c.supersample);
  s.Finish();
}

void ReadFlight(Reading& r, TomlSection s) {
  Flight& f = r.scene.flight;
  f.lawnmower = s.Choice("pattern", {"along", "lawnmower"}) == "lawnmower";
  f.altitude_m = s.Number("altitude_m", f.altitude_m, 5, 1000);
  f.overlap = s.Number("overlap", f.overlap, 0, 0.98);
  f.side_overlap = s.Number("side_overlap", f.side_overlap, 0, 0.98);
  f.heading_deg = s.Number("heading_deg", f.heading_deg, -360, 360);
  f.speed_m_s = s.Number("speed_m_s", f.speed_m_s, 0.1, 100);
  f.wander_m = s.Number("wander_m", f.wander_m, 0, 20);
  f.wobble_deg = s.Number("wobble_deg", f.wobble_deg, 0, 10);
  s.Finish();
}

void ReadErrors(Reading& r, TomlSection s) {
  PoseErrors& e = r.scene.pose;
  e.gnss_bias_m = s.Pair("gnss_bias_m", e.gnss_bias_m, -50, 50);
  e.gnss_noise_m = s.Number("gnss_noise_m", e.gnss_noise_m, 0, 20);
  e.altitude_bias_m = s.Number("altitude_bias_m", e.altitude_bias_m, -100, 100);
  e.altitude_noise_m = s.Number("altitude_noise_m", e.altitude_noise_m, 0, 20);
  e.yaw_bias_deg = s.Number("yaw_bias_deg", e.yaw_bias_deg, -20, 20);
  e.yaw_noise_deg = s.Number("yaw_noise_deg", e.yaw_noise_deg, 0, 20);
  e.pitch_bias_deg = s.Number("pitch_bias_deg", e.pitch_bias_deg, -10, 10);
  e.roll_bias_deg = s.Number("roll_bias_deg", e.roll_bias_deg, -10, 10);
  e.tilt_noise_deg = s.Number("tilt_noise_deg", e.tilt_noise_deg, 0, 10);
  e.rtk_flag = s.Integer("rtk_flag", e.rtk_flag, 0, 50);
  s.Finish();
}

void ReadMap(Reading& r, TomlSection s) {
  MapErrors& m = r.scene.map;
  m.shift_m = s.Pair("shift_m", m.shift_m, -100, 100);
  m.wander_m = s.Number("wander_m", m.wander_m, 0, 20);
  m.wander_length_m = s.Number("wander_length_m", m.wander_length_m, 1, 10000);
  m.missing_chambers = s.Number("missing_chambers", m.missing_chambers, 0, 1);
  m.depths = s.Flag("depths", m.depths);
  s.Finish();
}

}  // namespace thermoleak::simulation
