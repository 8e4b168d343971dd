#include "report/software_versions.hpp"

#include <fmt/format.h>
#include <gdal.h>
#include <ogr_srs_api.h>

#include <opencv2/core/utility.hpp>

namespace thermoleak {

std::vector<std::pair<std::string, std::string>> SoftwareVersions() {
  int major = 0;
  int minor = 0;
  int patch = 0;
  OSRGetPROJVersion(&major, &minor, &patch);
  return {{"thermoleak", THERMOLEAK_VERSION},
          {"gdal", GDALVersionInfo("RELEASE_NAME")},
          {"proj", fmt::format("{}.{}.{}", major, minor, patch)},
          {"opencv", cv::getVersionString()}};
}

}  // namespace thermoleak
