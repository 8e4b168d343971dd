// `thermoleak nightly` itself on small simulated surveys.

#include "thermoleak/batch/nightly.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "batch/surveys.hpp"
#include "thermoleak/batch/jobs.hpp"
#include "thermoleak/ledger/dates.hpp"
#include "thermoleak/ledger/ledger.hpp"
#include "thermoleak/ledger/sheets.hpp"

namespace thermoleak::batch {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const std::string kScanA = "20260115-aaaaaaaa", kScanB = "20260116-bbbbbbbb";

json Json(const fs::path& path) { return json::parse(ReadText(path), nullptr, false); }

TEST(NightlyTest, TwoScansAndAPoisonedOneBecomeLedgerPlanAndSummary) {
  const TemporaryFolder t;
  const DataFolder folder = MakeDataFolder(t / "data");
  CommitSurvey(folder, kScanA, "north", SurveyOf(0, 1) / "frames");
  CommitSurvey(folder, kScanB, "south", SurveyOf(1, 1) / "frames");
  WriteText(t / "junk/a.jpg", "no picture at all");
  CommitSurvey(folder, "20260117-cccccccc", "north", t / "junk");

  std::string out;
  ASSERT_EQ(Night(folder.root(), "--date 2026-01-18", &out), 1) << out;
  EXPECT_NE(out.find("night of 2026-01-18: 2 scans done, 0 failed, 1 parked"), std::string::npos)
      << out;
  EXPECT_EQ(folder.FindScan(kScanA)->state, ScanState::kDone);
  EXPECT_EQ(folder.FindScan("20260117-cccccccc")->state, ScanState::kParked);

  const Ledger ledger = Ledger::Open(folder.ledger());
  EXPECT_TRUE(ledger.Check().good());
  const auto hazards = ledger.Hazards();
  ASSERT_GE(hazards.size(), 2u);
  EXPECT_EQ(IsoDate(hazards.front().found_on), "2026-01-15");
  EXPECT_EQ(hazards.front().place.unit, "东热");
  // The history's time is that of the commit, not that of the night.
  for (const Event& event : ledger.History()) {
    if (event.action != "import") continue;
    EXPECT_EQ(event.at, "2026-01-15T18:00:00Z");
  }

  const fs::path summary = folder.summaries() / "2026-01-18";
  const json s = Json(summary / "summary.json");
  EXPECT_EQ(s["problems"], 1);
  ASSERT_EQ(s["scans"].size(), 3u);
  EXPECT_EQ(s["scans"][0]["frames"], 8);
  EXPECT_EQ(s["hazards"].size(), hazards.size());
  EXPECT_EQ(s["today"].size(), hazards.size());
  EXPECT_EQ(s["scans"][2]["state"], "parked");
  EXPECT_NE(s["scans"][2]["reason"]["en"], "");
  EXPECT_NE(s["scans"][2]["reason"]["zh"], s["scans"][2]["reason"]["en"]);
  EXPECT_FALSE(s["plan"].is_null());
  for (const char* name :
       {"summary.html", "summary.xlsx", "summary.csv", "refly.csv", "today.csv"}) {
    EXPECT_TRUE(fs::exists(summary / name)) << name;
    EXPECT_TRUE(fs::exists(summary / "en" / name)) << name;
  }
  EXPECT_NE(ReadText(summary / "summary.html").find("早报"), std::string::npos);
  EXPECT_NE(ReadText(summary / "en/summary.html").find("Morning summary"), std::string::npos);
  EXPECT_EQ(ReadSheet(summary / "today.csv")->rows.size(), 1 + hazards.size());
  EXPECT_TRUE(ReadSheet(summary / "summary.xlsx"));

  // The same night again: the same bytes; the scheduler is told of the parked scan again.
  const std::string head = ledger.Check().head.hash;
  const std::string html = ReadText(summary / "summary.html");
  const std::string plan = ReadText(folder.plan() / "plan.json");
  EXPECT_EQ(Night(folder.root(), "--date 2026-01-18"), 1);
  EXPECT_EQ(Ledger::Open(folder.ledger()).Check().head.hash, head);
  EXPECT_EQ(ReadText(summary / "summary.html"), html);
  EXPECT_EQ(ReadText(folder.plan() / "plan.json"), plan);

  // Another night has nothing new to tell, but what is still wrong.
  EXPECT_EQ(Night(folder.root(), "--date 2026-01-19"), 1);
  EXPECT_EQ(Json(folder.summaries() / "2026-01-19/summary.json")["scans"].size(), 1u);
}

TEST(NightlyTest, NeverTwiceAtOnce) {
  const TemporaryFolder t;
  const DataFolder folder = MakeDataFolder(t / "data");
  std::string out;
  {
    const auto lock = ProcessLock::Take(folder.lock(), "serve");
    EXPECT_EQ(Night(folder.root(), "", &out), static_cast<int>(ExitCode::kBusy));
    EXPECT_NE(out.find("serve on "), std::string::npos) << out;
  }
  EXPECT_EQ(Night(folder.root(), "--date 2026-01-18"), 0);
}

TEST(NightlyTest, UsageIsToldByItsExitCode) {
  const TemporaryFolder t;
  EXPECT_EQ(Night(t / "nothing", ""), 3);
  EXPECT_EQ(Night(t / "made", "--init"), 0);
  EXPECT_EQ(Night(t / "made", "--date tomorrow"), 2);
  EXPECT_EQ(Night(t / "made", "--date 2026-01-18"), 0);  // no areas, no scans: an empty morning
  WriteText(t / "made/config.toml", "wrong = 1\n");
  EXPECT_EQ(Night(t / "made", ""), 2);
}

TEST(NightlyTest, TheInboxIsPartOfTheNight) {
  const TemporaryFolder t;
  const DataFolder folder = MakeDataFolder(t / "data", "");
  std::ofstream(folder.root() / "config.toml", std::ios::app) << "[inbox]\nquiet_min = 0\n";
  fs::copy(SurveyOf(0, 1) / "frames", folder.inbox() / "card");
  WriteText(folder.inbox() / "card/scan.toml", "area = \"north\"\nflown_on = \"2026-01-15\"\n");
  std::string out;
  ASSERT_EQ(Night(folder.root(), "--date 2026-01-16 --json", &out), 0) << out;
  EXPECT_NE(out.find("\"taken_in\": 1"), std::string::npos) << out;
  EXPECT_TRUE(fs::is_empty(folder.inbox()));
  EXPECT_FALSE(Ledger::Open(folder.ledger()).Hazards().empty());
}

TEST(NightlyTest, AQualityJobSaysWhatTheCrewWantsToKnow) {
  const TemporaryFolder t;
  const DataFolder folder = MakeDataFolder(t / "data");
  fs::copy(SurveyOf(0, 1) / "frames", t / "frames");
  WriteText(t / "frames/notes.JPG", "no frame");
  CommitSurvey(folder, kScanA, "north", t / "frames");
  JobQueue queue(folder, THERMOLEAK_COMMAND);
  ASSERT_TRUE(queue.Add(JobKind::kQuality, kScanA));
  const auto lock = ProcessLock::Take(folder.lock(), "test");
  const auto job = queue.RunNext(*lock, {});
  ASSERT_EQ(job->state, JobState::kDone) << job->reason.en << queue.Log(job->id);
  const json q = Json(folder.ScanPath(kScanA) / "quality.json");
  EXPECT_EQ(q["state"], "done");
  EXPECT_EQ(q["frames"], 9);
  EXPECT_EQ(q["usable"], 8);
  ASSERT_EQ(q["unusable"].size(), 1u);
  EXPECT_EQ(q["unusable"][0]["file"], "notes.JPG");
  EXPECT_EQ(q["unusable"][0]["reason"], "NotAnImage");
  EXPECT_GT(q["sharpness"]["edge_px"].get<double>(), 1.0);
  EXPECT_GT(q["contrast_k"].get<double>(), 0.3);
  EXPECT_GT(q["coverage"]["seen_m"].get<double>(), 10);
  EXPECT_GE(q["coverage"]["pipe_m"].get<double>(), q["coverage"]["seen_m"].get<double>());
  EXPECT_EQ(q["refly"]["type"], "FeatureCollection");
}

TEST(NightlyTest, WhatIsTooOldGoesAndNothingElse) {
  const TemporaryFolder t;
  const DataFolder folder = MakeDataFolder(t / "data");
  CommitSurvey(folder, kScanA, "north", SurveyOf(0, 1) / "frames");
  ASSERT_EQ(Night(folder.root(), "--date 2026-01-16"), 0);
  const fs::path journal = folder.RunPath(kScanA) / ".thermoleak/frames.journal";
  const fs::path upload = folder.uploads() / "left";
  WriteText(upload, "x");
  const auto old = fs::file_time_type::clock::now() - std::chrono::hours(24 * 20);
  for (const fs::path& file : {journal, upload, folder.RunPath(kScanA) / "report.html",
                               folder.ScanPath(kScanA) / "manifest.json"})
    fs::last_write_time(file, old);
  WriteText(folder.summaries() / "2020-01-01/summary.html", "old");
  WriteText(folder.summaries() / "by hand/summary.html", "kept");
  EXPECT_GE(Prune(folder, Today()), 3);
  EXPECT_FALSE(fs::exists(journal));
  EXPECT_FALSE(fs::exists(upload));
  EXPECT_FALSE(fs::exists(folder.summaries() / "2020-01-01"));
  EXPECT_TRUE(fs::exists(folder.summaries() / "by hand/summary.html"));
  EXPECT_TRUE(fs::exists(folder.RunPath(kScanA) / "report.html"));
  EXPECT_TRUE(fs::exists(folder.RunPath(kScanA) / ".thermoleak/complete"));
  EXPECT_TRUE(fs::exists(folder.ScanPath(kScanA) / "manifest.json"));
  EXPECT_EQ(Prune(folder, Today()), 0);
}

/// On a small file system of its own: every stage meets the full disk once.
TEST(NightlyTest, AFullDiskStopsTheNightAndSpaceLetsItGoOn) {
  if (Shell("unshare -Urm true") != 0) GTEST_SKIP() << "no mount namespaces here";
  const TemporaryFolder t;
  const DataFolder folder = MakeDataFolder(t / "data");
  CommitSurvey(folder, kScanA, "north", SurveyOf(0, 1) / "frames");
  const std::string script = fmt::format(
      R"sh(set -u
mount -t tmpfs -o size=64m small {0}/mnt
cp -a {0}/data {0}/mnt/data
fails=0
for free_kb in 0 4 16 64 128 256 512 1024 2048 4096; do
  rm -f {0}/mnt/ballast
  avail=$(df --output=avail -k {0}/mnt | tail -1)
  dd if=/dev/zero of={0}/mnt/ballast bs=1k count=$((avail - free_kb)) 2>/dev/null
  {1} nightly --lang en --data {0}/mnt/data --date 2026-01-16 >{0}/log 2>&1
  code=$?
  echo "$free_kb: $code $(tail -1 {0}/log)"
  [ $code -eq 0 ] && break
  [ $code -eq 4 ] || exit 10
  grep -qi 'disk full\|disk is full\|no space' {0}/log || exit 11
  fails=$((fails + 1))
done
[ $fails -ge 3 ] || exit 12
rm -f {0}/mnt/ballast
{1} nightly --lang en --data {0}/mnt/data --date 2026-01-16 || exit 13
{1} ledger verify --ledger {0}/mnt/data/ledger.gpkg || exit 14
cp {0}/mnt/data/runs/*/candidates.geojson {0}/mnt/data/plan/plan.json {0}/)sh",
      t.path().string(), THERMOLEAK_COMMAND);
  fs::create_directories(t / "mnt");
  WriteText(t / "script.sh", script);
  std::string out;
  const int code = Shell(fmt::format("unshare -Urm sh {}", (t / "script.sh").string()), &out);
  EXPECT_EQ(code, 0) << out << ReadText(t / "log");
  RecordProperty("log", out);
  ASSERT_EQ(Night(folder.root(), "--date 2026-01-16"), 0);
  EXPECT_EQ(ReadText(t / "candidates.geojson"),
            ReadText(folder.RunPath(kScanA) / "candidates.geojson"));
  EXPECT_EQ(ReadText(t / "plan.json"), ReadText(folder.plan() / "plan.json"));
}

}  // namespace
}  // namespace thermoleak::batch
