// What FLIR's own programs export for one picture under five sets of parameters, every pixel. The
// emissivities were found by trying: ThermaCAM Researcher's sets are at 0.96 (one of the files says
// so in its name), the other program's at the picture's own 0.95; no other pair of round values
// comes nearer than 0.07 K.

#include <gtest/gtest.h>
#include <zlib.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "thermoleak/radiometry/calibration.hpp"

namespace thermoleak {
namespace {

namespace fs = std::filesystem;

constexpr int kRows = 480;
constexpr int kColumns = 640;

fs::path ExportFolder() { return fs::path(THERMOLEAK_SHARED_DATA) / "formats" / "vendor_export"; }

/// All numbers of a gzipped table, whatever its separators and line ends.
std::vector<double> NumbersOf(const fs::path& path) {
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return {};
  std::string text;
  std::vector<char> chunk(1 << 16);
  for (int n = 0; (n = gzread(file, chunk.data(), static_cast<unsigned>(chunk.size()))) > 0;) {
    text.append(chunk.data(), static_cast<std::size_t>(n));
  }
  gzclose(file);
  std::vector<double> numbers;
  for (const char* at = text.c_str(); *at != 0;) {
    char* end = nullptr;
    const double value = std::strtod(at, &end);
    if (end == at) {
      ++at;
    } else {
      numbers.push_back(value);
      at = end;
    }
  }
  return numbers;
}

/// FLIR SC660 of the picture, as stored in it but for the emissivity.
PlanckCalibration CameraCalibration() {
  PlanckCalibration calibration;
  calibration.planck = {21106.76953125, 1501, 1, -7340, 0.012545257806778};
  calibration.scene.emissivity = 0.96;
  calibration.scene.distance_m = 1;
  calibration.scene.reflected_c = 20;
  calibration.scene.air_c = 20;
  calibration.scene.window_c = 20;
  calibration.scene.relative_humidity = 0.5;
  return calibration;
}

class VendorExport : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(ExportFolder())) GTEST_SKIP() << "real data are absent: " << ExportFolder();
    const std::vector<double> raw = NumbersOf(ExportFolder() / "IguanaRawRD.csv.gz");
    ASSERT_EQ(raw.size(), std::size_t{kRows} * kColumns);
    counts_ = cv::Mat(kRows, kColumns, CV_16UC1);
    for (std::size_t i = 0; i < raw.size(); ++i) {
      counts_.ptr<std::uint16_t>()[i] = static_cast<std::uint16_t>(raw[i]);
    }
  }

  /// Mean and largest difference to an export, kelvin.
  std::pair<double, double> Difference(const std::string& file,
                                       const PlanckCalibration& calibration) {
    const std::vector<double> expected = NumbersOf(ExportFolder() / file);
    if (expected.size() != std::size_t{kRows} * kColumns) return {1e9, 1e9};
    const cv::Mat celsius = ToCelsius(counts_, calibration);
    double sum = 0;
    double largest = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const double difference = celsius.ptr<float>()[i] - expected[i];
      sum += difference;
      largest = std::max(largest, std::abs(difference));
    }
    return {sum / static_cast<double>(expected.size()), largest};
  }

  cv::Mat counts_;
};

// The export is rounded to 0.1 K, so 0.05 K is exact agreement; the rest is for float32.
constexpr double kRounding = 0.0511;

TEST_F(VendorExport, EmissivityReflectionAndAir) {
  const auto [mean, largest] =
      Difference("IguanaActualTemperatureE0.96Temps20Thermcam.csv.gz", CameraCalibration());
  EXPECT_NEAR(mean, 0, 0.001);
  EXPECT_LE(largest, kRounding);
}

TEST_F(VendorExport, TheOtherProgramToItsLastDigit) {
  PlanckCalibration calibration = CameraCalibration();
  calibration.scene.emissivity = 0.95;
  const auto [mean, largest] =
      Difference("IguanaActualTemperatureE0.96Temps20RD.csv.gz", calibration);
  EXPECT_NEAR(mean, 0, 0.0001);
  EXPECT_LE(largest, 0.00055);  // rounded to 0.001
}

TEST_F(VendorExport, LowerEmissivity) {
  PlanckCalibration calibration = CameraCalibration();
  calibration.scene.emissivity = 0.9;
  const auto [mean, largest] = Difference("Iguana_E0.9.csv.gz", calibration);
  EXPECT_NEAR(mean, 0, 0.001);
  EXPECT_LE(largest, kRounding);
}

TEST_F(VendorExport, WarmSurroundingsAndAir) {
  PlanckCalibration calibration = CameraCalibration();
  calibration.scene.reflected_c = 40;
  calibration.scene.air_c = 40;
  const auto [mean, largest] = Difference("Iguana_RT40.csv.gz", calibration);
  EXPECT_NEAR(mean, 0, 0.001);
  EXPECT_LE(largest, kRounding);
}

TEST_F(VendorExport, WindowOfSeventyPercent) {
  PlanckCalibration calibration = CameraCalibration();
  calibration.scene.window_transmission = 0.7;
  const auto [mean, largest] = Difference("Iguana_T0.7.csv.gz", calibration);
  EXPECT_NEAR(mean, 0, 0.001);
  EXPECT_LE(largest, kRounding);
}

}  // namespace
}  // namespace thermoleak
