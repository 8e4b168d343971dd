#include <tbb/parallel_pipeline.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "pipeline/stages.hpp"
#include "pipeline/tokens.hpp"

namespace thermoleak::pipeline {
namespace {

/// One file on its way through the stage.
struct Item {
  std::size_t index = 0;
  JournalEntry entry;
  cv::Mat stored;  ///< empty when the entry came from the journal or the file is quarantined
  bool from_journal = false;
};

constexpr double kLowContrast =
    0.3;  // K between the 2nd and 98th percentile of block means: nothing to see

void Summarise(const cv::Mat& celsius, Item& item) {
  FrameRecord& record = item.entry.record;
  double sum = 0;
  double low = 1e300;
  double high = -1e300;
  std::size_t n = 0;
  for (int r = 0; r < celsius.rows; ++r) {
    const float* row = celsius.ptr<float>(r);
    for (int c = 0; c < celsius.cols; ++c) {
      if (!(row[c] == row[c])) continue;
      sum += row[c];
      low = std::min<double>(low, row[c]);
      high = std::max<double>(high, row[c]);
      ++n;
    }
  }
  if (n > 0) {
    record.mean_c = sum / static_cast<double>(n);
    record.min_c = low;
    record.max_c = high;
  }
  item.entry.thumbnail = MakeThumbnail(celsius, kThumbnailBlock);
  item.entry.overview = MakeOverview(celsius);
  std::vector<float> blocks(item.entry.thumbnail.celsius.begin(),
                            item.entry.thumbnail.celsius.end());
  std::sort(blocks.begin(), blocks.end());
  if (blocks.size() > 50 &&
      blocks[blocks.size() * 98 / 100] - blocks[blocks.size() * 2 / 100] < kLowContrast) {
    record.flags.emplace_back("low_contrast");
  }
}

void ReadOne(const std::filesystem::path& file, const CameraTable& cameras,
             const SceneOverride& scene, Item& item) {
  FrameRecord& record = item.entry.record;
  ReadOptions options;
  options.hash = true;
  Result<ThermalFrame> frame = ReadFrame(file, cameras, options);
  if (!frame) {
    record.meta.path = file;
    record.meta.name = file.filename().string();
    record.quarantined = frame.error();
    return;
  }
  ApplyOverride(scene, frame->meta.calibration);
  record.meta = std::move(frame->meta);
  item.stored = frame->stored;
  const cv::Mat celsius = ToCelsius(item.stored, record.meta.calibration);
  Summarise(celsius, item);
  if (!(record.max_c > record.min_c) && record.mean_c == 0) {
    record.quarantined =
        Error{record.meta.name, {MessageId::kCorruptData, {"no valid temperature in the picture"}}};
  }
}

}  // namespace

SurveyFrames ReadFrames(std::span<const std::filesystem::path> files, const CameraTable& cameras,
                        const SceneOverride& scene, int threads, FrameStore& store,
                        Journal& journal, const WorkContext& work) {
  SurveyFrames survey;
  survey.records.resize(files.size());
  survey.thumbnails.resize(files.size());
  survey.overviews.resize(files.size());
  store.Resize(files.size());
  std::map<std::string, std::string> name_of_hash;
  std::size_t next = 0;
  const auto total = static_cast<std::int64_t>(files.size());
  work.Report(MessageId::kStageRead, 0, total);

  const auto source = tbb::make_filter<void, Item>(
      tbb::filter_mode::serial_in_order, [&](tbb::flow_control& control) -> Item {
        if (next >= files.size() || work.stop.stop_requested()) {
          control.stop();
          return {};
        }
        Item item;
        item.index = next++;
        if (auto known = journal.Find(files[item.index])) {
          item.entry = std::move(*known);
          item.from_journal = true;
        }
        return item;
      });
  const auto read = tbb::make_filter<Item, Item>(tbb::filter_mode::parallel, [&](Item item) {
    if (!item.from_journal) ReadOne(files[item.index], cameras, scene, item);
    return item;
  });
  const auto collect = tbb::make_filter<Item,
                                        void>(tbb::filter_mode::serial_in_order, [&](Item item) {
    if (!item.from_journal) journal.Append(files[item.index], item.entry);
    FrameRecord& record = item.entry.record;
    if (!record.quarantined && !record.meta.sha256.empty()) {
      // The first in survey order counts; done here because only this stage sees the frames in
      // order.
      const auto [it, fresh] = name_of_hash.emplace(record.meta.sha256, record.meta.name);
      if (!fresh)
        record.quarantined = Error{record.meta.name, {MessageId::kDuplicateFrame, {it->second}}};
    }
    if (!record.quarantined) {
      survey.thumbnails[item.index] = std::move(item.entry.thumbnail);
      survey.overviews[item.index] = std::move(item.entry.overview);
      if (!item.stored.empty()) store.Put(item.index, item.stored);
    }
    survey.records[item.index] = std::move(record);
    work.Report(MessageId::kStageRead, static_cast<std::int64_t>(item.index) + 1, total);
  });
  tbb::parallel_pipeline(TokensFor(LargestFile(files), threads), source & read & collect);
  work.CheckStop();
  return survey;
}

}  // namespace thermoleak::pipeline
