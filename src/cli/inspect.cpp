// `thermoleak inspect`: what a frame file holds, for people and for programs.

#include <fmt/format.h>
#include <tbb/global_control.h>
#include <tbb/info.h>

#include <cstdio>
#include <map>
#include <memory>
#include <opencv2/core/utility.hpp>

#include "cli/commands.hpp"
#include "cli/inspect_item.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/ingest/dji_sdk.hpp"
#include "thermoleak/ingest/reader.hpp"
#include "thermoleak/pipeline/ordered.hpp"
#include "thermoleak/pipeline/tokens.hpp"

namespace thermoleak::cli {
namespace {

namespace fs = std::filesystem;

struct InspectFlags {
  std::vector<std::string> files;
  bool as_json = false;
  bool quick = false;
  bool hash = false;
  int threads = 0;
  std::string dji_sdk;
  std::string preview;
  std::string export_to;
  std::string cameras;
  std::vector<double> tiff_scale;  ///< gain, offset
  SceneOverride scene;
  std::optional<double> humidity_pct;
};

/// Where the pictures of the frames go: one file as named, or a folder with a name each.
class Targets {
 public:
  Targets(const std::string& flag, const std::string& extension,
          const std::vector<FrameSource>& sources) {
    if (flag.empty()) return;
    const fs::path base = flag;
    std::error_code error;
    const bool folder =
        fs::is_directory(base, error) || !base.has_filename() || !base.has_extension();
    if (!folder && sources.size() > 1) {
      throw RunError(ExitCode::kUsage, MessageId::kInspectNeedsFolder,
                     {flag, fmt::format("{}", sources.size())});
    }
    if (folder) EnsureWritableFolder(base);
    std::map<std::string, int> used;
    for (const FrameSource& source : sources) {
      std::string name = source.path.stem().string();
      if (source.count > 1) name += fmt::format("_{:05}", source.index + 1);
      // Frames of two folders may share a name.
      const int times = ++used[name];
      if (times > 1) name += fmt::format("_{}", times);
      paths_.push_back(folder ? base / (name + extension) : base);
    }
  }
  bool wanted() const { return !paths_.empty(); }
  const fs::path& For(std::size_t frame) const { return paths_[frame]; }

 private:
  std::vector<fs::path> paths_;
};

ReadOptions ReadingFor(const InspectFlags& flags, DjiSdk* dji_sdk) {
  ReadOptions options;
  options.hash = flags.hash;
  options.pixels = !flags.quick;
  options.dji_sdk = dji_sdk;
  options.scene = flags.scene;
  if (flags.humidity_pct) options.scene.relative_humidity = *flags.humidity_pct / 100;
  if (!flags.tiff_scale.empty()) {
    LinearCalibration scale;
    scale.gain = flags.tiff_scale[0];
    if (flags.tiff_scale.size() > 1) scale.offset_c = flags.tiff_scale[1];
    options.tiff_scale = scale;
  }
  return options;
}

/// `pictures`: temperatures pixel by pixel, too.
Inspected InspectOne(const FrameSource& source, const CameraTable& cameras,
                     const ReadOptions& options, bool pictures) {
  Inspected item{ReadFrame(source, cameras, options), {}, {}, {}, {}, {}};
  if (!item.frame || item.frame->stored.empty()) return item;
  const FrameMeta& meta = item.frame->meta;
  item.counts = CountHistogram::Of(item.frame->stored);
  const CountHistogram* counts = item.counts ? &*item.counts : nullptr;
  item.summary = Summarise(item.frame->stored, meta.calibration, counts);
  if (!item.summary) return item;
  item.uncertainty =
      UncertaintyAt(item.summary->median_c, meta.calibration, meta.radiometry, meta.accuracy);
  item.flags = AssessFrame(*item.frame, counts, QualityOptions());
  if (pictures) item.celsius = ToCelsius(item.frame->stored, meta.calibration);
  return item;
}

void Print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

/// In the order in which they were named; the frames of a folder in their natural order.
std::vector<FrameSource> SourcesOf(const std::vector<std::string>& inputs) {
  std::vector<FrameSource> sources;
  for (const fs::path input : inputs) {
    const std::vector<FrameSource> found = DiscoverFrames({&input, 1});
    sources.insert(sources.end(), found.begin(), found.end());
  }
  if (sources.empty()) {
    throw RunError(ExitCode::kInputMissing, MessageId::kNoInputFrames, {inputs.front()});
  }
  return sources;
}

/// What one frame gives to the ordered output.
struct Output {
  Inspected item;
  std::string text;
};

void RunInspect(const InspectFlags& flags, Shell& shell) {
  CameraTable cameras = CameraTable::BuiltIn();
  if (!flags.cameras.empty()) cameras.Prepend(flags.cameras);
  const int threads = flags.threads > 0 ? flags.threads : tbb::info::default_concurrency();
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(threads));
  cv::setNumThreads(1);
  std::unique_ptr<DjiSdk> dji_sdk;
  if (!flags.dji_sdk.empty()) {
    dji_sdk = std::make_unique<DjiSdk>(DjiSdk::Options{flags.dji_sdk, ThisProgram(), threads});
  }
  const ReadOptions options = ReadingFor(flags, dji_sdk.get());
  const std::vector<FrameSource> sources = SourcesOf(flags.files);
  const Targets previews(flags.preview, ".png", sources);
  const Targets exports(flags.export_to, ".tif", sources);

  const auto inspect = [&](std::size_t i) {
    Output out{InspectOne(sources[i], cameras, options, previews.wanted() || exports.wanted()), {}};
    if (out.item.summary && previews.wanted()) {
      WritePreview(previews.For(i), out.item.celsius, *out.item.summary,
                   out.item.Relative() != nullptr ? "K" : "degC");
    }
    out.text = flags.as_json ? JsonText(sources[i], out.item, shell.lang)
                             : CardText(sources[i], out.item, shell.lang);
    return out;
  };
  const auto total = static_cast<std::int64_t>(sources.size());
  const auto hand_over = [&](std::size_t i, const Output& out) {
    if (!out.item.frame) shell.exit_code = ExitCode::kDoneWithQuarantine;
    // One at a time: exiv2's XMP toolkit is not thread-safe.
    if (out.item.summary && exports.wanted()) {
      WriteCelsiusTiff(exports.For(i), out.item.celsius, out.item.frame->meta);
    }
    if (flags.as_json) {
      Print((i == 0 ? "\n" : ",\n") + out.text);
    } else {
      shell.EndProgress();
      Print((i == 0 ? "" : "\n") + out.text);
    }
    shell.work.Report(MessageId::kStageInspect, static_cast<std::int64_t>(i) + 1, total);
  };
  // The array is printed as it grows, so that a thousand frames need no memory.
  if (flags.as_json) Print("[");
  ForEachInOrder(sources.size(), TokensFor(LargestFrame(sources), threads), shell.work, inspect,
                 hand_over);
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
  command->add_flag("--quick", flags->quick, say(MessageId::kInspectQuick));
  command->add_flag("--hash", flags->hash, say(MessageId::kInspectHash));
  command->add_option("--threads", flags->threads, say(MessageId::kHelpThreads))
      ->type_name("N")
      ->check(CLI::Range(0, 1024));
  command->add_option("--dji-sdk", flags->dji_sdk, say(MessageId::kHelpDjiSdk))->type_name("DIR");
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
