// Files as answers, and files that can be made again.

#include "thermoleak/core/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "service/services.hpp"

namespace thermoleak::service {

namespace fs = std::filesystem;

std::string_view TypeOf(const fs::path& file) {
  const std::string ending = file.extension().string();
  struct Known {
    std::string_view ending, type;
  };
  static constexpr Known kKnown[] = {
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".json", "application/json; charset=utf-8"},
      {".geojson", "application/geo+json"},
      {".webmanifest", "application/manifest+json"},
      {".csv", "text/csv; charset=utf-8"},
      {".txt", "text/plain; charset=utf-8"},
      {".kml", "application/vnd.google-earth.kml+xml"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".jpg", "image/jpeg"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".tif", "image/tiff"},
      {".gpkg", "application/geopackage+sqlite3"},
      {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
  };
  for (const Known& known : kKnown) {
    if (ending == known.ending) return known.type;
  }
  return "application/octet-stream";
}

Response FileResponse(const Request& request, const fs::path& file, std::string_view type) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) throw Refusal(404, MessageId::kApiNotYet);
  const std::shared_ptr<const int> held(new int(fd), [](const int* descriptor) {
    ::close(*descriptor);
    delete descriptor;
  });
  struct stat info {};
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
    throw Refusal(404, MessageId::kApiNotFound);
  const auto size = static_cast<std::uint64_t>(info.st_size);
  const std::string tag = fmt::format("\"{:x}-{:x}-{:x}\"", info.st_ino, info.st_size,
                                      info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec);
  Response response;
  response.headers.Add("ETag", tag);
  response.headers.Add("Cache-Control", "private, no-cache");
  if (request.headers.Get("If-None-Match") == tag) {
    response.status = 304;
    return response;
  }
  response.headers.Add("Content-Type", std::string(type.empty() ? TypeOf(file) : type));
  response.headers.Add("Accept-Ranges", "bytes");
  FilePart part{held, 0, size};
  const std::string_view condition = request.headers.Get("If-Range");
  if (request.headers.Has("Range") && (condition.empty() || condition == tag)) {
    bool unsatisfiable = false;
    const auto range = ParseRange(request.headers.Get("Range"), size, unsatisfiable);
    if (unsatisfiable) {
      response.status = 416;
      response.headers.Add("Content-Range", fmt::format("bytes */{}", size));
      return response;
    }
    if (range) {
      response.status = 206;
      part.from = range->first;
      part.length = range->second - range->first;
      response.headers.Add("Content-Range",
                           fmt::format("bytes {}-{}/{}", range->first, range->second - 1, size));
    }
  }
  response.body = std::move(part);
  return response;
}

fs::path Cached(Services& services, const std::string& name, const std::vector<fs::path>& sources,
                const std::function<void(const fs::path&)>& make) {
  const fs::path kept = services.cache / name;
  const std::lock_guard lock(services.cache_mutex);
  std::error_code error;
  const auto made_at = fs::last_write_time(kept, error);
  bool good = !error;
  for (const fs::path& source : sources) {
    const auto changed_at = fs::last_write_time(source, error);
    if (error) throw Refusal(404, MessageId::kApiNotYet);
    good = good && changed_at <= made_at;
  }
  if (good) return kept;
  fs::create_directories(services.cache, error);
  // Some writers choose the format by the ending.
  const fs::path fresh = services.cache / ("making-" + name);
  fs::remove(fresh, error);
  make(fresh);
  if (::rename(fresh.c_str(), kept.c_str()) != 0) throw WriteError(kept, errno);
  return kept;
}

}  // namespace thermoleak::service
