#include "thermoleak/simulation/inject.hpp"

#include <fmt/format.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <map>
#include <mutex>
#include <set>

#include "simulation/frames_folder.hpp"
#include "simulation/inject_truth.hpp"
#include "simulation/rewrite_frame.hpp"
#include "thermoleak/ingest/reader.hpp"
#include "thermoleak/registration/registration.hpp"
#include "thermoleak/simulation/random.hpp"

namespace thermoleak::simulation {
namespace {

namespace fs = std::filesystem;

/// A leak closer than this to the picture's edge is not counted as seen.
constexpr double kEdgePixels = 12;

/// One frame of the run on its way.
struct Job {
  const PlacedRow* row = nullptr;
  std::vector<FrameSource> sources;  ///< files of its name
  std::string name;                  ///< of the file to write
  // What came out of it.
  std::optional<Error> problem;
  std::optional<Camera> camera;
  double ground_m = 0;  ///< height of the ground under the camera
  RadiometryLevel level = RadiometryLevel::kAbsolute;
  RadiometryLevel written_level = RadiometryLevel::kAbsolute;
  bool own_scale = false;
};

/// All that the frames' tasks read.
struct Site {
  const RunFolder& run;
  const LocalFrame& frame;
  const CameraTable& cameras;
  std::optional<Terrain> dem;
  SurveyShift shift;
  std::vector<LeakField> fields;
  fs::path folder;  ///< of the frames to write
  std::uint64_t seed;
};

/// Stem and extension of the JPEG for a frame. One of a video has its number behind the video's
/// name: "IR_0042.seq#17".
std::pair<std::string, std::string> NameToWrite(const std::string& name) {
  const fs::path path(name);
  const std::string extension = path.extension().string();
  for (const char* jpeg : {".jpg", ".JPG", ".jpeg", ".JPEG"})
    if (extension == jpeg) return {path.stem().string(), extension};
  std::string stem = name.find('#') == std::string::npos ? path.stem().string() : name;
  std::replace(stem.begin(), stem.end(), '#', '_');
  return {stem, ".jpg"};
}

std::vector<Job> JobsOf(const RunFolder& run, const InjectRequest& request) {
  const std::vector<fs::path> places =
      request.frames.empty() ? std::vector{fs::absolute(request.network).parent_path()}
                             : request.frames;
  std::multimap<std::string, FrameSource> by_name;
  for (FrameSource& source : DiscoverFrames(places)) by_name.emplace(source.Name(), source);
  std::vector<Job> jobs;
  std::set<std::string> names;
  bool any = false;
  for (const PlacedRow& row : run.frames) {
    Job job;
    job.row = &row;
    const auto [from, to] = by_name.equal_range(row.name);
    for (auto at = from; at != to; ++at) job.sources.push_back(at->second);
    any |= !job.sources.empty();
    const auto [stem, extension] = NameToWrite(row.name);
    job.name = stem + extension;
    for (int i = 2; !names.insert(job.name).second; ++i)
      job.name = fmt::format("{}_{}{}", stem, i, extension);
    jobs.push_back(std::move(job));
  }
  if (!any) {
    throw RunError(ExitCode::kInputMissing, MessageId::kInjectNoFrames,
                   {request.run.string(), places.front().string()});
  }
  return jobs;
}

/// The bytes that the run has read, by their hash.
Result<std::pair<Bytes, FrameSource>> FindBytes(const Job& job) {
  for (const FrameSource& source : job.sources) {
    Result<Bytes> bytes = source.length > 0
                              ? ReadFilePart(source.path, source.offset, source.length)
                              : ReadFile(source.path);
    if (!bytes) return tl::unexpected(Error{job.row->name, bytes.error().message});
    if (Sha256(*bytes) == job.row->sha256) return std::pair(std::move(*bytes), source);
  }
  return Fail(job.row->name, job.sources.empty() ? MessageId::kInjectFrameMissing
                                                 : MessageId::kInjectFrameAltered);
}

/// The camera by the run's adjusted pose. Distortion is stated for the first camera; others keep
/// their recorded lens.
Camera CameraOf(const PlacedRow& row, const Lens& lens, bool first_camera, const Site& site) {
  Camera camera;
  camera.lens = lens;
  if (first_camera) {
    camera.lens.focal_px *= 1 + site.run.focal_change;
    camera.lens.k1 += site.run.k1;
  }
  const Vec2 place = site.frame.LocalFromLonLat(row.position);
  camera.position = {place.x(), place.y(), row.height_m};
  const double grid_yaw_deg = row.angles.yaw_deg - site.frame.ConvergenceDeg(row.position);
  camera.map_from_camera =
      RotationFromAngles(grid_yaw_deg, row.angles.pitch_deg, row.angles.roll_deg);
  return camera;
}

Terrain GroundOf(const Job& job, const Site& site) {
  return site.dem ? *site.dem : Terrain::Plane(job.ground_m);
}

/// A number of the frame's own, whatever else is in the survey.
std::uint64_t KeyOf(const PlacedRow& row, std::uint64_t seed) {
  std::uint64_t bits = 0;
  const std::string_view digits = std::string_view(row.sha256).substr(0, 16);
  std::from_chars(digits.data(), digits.data() + digits.size(), bits, 16);
  return Mix(Mix(seed ^ static_cast<std::uint64_t>(Stream::kInject)) ^ bits);
}

Result<void> InjectFrame(Job& job, const std::string& first_model, const Site& site) {
  const std::string& item = job.row->name;
  const auto found = FindBytes(job);
  if (!found) return tl::unexpected(found.error());
  const auto& [bytes, source] = *found;
  const Result<ThermalFrame> frame = ReadFrame(bytes, source, site.cameras);
  if (!frame) return tl::unexpected(Error{item, frame.error().message});
  const Result<Lens> lens = thermoleak::LensOf(frame->meta);
  if (!lens) return tl::unexpected(Error{item, lens.error().message});

  job.ground_m = job.row->height_m - job.row->above_ground_m;
  const Camera camera = CameraOf(*job.row, *lens, frame->meta.model == first_model, site);
  const Terrain terrain = GroundOf(job, site);
  if (!camera.Ground({lens->width / 2.0, lens->height / 2.0}, terrain))
    return Fail(item, MessageId::kInjectFrameNoGround);
  const cv::Mat rise = RiseSeen(camera, terrain, site.fields,
                                [&site](const Vec2& p) -> Vec2 { return p - site.shift.At(p); });

  RjpegFrame described = DescribeFrame(frame->meta);
  described.counts =
      CountsWithRise(frame->stored, frame->meta.calibration, rise, KeyOf(*job.row, site.seed));
  const Bytes written = EncodeRjpeg(described);
  // What is not read like the original would be placed or measured otherwise: better left out.
  const fs::path path = site.folder / job.name;
  const Result<ThermalFrame> again = ReadFrame(written, path, site.cameras);
  if (!again)
    return Fail(item, MessageId::kInjectFrameUnlike,
                {std::string(MessageName(again.error().message.id))});
  std::string unlike = UnlikeIn(frame->meta, again->meta);
  if (unlike.empty() && cv::norm(again->stored, described.counts, cv::NORM_INF) != 0)
    unlike = "counts";
  if (!unlike.empty()) return Fail(item, MessageId::kInjectFrameUnlike, {unlike});
  WriteBytes(path, written);
  job.camera = camera;
  job.level = frame->meta.radiometry;
  job.written_level = again->meta.radiometry;
  job.own_scale = !std::holds_alternative<PlanckCalibration>(frame->meta.calibration);
  return {};
}

/// The model of the first frame that can be read: the lens of run.json is its camera's.
std::string FirstModel(const std::vector<Job>& jobs, const CameraTable& cameras) {
  ReadOptions facts;
  facts.pixels = false;
  for (const Job& job : jobs) {
    if (job.sources.empty()) continue;
    const auto frame = ReadFrame(job.sources.front(), cameras, facts);
    if (frame) return frame->meta.model;
  }
  return {};
}

void CountViews(const std::vector<Job>& jobs, const Site& site, std::vector<InjectedLeak>& leaks) {
  for (InjectedLeak& injected : leaks) {
    const Vec2 p = injected.leak.position + site.shift.At(injected.leak.position);
    for (const Job& job : jobs) {
      if (!job.camera || job.problem) continue;
      const double z = GroundOf(job, site).HeightAt(p);
      const auto pixel = job.camera->Project({p.x(), p.y(), z});
      injected.views += pixel && job.camera->InPicture(*pixel, kEdgePixels) ? 1 : 0;
    }
  }
}

/// The map as the user gave it; a Shapefile with what belongs to it.
void CopyMap(const fs::path& map, const fs::path& out) {
  const auto copy = [&out](const fs::path& file) {
    const Result<Bytes> bytes = ReadFile(file);
    if (!bytes)
      throw RunError(ExitCode::kInputMissing, bytes.error().message.id, bytes.error().message.args);
    WriteBytes(out / file.filename(), *bytes);
  };
  copy(map);
  if (map.extension() != ".shp" && map.extension() != ".SHP") return;
  for (const auto& entry : fs::directory_iterator(fs::absolute(map).parent_path())) {
    if (entry.path().stem() == map.stem() && entry.path().filename() != map.filename())
      copy(entry.path());
  }
}

std::string HashOf(const fs::path& path) {
  const Result<Bytes> bytes = ReadFile(path, std::uintmax_t{4} << 30);
  return bytes ? Sha256(*bytes) : std::string();
}

/// What the writer could not keep, with the number of frames.
std::vector<Message> Notes(const std::vector<Job>& jobs) {
  std::map<RadiometryLevel, int> lost;
  int own_scale = 0;
  for (const Job& job : jobs) {
    if (job.problem) continue;
    if (job.level != job.written_level) ++lost[job.level];
    own_scale += job.own_scale ? 1 : 0;
  }
  std::vector<Message> notes;
  for (const auto& [level, frames] : lost)
    notes.push_back(
        {MessageId::kInjectLevelLost, {fmt::format("{}", frames), std::string(ToString(level))}});
  if (own_scale > 0) {
    const PlanckConstants planck = OwnScale().planck;
    const double step_k = CelsiusFromCounts(planck, CountsFromCelsius(planck, 0) + 1);
    notes.push_back({MessageId::kInjectRequantised,
                     {fmt::format("{}", own_scale), fmt::format("{:.3f}", step_k)}});
  }
  return notes;
}

std::optional<Terrain> TerrainUnder(const RunFolder& run, const LocalFrame& frame,
                                    const std::optional<fs::path>& dem) {
  if (!dem) return std::nullopt;
  constexpr double kMargin = 400;
  Box2 area;
  for (const PlacedRow& row : run.frames) area.Add(frame.LocalFromLonLat(row.position));
  area.Grow(kMargin);
  return Terrain::FromDem(*dem, frame, area);
}

}  // namespace

InjectSummary InjectLeaks(const InjectRequest& request, const WorkContext& work) {
  const RunFolder run = ReadRunFolder(request.run);
  const LoadedNetwork map = LoadNetwork(request.network, std::nullopt, run.network);
  CameraTable cameras = CameraTable::BuiltIn();
  if (request.cameras) cameras.Prepend(*request.cameras);
  std::vector<Job> jobs = JobsOf(run, request);
  const std::vector<BuriedPiece> pieces = BuriedPieces(map.network, run);
  std::vector<InjectedLeak> leaks = DrawLeaks(map.network, map.frame, pieces, run, request.options);
  if (leaks.empty()) {
    throw RunError(ExitCode::kInputMissing, MessageId::kInjectNoRoom,
                   {request.run.string(), fmt::format("{:g}", request.options.clear_of_m)});
  }

  const fs::path frames = request.out / "frames";
  EnsureWritableFolder(frames);
  EnsureWritableFolder(request.out / "truth");
  std::set<std::string> names;
  for (const Job& job : jobs) names.insert(job.name);
  RefuseForeignFrames(frames, names);
  Site site{run,
            map.frame,
            cameras,
            TerrainUnder(run, map.frame, request.dem),
            ShiftOf(map.network, pieces, run),
            {},
            frames,
            request.options.seed};
  std::vector<std::optional<LeakField>> fields(leaks.size());
  tbb::parallel_for(std::size_t{0}, leaks.size(), [&](std::size_t i) {
    fields[i].emplace(leaks[i].leak, run.surface_coefficient);
  });
  for (auto& field : fields) site.fields.push_back(std::move(*field));

  const std::string first_model = FirstModel(jobs, cameras);
  std::mutex reporting;
  std::int64_t done = 0;
  const auto total = static_cast<std::int64_t>(jobs.size());
  work.Report(MessageId::kStageInject, 0, total);
  // Each frame depends on itself and on the leaks only: any order and number of threads gives the
  // same files.
  tbb::parallel_for(std::size_t{0}, jobs.size(), [&](std::size_t i) {
    work.CheckStop();
    const Result<void> result = InjectFrame(jobs[i], first_model, site);
    if (!result) {
      jobs[i].problem = result.error();
      std::error_code ignored;
      fs::remove(frames / jobs[i].name, ignored);  // of an earlier call
    }
    const std::scoped_lock lock(reporting);
    work.Report(MessageId::kStageInject, ++done, total);
  });
  CountViews(jobs, site, leaks);

  InjectSummary summary;
  summary.leaks = static_cast<int>(leaks.size());
  summary.frames = 0;
  summary.pipe_km = 0;
  InjectRecord record{request.network.filename().string(), HashOf(request.network), {}, {}};
  if (request.dem) record.dem_hash = HashOf(*request.dem);
  std::string hashes;
  for (const Job& job : jobs) {
    if (job.problem) {
      summary.problems.push_back(*job.problem);
      continue;
    }
    ++summary.frames;
    hashes += job.row->sha256;
  }
  record.frames_hash = Sha256(std::as_bytes(std::span(hashes)));
  for (const BuriedPiece& piece : pieces)
    summary.pipe_km += piece.observable() ? piece.Length() / 1000 : 0;
  summary.notes = Notes(jobs);
  if (std::find(run.input_hashes.begin(), run.input_hashes.end(), record.map_hash) ==
      run.input_hashes.end())
    summary.notes.push_back({MessageId::kInjectMapDiffers, {}});
  if (summary.leaks < request.options.leaks) {
    summary.notes.push_back(
        {MessageId::kInjectFewer,
         {fmt::format("{}", summary.leaks), fmt::format("{}", request.options.leaks)}});
  }
  CopyMap(request.network, request.out);
  WriteInjectTruth(map.network, map.frame, run, pieces, leaks, request.out / "truth");
  WriteInjectJson(request, run, summary, record, request.out / "inject.json");
  return summary;
}

}  // namespace thermoleak::simulation
