#include <functional>
#include <map>
#include <string_view>

#include "pipeline/stages.hpp"
#include "thermoleak/pipeline/ordered.hpp"
#include "thermoleak/pipeline/tokens.hpp"
#include "thermoleak/radiometry/summary.hpp"

namespace thermoleak::pipeline {
namespace {

/// One frame on its way through the stage.
struct Item {
  JournalEntry entry;
  cv::Mat stored;  ///< empty when the entry came from the journal or the frame is quarantined
  bool from_journal = false;
};

std::uint64_t HashOf(const cv::Mat& stored) {
  const std::string_view bytes(reinterpret_cast<const char*>(stored.data),
                               stored.total() * stored.elemSize());
  return std::hash<std::string_view>()(bytes);
}

Item ReadOne(const FrameSource& source, const CameraTable& cameras, const ReadOptions& options,
             const QualityOptions& quality) {
  Item item;
  FrameRecord& record = item.entry.record;
  Result<ThermalFrame> frame = ReadFrame(source, cameras, options);
  const auto histogram = frame ? CountHistogram::Of(frame->stored) : std::nullopt;
  const CountHistogram* counts = histogram ? &*histogram : nullptr;
  const auto summary =
      frame ? Summarise(frame->stored, frame->meta.calibration, counts) : std::nullopt;
  if (!frame || !summary) {
    record.meta.source = source;
    record.meta.name = source.Name();
    record.quarantined =
        frame ? Error{record.meta.name,
                      {MessageId::kCorruptData, {"no valid temperature in the picture"}}}
              : frame.error();
    return item;
  }
  record.mean_c = summary->mean_c;
  record.min_c = summary->min_c;
  record.max_c = summary->max_c;
  const cv::Mat celsius = ToCelsius(frame->stored, frame->meta.calibration);
  item.entry.thumbnail = MakeThumbnail(celsius, kThumbnailBlock);
  item.entry.overview = MakeOverview(celsius);
  item.entry.pixels_hash = HashOf(frame->stored);
  record.flags = AssessFrame(*frame, counts, quality);
  record.meta = std::move(frame->meta);
  item.stored = frame->stored;
  return item;
}

/// Names of the frames by what they hold; the first in survey order counts.
struct Seen {
  std::map<std::string, std::string> files;
  std::map<std::uint64_t, std::string> pixels;

  /// Why the frame is no new one, if so.
  std::optional<Error> Check(const FrameRecord& record, std::uint64_t pixels_hash) {
    const std::string& name = record.meta.name;
    const auto file = files.emplace(record.meta.sha256, name);
    if (!file.second) return Error{name, {MessageId::kDuplicateFrame, {file.first->second}}};
    const auto pixel = pixels.emplace(pixels_hash, name);
    if (!pixel.second) return Error{name, {MessageId::kFrozenFrame, {pixel.first->second}}};
    return std::nullopt;
  }
};

}  // namespace

SurveyFrames ReadFrames(std::span<const FrameSource> sources, const CameraTable& cameras,
                        const ReadOptions& options, const QualityOptions& quality, int threads,
                        FrameStore& store, Journal& journal, const WorkContext& work) {
  SurveyFrames survey;
  survey.records.resize(sources.size());
  survey.thumbnails.resize(sources.size());
  survey.overviews.resize(sources.size());
  store.Resize(sources.size());
  Seen seen;
  const auto total = static_cast<std::int64_t>(sources.size());
  work.Report(MessageId::kStageRead, 0, total);
  const auto read = [&](std::size_t i) {
    if (auto known = journal.Find(sources[i])) return Item{std::move(*known), {}, true};
    return ReadOne(sources[i], cameras, options, quality);
  };
  const auto collect = [&](std::size_t i, Item item) {
    if (!item.from_journal) journal.Append(sources[i], item.entry);
    FrameRecord& record = item.entry.record;
    if (!record.quarantined) record.quarantined = seen.Check(record, item.entry.pixels_hash);
    if (!record.quarantined) {
      survey.thumbnails[i] = std::move(item.entry.thumbnail);
      survey.overviews[i] = std::move(item.entry.overview);
      if (!item.stored.empty()) store.Put(i, item.stored);
    }
    survey.records[i] = std::move(record);
    work.Report(MessageId::kStageRead, static_cast<std::int64_t>(i) + 1, total);
  };
  ForEachInOrder(sources.size(), TokensFor(LargestFrame(sources), threads), work, read, collect);
  return survey;
}

}  // namespace thermoleak::pipeline
