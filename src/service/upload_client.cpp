#include "thermoleak/service/upload_client.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "service/http_client.hpp"
#include "service/secrets.hpp"
#include "thermoleak/core/digest.hpp"
#include "thermoleak/core/encoding.hpp"
#include "thermoleak/core/files.hpp"

namespace thermoleak::service {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kNoteName = ".thermoleak-upload.json";
constexpr std::size_t kFilesAtATime = 1000;
/// Files up to this size go with the request that announces them: one round trip less each, and
/// not more than this to send again after a cut.
constexpr std::uint64_t kInOneRequest = 2u << 20;

struct LocalFile {
  fs::path file;
  std::string path;  ///< in the scan
  std::uint64_t size = 0;
  std::string sha256;
  bool missing = false;
};

std::vector<LocalFile> FilesUnder(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error))
    throw RunError(ExitCode::kInputMissing, MessageId::kInputMissing, {folder.string()});
  std::vector<LocalFile> files;
  for (auto item = fs::recursive_directory_iterator(folder, error);
       !error && item != fs::recursive_directory_iterator(); item.increment(error)) {
    const std::string name = item->path().filename().string();
    if (name.starts_with('.')) {
      if (item->is_directory()) item.disable_recursion_pending();
      continue;
    }
    if (!item->is_regular_file()) continue;
    files.push_back({item->path(),
                     item->path().lexically_relative(folder).generic_string(),
                     item->file_size(),
                     {},
                     false});
  }
  if (error)
    throw RunError(ExitCode::kInputMissing, MessageId::kInputUnlistable,
                   {folder.string(), error.message()});
  if (files.empty())
    throw RunError(ExitCode::kInputMissing, MessageId::kUploadNoFiles, {folder.string()});
  std::sort(files.begin(), files.end(),
            [](const LocalFile& a, const LocalFile& b) { return a.path < b.path; });
  return files;
}

/// What all workers share.
struct Upload {
  const UploadRequest& request;
  Lang lang;
  const WorkContext& work;
  ServiceAddress address;
  std::string scan{};
  std::vector<LocalFile> files{};
  std::atomic<std::size_t> next{0};
  std::atomic<std::uint64_t> sent{0}, done{0};
  std::uint64_t total = 0;
  std::mutex mutex{};
  std::exception_ptr fault{};

  void Report() {
    const std::lock_guard lock(mutex);
    work.Report(MessageId::kStageUpload, static_cast<std::int64_t>(done >> 20),
                static_cast<std::int64_t>(total >> 20));
  }
};

/// One worker's way to the service; waits for it when it is away.
class Link {
 public:
  explicit Link(Upload& upload)
      : upload_(upload), client_(upload.address, upload.request.ca_file) {}

  /// `make` is asked again for each try: an upload goes on from where it is by then.
  ClientAnswer Send(const std::function<ClientRequest()>& make) {
    const auto begun = std::chrono::steady_clock::now();
    for (int tries = 0;; ++tries) {
      upload_.work.CheckStop();
      std::string why;
      try {
        ClientRequest request = make();
        request.headers.Add("Authorization", "Bearer " + upload_.request.token);
        request.headers.Add("Tus-Resumable", "1.0.0");
        request.headers.Add("Accept-Language", upload_.lang == Lang::kChinese ? "zh" : "en");
        ClientAnswer answer = client_.Send(request);
        // Full, busy, or a proxy whose service is being started: later.
        const bool later = answer.status == 507 || answer.status == 502 || answer.status == 503 ||
                           answer.status == 504 || answer.status == 423 || answer.status == 429;
        if (!later) return answer;
        why = Sentence(answer);
      } catch (const Cancelled&) {
        throw;
      } catch (const RunError&) {
        throw;
      } catch (const std::exception& e) {
        why = e.what();
      }
      if (std::chrono::steady_clock::now() - begun >
          std::chrono::seconds(upload_.request.patience_s))
        throw RunError(ExitCode::kOutOfResources, MessageId::kUploadNoAnswer,
                       {upload_.request.url, why});
      for (int i = 0; i < std::min(5 * (tries + 1), 100); ++i) {
        upload_.work.CheckStop();
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
      }
    }
  }

  Json Ask(const std::string& method, const std::string& path, const Json& body) {
    const std::string text = body.dump();
    const ClientAnswer answer = Send([&] {
      ClientRequest request;
      request.method = method;
      request.path = "/api/v1" + path;
      request.headers.Add("Content-Type", "application/json");
      request.body = text;
      return request;
    });
    if (answer.status >= 400) Refused(answer);
    return Json::parse(answer.body, nullptr, false);
  }

  [[noreturn]] static void Refused(const ClientAnswer& answer) {
    throw RunError(ExitCode::kUsage, MessageId::kUploadRefused, {Sentence(answer)});
  }

  static std::string Sentence(const ClientAnswer& answer) {
    const Json json = Json::parse(answer.body, nullptr, false);
    if (json.is_object() && json.contains("error") && json["error"].is_object())
      return json["error"].value("message", "");
    return std::to_string(answer.status);
  }

 private:
  Upload& upload_;
  HttpClient client_;
};

void SendFile(Upload& upload, Link& link, LocalFile& file) {
  const int fd = ::open(file.file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    throw RunError(ExitCode::kInputMissing, MessageId::kInputMissing, {file.file.string()});
  const struct Closer {
    int fd;
    ~Closer() { ::close(fd); }
  } closer{fd};
  std::string location;
  std::uint64_t offset = 0, counted = 0;
  const auto count = [&](std::uint64_t n) {
    upload.sent += n;
    upload.done += n;
    counted += n;
    upload.Report();
  };
  for (bool begun = false;;) {
    // Small ones with their announcement, others after it; after a cut, whatever is missing.
    bool asks = false;
    const ClientAnswer answer = link.Send([&] {
      ClientRequest request;
      if (!begun) {
        request.method = "POST";
        request.path = "/api/v1/uploads";
        request.headers.Add("Upload-Length", std::to_string(file.size));
        request.headers.Add(
            "Upload-Metadata",
            fmt::format("filename {},path {},scan {},sha256 {}",
                        ToBase64(file.file.filename().string()), ToBase64(file.path),
                        ToBase64(upload.scan), ToBase64(file.sha256)));
        if (file.size <= kInOneRequest) {
          upload.done -= counted;
          counted = 0;
          request.headers.Add("Content-Type", "application/offset+octet-stream");
          request.file = fd;
          request.length = file.size;
          request.sent = count;
        }
        return request;
      }
      asks = counted > 0 && offset < counted;
      request.path = location;
      if (asks) {
        request.method = "HEAD";
      } else {
        request.method = "PATCH";
        request.headers.Add("Upload-Offset", std::to_string(offset));
        request.headers.Add("Content-Type", "application/offset+octet-stream");
        request.file = fd;
        request.from = offset;
        request.length = file.size - offset;
        request.sent = count;
      }
      return request;
    });
    if (answer.status == 460)
      throw RunError(ExitCode::kUsage, MessageId::kUploadFileChanged, {file.file.string()});
    if (!begun) {
      if (answer.status != 201) Link::Refused(answer);
      location = std::string(answer.headers.Get("Location"));
      begun = true;
      if (file.size <= kInOneRequest) return;
      continue;
    }
    if (answer.status == 404 || answer.status == 410) {
      begun = false;  // it has expired
      upload.done -= counted;
      counted = offset = 0;
      continue;
    }
    if (answer.status != 200 && answer.status != 204 && answer.status != 409) Link::Refused(answer);
    const auto stands = ParseCount(answer.headers.Get("Upload-Offset"));
    if (!stands || *stands > file.size) Link::Refused(answer);
    offset = *stands;
    upload.done -= counted;
    upload.done += offset;
    counted = offset;
    if (offset == file.size) return;
  }
}

template <class Work>
void InParallel(Upload& upload, Work work) {
  upload.next = 0;
  std::vector<std::jthread> workers;
  for (int i = 0; i < upload.request.parallel; ++i) {
    workers.emplace_back([&] {
      try {
        std::optional<Link> link;
        for (std::size_t n; (n = upload.next++) < upload.files.size();) {
          upload.work.CheckStop();
          work(upload.files[n], link);
        }
      } catch (...) {
        const std::lock_guard lock(upload.mutex);
        if (!upload.fault) upload.fault = std::current_exception();
        upload.next = upload.files.size();
      }
    });
  }
  workers.clear();
  if (upload.fault) std::rethrow_exception(upload.fault);
}

Json Conditions(const UploadRequest& request) {
  Json conditions = Json::object();
  const auto add = [&](const char* name, const std::string& text) {
    double value = 0;
    if (text.empty()) return;
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc())
      conditions[name] = value;
  };
  add("air_temp_c", request.air_temp_c);
  add("wind_m_s", request.wind_m_s);
  add("humidity_pct", request.humidity_pct);
  return conditions;
}

/// The scan that was begun for this folder and is still open, else a new one.
std::string ScanFor(Upload& upload, Link& link) {
  const fs::path note = upload.request.folder / kNoteName;
  if (const auto bytes = ReadFile(note, 64 << 10)) {
    const char* text = reinterpret_cast<const char*>(bytes->data());
    const Json noted = Json::parse(text, text + bytes->size(), nullptr, false);
    if (noted.is_object() && noted.value("url", "") == upload.request.url) {
      const std::string scan = noted.value("scan", "");
      const ClientAnswer answer = link.Send([&] {
        ClientRequest request;
        request.method = "GET";
        request.path = "/api/v1/scans/" + scan;
        return request;
      });
      const Json there = Json::parse(answer.body, nullptr, false);
      if (answer.status == 200 && there.is_object() && there.value("state", "") == "open")
        return scan;
      if (answer.status == 401 || answer.status == 403) Link::Refused(answer);
    }
  }
  const UploadRequest& r = upload.request;
  const Json opened = link.Ask("POST", "/scans",
                               {{"area", r.area},
                                {"crew", r.crew},
                                {"instrument", r.instrument},
                                {"flown_on", r.flown_on},
                                {"note", r.note},
                                {"conditions", Conditions(r)}});
  const std::string scan = opened.value("id", "");
  try {
    WriteFileAtomically(note, Json{{"url", r.url}, {"scan", scan}}.dump());
  } catch (const RunError&) {  // a card that is write-protected: then it begins anew next time
  }
  return scan;
}

Json FileJson(const LocalFile& file) {
  return {{"path", file.path}, {"size", file.size}, {"sha256", file.sha256}};
}

void FindMissing(Upload& upload, Link& link) {
  for (std::size_t from = 0; from < upload.files.size(); from += kFilesAtATime) {
    const std::size_t to = std::min(from + kFilesAtATime, upload.files.size());
    Json list = Json::array();
    for (std::size_t i = from; i < to; ++i) list.push_back(FileJson(upload.files[i]));
    const Json answer =
        link.Ask("POST", "/scans/" + upload.scan + "/missing", {{"files", std::move(list)}});
    std::vector<std::string> missing = answer.value("missing", std::vector<std::string>());
    std::sort(missing.begin(), missing.end());
    for (std::size_t i = from; i < to; ++i) {
      LocalFile& file = upload.files[i];
      file.missing = std::binary_search(missing.begin(), missing.end(), file.path);
      if (!file.missing) upload.done += file.size;
    }
  }
}

}  // namespace

UploadSummary UploadFolder(const UploadRequest& request, Lang lang, const WorkContext& work) {
  const auto address = ParseAddress(request.url);
  if (!address) throw RunError(ExitCode::kUsage, MessageId::kUploadAddress, {request.url});
  if (request.token.empty()) throw RunError(ExitCode::kUsage, MessageId::kUploadNoToken);
  Upload upload{.request = request, .lang = lang, .work = work, .address = *address};
  upload.files = FilesUnder(request.folder);
  for (const LocalFile& file : upload.files) upload.total += file.size;
  Link link(upload);
  upload.scan = ScanFor(upload, link);
  InParallel(upload, [](LocalFile& file, std::optional<Link>&) {
    const auto hashed = HashFile(file.file);
    if (!hashed)
      throw RunError(ExitCode::kInputMissing, MessageId::kInputMissing, {file.file.string()});
    file.size = hashed->size;
    file.sha256 = hashed->sha256;
  });
  FindMissing(upload, link);
  upload.Report();
  InParallel(upload, [&](LocalFile& file, std::optional<Link>& own) {
    if (!file.missing) return;
    if (!own) own.emplace(upload);
    SendFile(upload, *own, file);
  });
  Json files = Json::array();
  for (const LocalFile& file : upload.files) files.push_back(FileJson(file));
  link.Ask("POST", "/scans/" + upload.scan + "/commit", {{"files", std::move(files)}});
  std::error_code ignored;
  fs::remove(request.folder / kNoteName, ignored);
  return {upload.scan, static_cast<int>(upload.files.size()), upload.total, upload.sent};
}

}  // namespace thermoleak::service
