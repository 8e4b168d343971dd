#include "service/compress.hpp"

#include <libdeflate.h>

namespace thermoleak::service {
namespace {

constexpr std::size_t kWorthIt = 1024;
constexpr int kLevel = 4;

bool IsText(std::string_view type) {
  return type.starts_with("text/") || type.starts_with("application/json") ||
         type.starts_with("application/geo+json") || type.starts_with("image/svg");
}

}  // namespace

void Compress(const Request& request, Response& response) {
  const auto* text = std::get_if<std::string>(&response.body);
  const auto* shared = std::get_if<std::shared_ptr<const std::string>>(&response.body);
  const auto* fixed = std::get_if<std::string_view>(&response.body);
  std::string_view content;
  if (text) content = *text;
  if (shared && *shared) content = **shared;
  if (fixed) content = *fixed;
  if (content.size() < kWorthIt || !IsText(response.headers.Get("Content-Type")) ||
      response.headers.Has("Content-Encoding") ||
      request.headers.Get("Accept-Encoding").find("gzip") == std::string_view::npos)
    return;
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(kLevel), &libdeflate_free_compressor);
  if (!compressor) return;
  std::string out(libdeflate_gzip_compress_bound(compressor.get(), content.size()), '\0');
  out.resize(libdeflate_gzip_compress(compressor.get(), content.data(), content.size(), out.data(),
                                      out.size()));
  if (out.empty()) return;
  response.body = std::move(out);
  response.headers.Add("Content-Encoding", "gzip");
  response.headers.Add("Vary", "Accept-Encoding");
}

}  // namespace thermoleak::service
