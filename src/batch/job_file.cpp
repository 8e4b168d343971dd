#include "batch/job_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "batch/text_json.hpp"
#include "thermoleak/core/files.hpp"

namespace thermoleak::batch {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> kKinds = {"quality", "survey", "plan"};
constexpr std::array<std::string_view, 6> kStates = {"waiting", "running", "done",
                                                     "failed",  "parked",  "cancelled"};

template <class Enum, std::size_t N>
std::optional<Enum> FromCode(const std::array<std::string_view, N>& codes, std::string_view code) {
  const auto found = std::find(codes.begin(), codes.end(), code);
  if (found == codes.end()) return std::nullopt;
  return static_cast<Enum>(found - codes.begin());
}

OrderedJson TextsJson(const BothTexts& texts) { return {{"en", texts.en}, {"zh", texts.zh}}; }
BothTexts TextsFrom(const Json& json) { return {TextOf(json, "en"), TextOf(json, "zh")}; }

}  // namespace

std::string_view CodeOf(JobKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }
std::string_view CodeOf(JobState state) { return kStates[static_cast<std::size_t>(state)]; }
std::optional<JobKind> JobKindOf(std::string_view code) { return FromCode<JobKind>(kKinds, code); }

bool IsJobId(std::string_view text) {
  if (text == "plan") return true;
  return text.size() > 18 && IsScanId(text.substr(0, 17)) && text[17] == '.' &&
         (text.substr(18) == "survey" || text.substr(18) == "quality");
}

std::optional<Job> ReadJob(const fs::path& file) {
  const auto json = ReadObject(file, 1u << 20);
  if (!json) return std::nullopt;
  const auto kind = JobKindOf(TextOf(*json, "kind"));
  const auto state = FromCode<JobState>(kStates, TextOf(*json, "state"));
  if (!kind || !state || !IsJobId(TextOf(*json, "id"))) return std::nullopt;
  Job job;
  job.id = TextOf(*json, "id");
  job.kind = *kind;
  job.scan = TextOf(*json, "scan");
  job.day = TextOf(*json, "day");
  job.state = *state;
  job.tries = WholeOf(*json, "tries");
  job.interrupted = WholeOf(*json, "interrupted");
  job.percent = WholeOf(*json, "percent");
  job.stage = TextsFrom(PartOf(*json, "stage"));
  job.added_at = TextOf(*json, "added_at");
  job.started_at = TextOf(*json, "started_at");
  job.ended_at = TextOf(*json, "ended_at");
  job.reason = TextsFrom(PartOf(*json, "reason"));
  job.reason_code = TextOf(*json, "reason_code");
  job.peak_memory_gib = NumberOf(*json, "peak_memory_gib").value_or(0);
  job.cpu_s = NumberOf(*json, "cpu_s").value_or(0);
  job.summarised_on = TextOf(*json, "summarised_on");
  return job;
}

void WriteJob(const fs::path& folder, const Job& job) {
  WriteJson(folder / (job.id + ".json"), {{"schema", 1},
                                          {"id", job.id},
                                          {"kind", CodeOf(job.kind)},
                                          {"scan", job.scan},
                                          {"day", job.day},
                                          {"state", CodeOf(job.state)},
                                          {"tries", job.tries},
                                          {"interrupted", job.interrupted},
                                          {"percent", job.percent},
                                          {"stage", TextsJson(job.stage)},
                                          {"added_at", job.added_at},
                                          {"started_at", job.started_at},
                                          {"ended_at", job.ended_at},
                                          {"reason", TextsJson(job.reason)},
                                          {"reason_code", job.reason_code},
                                          {"peak_memory_gib", job.peak_memory_gib},
                                          {"cpu_s", job.cpu_s},
                                          {"summarised_on", job.summarised_on}});
}

QueueGuard::QueueGuard(const fs::path& jobs) {
  const fs::path file = jobs / ".guard";
  fd_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (fd_ < 0) throw WriteError(file, errno);
  while (::flock(fd_, LOCK_EX) != 0) {
    if (errno == EINTR) continue;
    const int error = errno;
    ::close(fd_);
    throw WriteError(file, error);
  }
}
QueueGuard::~QueueGuard() { ::close(fd_); }

}  // namespace thermoleak::batch
