// An independent program as witness: exiftool's raw extraction, decoded by OpenCV where it is PNG.

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <opencv2/imgcodecs.hpp>
#include <string>

#include "thermoleak/ingest/reader.hpp"

namespace thermoleak {
namespace {

namespace fs = std::filesystem;

std::string OutputOf(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::string output;
  if (!pipe) return output;
  std::vector<char> chunk(1 << 16);
  while (const std::size_t n = std::fread(chunk.data(), 1, chunk.size(), pipe.get())) {
    output.append(chunk.data(), n);
  }
  return output;
}

/// exiftool's counts of a file: it wraps raw samples into a small TIFF whose pixels come last, and
/// hands out PNG as stored.
cv::Mat WitnessOf(const fs::path& path, const cv::Size& size) {
  const std::string bytes =
      OutputOf(std::string(THERMOLEAK_EXIFTOOL) + " -b -RawThermalImage '" + path.string() + "'");
  const std::size_t expected = 2 * static_cast<std::size_t>(size.area());
  if (bytes.starts_with("\x89PNG")) {
    const std::vector<char> data(bytes.begin(), bytes.end());
    cv::Mat counts = cv::imdecode(data, cv::IMREAD_UNCHANGED);
    for (auto it = counts.begin<std::uint16_t>(); it != counts.end<std::uint16_t>(); ++it) {
      *it = static_cast<std::uint16_t>((*it >> 8) | (*it << 8));
    }
    return counts;
  }
  if (bytes.size() < expected) return {};
  cv::Mat counts(size, CV_16UC1);
  std::copy(bytes.end() - static_cast<std::ptrdiff_t>(expected), bytes.end(),
            reinterpret_cast<char*>(counts.data));
  return counts;
}

TEST(Exiftool, ExtractsTheSameCounts) {
  if (std::string(THERMOLEAK_EXIFTOOL).empty()) GTEST_SKIP() << "exiftool is not installed";
  const fs::path data(THERMOLEAK_SHARED_DATA);
  if (!fs::exists(data / "formats")) GTEST_SKIP() << "real data are absent: " << data;
  for (const fs::path& path : {data / "novosibirsk" / "DJI_0331_R.JPG",
                               data / "formats" / "SanNianYiSi__thermal_parser__FLIR_T640.jpg",
                               data / "field_injected" / "frames" / "DJI_0898.jpg"}) {
    const auto frame = ReadFrame(path, CameraTable::BuiltIn());
    ASSERT_TRUE(frame.has_value()) << path;
    const cv::Mat witness = WitnessOf(path, frame->stored.size());
    ASSERT_EQ(witness.size(), frame->stored.size()) << path;
    ASSERT_EQ(witness.type(), CV_16UC1) << path;
    EXPECT_EQ(cv::norm(witness, frame->stored, cv::NORM_INF), 0) << path;
  }
}

}  // namespace
}  // namespace thermoleak
