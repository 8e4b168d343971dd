// `thermoleak inspect`: what a frame file holds, for people and for programs.

#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <memory>

#include "cli/commands.hpp"
#include "cli/inspect_item.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/ingest/reader.hpp"

namespace thermoleak::cli {
namespace {

namespace fs = std::filesystem;

struct InspectFlags {
  std::vector<std::string> files;
  bool as_json = false;
  std::string preview;
  std::string export_to;
  std::string cameras;
  std::vector<double> tiff_scale;  ///< gain, offset
  SceneOverride scene;
  std::optional<double> humidity_pct;
};

/// Where the pictures of several frames go: one file as named, or a folder with a name each.
class Targets {
 public:
  Targets(const std::string& flag, const std::string& extension, std::size_t frames)
      : base_(flag), extension_(extension) {
    if (base_.empty()) return;
    std::error_code error;
    folder_ = fs::is_directory(base_, error) || !base_.has_filename() || !base_.has_extension();
    if (!folder_ && frames > 1) {
      throw RunError(ExitCode::kUsage, MessageId::kInspectNeedsFolder,
                     {flag, fmt::format("{}", frames)});
    }
    if (folder_) EnsureWritableFolder(base_);
  }
  bool wanted() const { return !base_.empty(); }
  fs::path For(const fs::path& frame) {
    if (!folder_) return base_;
    // Frames of two folders may share a name.
    std::string name = frame.stem().string();
    const int times = ++used_[name];
    if (times > 1) name += fmt::format("_{}", times);
    return base_ / (name + extension_);
  }

 private:
  fs::path base_;
  std::string extension_;
  bool folder_ = false;
  std::map<std::string, int> used_;
};

Inspected InspectOne(const fs::path& path, const CameraTable& cameras, const InspectFlags& flags) {
  ReadOptions options;
  options.hash = flags.as_json;
  if (!flags.tiff_scale.empty()) {
    LinearCalibration scale;
    scale.gain = flags.tiff_scale[0];
    if (flags.tiff_scale.size() > 1) scale.offset_c = flags.tiff_scale[1];
    options.tiff_scale = scale;
  }
  Inspected item{ReadFrame(path, cameras, options), {}, {}};
  if (!item.frame) return item;
  SceneOverride scene = flags.scene;
  if (flags.humidity_pct) scene.relative_humidity = *flags.humidity_pct / 100;
  ApplyOverride(scene, item.frame->meta.calibration);
  item.celsius = ToCelsius(item.frame->stored, item.frame->meta.calibration);
  item.summary = Summarise(item.celsius);
  return item;
}

void Print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void RunInspect(const InspectFlags& flags, Shell& shell) {
  CameraTable cameras = CameraTable::BuiltIn();
  if (!flags.cameras.empty()) cameras.Prepend(flags.cameras);
  // In the order in which they were named; the frames of a folder in their natural order.
  std::vector<fs::path> frames;
  for (const fs::path input : flags.files) {
    const std::vector<fs::path> found = DiscoverFrames({&input, 1});
    frames.insert(frames.end(), found.begin(), found.end());
  }
  if (frames.empty()) {
    throw RunError(ExitCode::kInputMissing, MessageId::kNoInputFrames, {flags.files.front()});
  }
  Targets previews(flags.preview, ".png", frames.size());
  Targets exports(flags.export_to, ".tif", frames.size());
  // The array is printed as it grows, so that a thousand frames need no memory.
  bool first = true;
  if (flags.as_json) Print("[");
  for (const fs::path& path : frames) {
    shell.work.CheckStop();
    const Inspected item = InspectOne(path, cameras, flags);
    if (!item.frame) shell.exit_code = ExitCode::kDoneWithQuarantine;
    if (item.summary && previews.wanted()) {
      WritePreview(previews.For(path), item.celsius, *item.summary);
    }
    if (item.frame && exports.wanted()) {
      WriteCelsiusTiff(exports.For(path), item.celsius, item.frame->meta);
    }
    if (flags.as_json) {
      Print((first ? "\n" : ",\n") + JsonText(path, item, shell.lang));
    } else {
      Print((first ? "" : "\n") + CardText(path, item, shell.lang));
    }
    first = false;
  }
  if (flags.as_json) Print("\n]\n");
}

}  // namespace

void AddInspect(CLI::App& app, Shell& shell) {
  const auto say = [&shell](MessageId id) { return Text(id, shell.lang); };
  CLI::App* command = app.add_subcommand("inspect", say(MessageId::kInspectAbout));
  const auto flags = std::make_shared<InspectFlags>();
  command->add_option("files", flags->files, say(MessageId::kInspectFiles))
      ->required()
      ->type_name("FILE");
  command->add_flag("--json", flags->as_json, say(MessageId::kInspectJson));
  command->add_option("--preview", flags->preview, say(MessageId::kInspectPreview))
      ->type_name("PNG");
  command->add_option("--export", flags->export_to, say(MessageId::kInspectExport))
      ->type_name("TIF");
  command->add_option("--cameras", flags->cameras, say(MessageId::kInspectCameras))
      ->type_name("TOML");
  command->add_option("--tiff-scale", flags->tiff_scale, say(MessageId::kInspectTiffScale))
      ->type_name("GAIN [OFFSET]")
      ->expected(1, 2)
      ->delimiter(',');
  command->add_option("--emissivity", flags->scene.emissivity, say(MessageId::kInspectEmissivity))
      ->check(CLI::Range(0.01, 1.0));
  command->add_option("--air-temp", flags->scene.air_c, say(MessageId::kInspectAir))
      ->check(CLI::Range(-70.0, 70.0));
  command->add_option("--humidity", flags->humidity_pct, say(MessageId::kInspectHumidity))
      ->check(CLI::Range(0.0, 100.0));
  command->add_option("--reflected", flags->scene.reflected_c, say(MessageId::kInspectReflected))
      ->check(CLI::Range(-150.0, 500.0));
  command->add_option("--distance", flags->scene.distance_m, say(MessageId::kInspectDistance))
      ->check(CLI::Range(0.0, 10000.0));
  command->callback([flags, &shell] { RunInspect(*flags, shell); });
}

}  // namespace thermoleak::cli
