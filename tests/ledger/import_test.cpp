#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "ledger/plausible_season.hpp"
#include "thermoleak/ledger/vocabulary.hpp"

namespace thermoleak {
namespace {

using namespace test;
namespace fs = std::filesystem;

const Date kJan = MakeDate(2026, 1, 10), kFeb = MakeDate(2026, 2, 10),
           kNext = MakeDate(2027, 1, 20);

class ImportTest : public testing::Test {
 protected:
  ImportTest() : ledger_(NewLedger(folder_ / "ledger.gpkg")) {}
  ImportSummary Take(const SurveyRun& run) {
    return ledger_.Import(run, ImportOptions{}, Inspector(*run.inspection.from));
  }
  /// The only hazard, closed on that day by the shortest way.
  std::string CloseTheOnlyOne(Date day) {
    const std::string id = ledger_.Hazards().at(0).id;
    Transition t;
    t.hazard = id;
    t.act = Engineer(day);
    t.to = HazardState::kEmergency;
    t.isolation = "V1";
    t.households = 10;
    EXPECT_TRUE(ledger_.Move(t));
    t.to = HazardState::kToAccept;
    t.repairer = "抢修队";
    EXPECT_TRUE(ledger_.Move(t));
    EXPECT_TRUE(ledger_.SetGrade(id, Grade::kGeneral, Engineer(day)));
    t.to = HazardState::kClosed;
    EXPECT_TRUE(ledger_.Move(t));
    return id;
  }

  Folder folder_;
  Ledger ledger_;
};

TEST_F(ImportTest, OnlyStrongCandidatesOpenHazards) {
  const ImportSummary s = Take(
      Survey("a", kJan,
             {Candidate("P", 0, 0, 0.9), Candidate("P", 50, 0, 0.5), Candidate("P", 100, 0, 0.49),
              Candidate("P", 150, 0, 0.6, HazardKind::kInsulation),
              Candidate("P", 200, 0, 0.4, HazardKind::kInsulation),
              Candidate("P", 250, 0, 0.7, HazardKind::kInstallation)}));
  EXPECT_EQ(s.opened, 4);
  EXPECT_EQ(s.below_threshold, 2);
  const auto hazards = ledger_.Hazards();
  ASSERT_EQ(hazards.size(), 4u);
  EXPECT_EQ(hazards[0].id, "SY-000000-U000-2026-1-00001");
  EXPECT_EQ(hazards[2].kind, HazardKind::kInsulation);
  EXPECT_EQ(hazards[3].kind, HazardKind::kInstallation);
  EXPECT_EQ(hazards[0].asset.dn_mm, 200);
  EXPECT_EQ(hazards[0].state, HazardState::kNew);
  EXPECT_EQ(hazards[0].found_on, kJan);
}

TEST_F(ImportTest, TwiceIsOnce) {
  const SurveyRun run = Survey("a", kJan, {Candidate("P", 0, 0), Candidate("P", 50, 0)});
  Take(run);
  const std::string once = Dump(folder_ / "ledger.gpkg");
  const ImportSummary again = Take(run);
  EXPECT_TRUE(again.already_there);
  EXPECT_EQ(Dump(folder_ / "ledger.gpkg"), once);
}

TEST_F(ImportTest, TheSameFramesProcessedAgainAreTheSameSighting) {
  SurveyRun run = Survey("a", kJan, {Candidate("P", 0, 0)});
  Take(run);
  run.hash = std::string(64, 'b');  // another version of the program
  run.candidates[0].score = 0.7;
  run.candidates[0].sighting.probability = 0.7;
  const ImportSummary s = Take(run);
  EXPECT_EQ(s.opened, 0);
  EXPECT_EQ(s.updated, 1);
  const Hazard h = ledger_.Hazards().at(0);
  EXPECT_EQ(h.sightings, 1);
  EXPECT_EQ(h.probability, 0.7);
}

TEST_F(ImportTest, TheSamePlaceIsUpdatedAndFartherOnesAreNot) {
  Take(Survey("a", kJan, {Candidate("P", 0, 0)}));
  // Sigmas: 0.6 and 1.0 m each side and axis, sqrt(2 (0.36 + 1)) = 1.649; three of them 4.948 m.
  EXPECT_EQ(Take(Survey("b", kFeb, {Candidate("P", 4.9, 0)})).updated, 1);
  EXPECT_EQ(Take(Survey("c", kFeb, {Candidate("P", -5.0, 0)})).opened, 1);
  const Hazard h = ledger_.Hazards().at(0);
  EXPECT_EQ(h.sightings, 2);
  EXPECT_EQ(h.seasons_seen, 1);
  EXPECT_EQ(ledger_.Sightings(h.id).size(), 2u);
}

TEST_F(ImportTest, WideEllipsesEndAtTwentyMetres) {
  const auto wide = [](double east) {
    RunCandidate c = Candidate("P", east, 0);
    c.sighting.sigma_major_m = c.sighting.sigma_minor_m = 30;
    return c;
  };
  Take(Survey("a", kJan, {wide(0)}));
  EXPECT_EQ(Take(Survey("b", kFeb, {wide(19.9)})).updated, 1);
  EXPECT_EQ(Take(Survey("c", kFeb, {wide(-20.1)})).opened, 1);
}

TEST_F(ImportTest, EllipsesHaveADirection) {
  const auto north_south = [](double east, double north) {
    RunCandidate c = Candidate("P", east, north);
    c.sighting.sigma_major_m = 6;
    c.sighting.sigma_minor_m = 0.3;
    return c;
  };
  Take(Survey("a", kJan, {north_south(0, 0)}));
  EXPECT_EQ(Take(Survey("b", kFeb, {north_south(8, 0)})).opened, 1);
  EXPECT_EQ(Take(Survey("c", kFeb, {north_south(0, 15)})).updated, 1);
}

TEST_F(ImportTest, APipeBesideIsTheSamePlaceAndOneThatCrossesIsNot) {
  RunCandidate supply = Candidate("S", 0, 0);
  supply.beside = {"R"};
  Take(Survey("a", kJan, {supply}));
  RunCandidate back = Candidate("R", 0.5, 1);
  back.beside = {"S"};
  EXPECT_EQ(Take(Survey("b", kFeb, {back})).updated, 1);
  EXPECT_EQ(Take(Survey("c", kFeb, {Candidate("X", 0, 0.5)})).opened, 1);
  RunCandidate old_run = Candidate("Y", 0, -1);
  old_run.beside_known = false;  // a run that does not say: by distance
  EXPECT_EQ(Take(Survey("d", kFeb, {old_run})).updated, 1);
}

TEST_F(ImportTest, AChamberIsNoLeakButWetInsulationMayBe) {
  Take(Survey("a", kJan, {Candidate("P", 0, 0)}));
  EXPECT_EQ(Take(Survey("b", kFeb, {Candidate("P", 0, 0, 0.8, HazardKind::kInstallation)})).opened,
            1);
  EXPECT_EQ(Take(Survey("c", kFeb, {Candidate("P", 0, 0, 0.8, HazardKind::kInsulation)})).updated,
            1);
}

TEST_F(ImportTest, NeighboursKeepTheirOwn) {
  // All 3 m apart: everybody's nearest is within reach of two.
  Take(Survey("a", kJan, {Candidate("P", 0, 0), Candidate("P", 3, 0), Candidate("P", 6, 0)}));
  const ImportSummary s = Take(
      Survey("b", kFeb, {Candidate("P", 1.2, 0), Candidate("P", 4.2, 0), Candidate("P", 7.2, 0)}));
  EXPECT_EQ(s.opened, 0);
  EXPECT_EQ(s.updated, 3);
  for (const Hazard& h : ledger_.Hazards()) {
    const auto seen = ledger_.Sightings(h.id);
    ASSERT_EQ(seen.size(), 2u);
    EXPECT_NEAR(*seen[1].chainage_m - *seen[0].chainage_m, 1.2, 1e-9);
  }
}

TEST_F(ImportTest, AWeakCandidateNeverTakesAStrongOnesHazard) {
  Take(Survey("a", kJan, {Candidate("P", 0, 0)}));
  const ImportSummary s =
      Take(Survey("b", kFeb, {Candidate("P", 0, 0, 0.3), Candidate("P", 3, 0, 0.9)}));
  EXPECT_EQ(s.opened, 0);
  EXPECT_EQ(s.updated, 1);
  EXPECT_EQ(ledger_.Hazards().at(0).probability, 0.9);
  EXPECT_EQ(Take(Survey("c", kFeb + std::chrono::days(1), {Candidate("P", 0, 0, 0.3)})).updated, 1);
  EXPECT_EQ(ledger_.Hazards().at(0).probability, 0.3);  // the trend is down
}

TEST_F(ImportTest, AnOlderSurveyComesTooLateToChangeTheLatest) {
  Take(Survey("a", kFeb, {Candidate("P", 0, 0, 0.9)}));
  Take(Survey("b", kJan, {Candidate("P", 0, 0, 0.6)}));
  const Hazard h = ledger_.Hazards().at(0);
  EXPECT_EQ(h.probability, 0.9);
  EXPECT_EQ(h.sightings, 2);
}

TEST_F(ImportTest, AClosedOneThatIsHotAgainReopens) {
  Take(Survey("a", kJan, {Candidate("P", 0, 0)}));
  const std::string id = CloseTheOnlyOne(MakeDate(2026, 5, 1));
  EXPECT_EQ(Take(Survey("b", MakeDate(2026, 5, 2), {Candidate("P", 0, 0)})).reopened, 0);
  EXPECT_EQ(ledger_.Find(id)->state, HazardState::kClosed);
  EXPECT_EQ(Take(Survey("w", kNext, {Candidate("P", 0, 0, 0.3)})).reopened, 0);  // too weak
  const ImportSummary s =
      Take(Survey("c", kNext + std::chrono::days(1), {Candidate("P", 0, 1, 0.8)}));
  EXPECT_EQ(s.opened, 0);
  EXPECT_EQ(s.reopened, 1);
  const Hazard h = ledger_.Find(id).value();
  EXPECT_EQ(h.state, HazardState::kReopened);
  EXPECT_EQ(h.season, 2027);
  EXPECT_EQ(h.round, 2);
  EXPECT_FALSE(h.grade);
  EXPECT_TRUE(h.repairer.empty());
  EXPECT_FALSE(h.verified);
  EXPECT_TRUE(ledger_.Check().good());
  Transition t;
  t.hazard = id;
  t.to = HazardState::kToVerify;
  t.act = Inspector(kNext + std::chrono::days(2));
  EXPECT_TRUE(ledger_.Move(t));
}

TEST_F(ImportTest, ARejectedPlaceIsKnownThisSeasonAndLinkedInTheNext) {
  Take(Survey("a", kJan, {Candidate("P", 0, 0)}));
  const std::string id = ledger_.Hazards().at(0).id;
  Transition t;
  t.hazard = id;
  t.to = HazardState::kRejected;
  t.code = RejectCode::kManhole;
  t.act = Inspector(kJan);
  ASSERT_TRUE(ledger_.Move(t));
  EXPECT_EQ(Take(Survey("b", kFeb, {Candidate("P", 0, 0)})).known_false, 1);
  EXPECT_EQ(ledger_.Hazards().size(), 1u);
  const ImportSummary s = Take(Survey("c", kNext, {Candidate("P", 0, 0)}));
  ASSERT_EQ(s.opened, 1);
  EXPECT_EQ(ledger_.Find(s.opened_ids[0])->linked_to, id);
  EXPECT_EQ(ledger_.Find(id)->state, HazardState::kRejected);
}

TEST_F(ImportTest, TwoSpotsThatWereMergedStayOneHazard) {
  const std::vector<RunCandidate> both = {Candidate("P", 0, 0), Candidate("P", 12, 0)};
  Take(Survey("a", kJan, both));
  Transition t;
  t.hazard = ledger_.Hazards().at(1).id;
  t.to = HazardState::kMerged;
  t.merged_into = ledger_.Hazards().at(0).id;
  t.act = Engineer(kJan);
  ASSERT_TRUE(ledger_.Move(t));
  ImportSummary s = Take(Survey("b", kFeb, both));
  EXPECT_EQ(s.opened, 0);
  EXPECT_EQ(s.updated, 1);
  EXPECT_EQ(s.merged, 1);
  s = Take(Survey("c", kFeb + std::chrono::days(1), {Candidate("P", 12, 0)}));  // only the second
  EXPECT_EQ(s.opened, 0);
  EXPECT_EQ(s.updated, 1);
  EXPECT_EQ(ledger_.Hazards().at(0).sightings, 3);
}

TEST_F(ImportTest, CodesComeFromTheRegisteredOrganisations) {
  ASSERT_TRUE(ledger_.SetOrganisation({"大东区", OrganisationType::kDistrict, "210104", "大东区"},
                                      Engineer(kJan)));
  ASSERT_TRUE(
      ledger_.SetOrganisation({"东热", OrganisationType::kUnit, "U012", "东热"}, Engineer(kJan)));
  RunCandidate c = Candidate("P", 0, 0);
  c.district = "大东区";
  c.unit = "东热";
  EXPECT_EQ(Take(Survey("a", kJan, {c})).opened_ids.at(0), "SY-210104-U012-2026-1-00001");
}

TEST_F(ImportTest, SurveysOfAutumnBelongToTheNextSeason) {
  const ImportSummary s = Take(Survey("a", MakeDate(2026, 12, 3), {Candidate("P", 0, 0)}));
  EXPECT_EQ(s.opened_ids.at(0), "SY-000000-U000-2027-1-00001");
  EXPECT_EQ(s.notes.size(), 1u);  // outside January to March: said, not refused
}

TEST_F(ImportTest, RepeatedLeaksOfAPipeAreCounted) {
  Take(Survey("a", kJan, {Candidate("P", 0, 0), Candidate("P", 100, 0), Candidate("Q", 200, 0)}));
  for (const Hazard& h : ledger_.Hazards()) {
    if (h.place.pipe_id != "P") continue;
    Verification v;
    v.hazard_id = h.id;
    v.result = VerifyResult::kFound;
    v.date = kJan;
    ASSERT_TRUE(ledger_.Record(v, Inspector(kJan)));
  }
  EXPECT_EQ(ledger_.Hazards().at(0).leaks_3_years, 2);
  EXPECT_FALSE(ledger_.Hazards().at(2).leaks_3_years);
}

// ---- a run's folder ----

fs::path WriteRun(const fs::path& folder, const std::string& started) {
  fs::create_directories(folder);
  const nlohmann::ordered_json feature = {
      {"type", "Feature"},
      {"geometry", {{"type", "Point"}, {"coordinates", {123.4305, 41.8007}}}},
      {"properties",
       {{"schema", 1},
        {"id", "MAIN-S@0020"},
        {"rank", 1},
        {"score", 0.96},
        {"kind", "leak"},
        {"p_leak", 0.96},
        {"delta_t_k", 6.9},
        {"heat_loss_w_p10", nullptr},
        {"pipe_id", "MAIN-S"},
        {"chainage_m", 20.2},
        {"offset_m", -0.4},
        {"sigma_major_m", 0.63},
        {"sigma_minor_m", 0.5},
        {"sigma_azimuth_deg", 101.2},
        {"views", 3},
        {"dn_mm", 300},
        {"depth_m", 1.1},
        {"laying", "buried"},
        {"level", "primary"},
        {"year_built", 1998},
        {"unit", "U012"},
        {"district", "210104"},
        {"beside", {"MAIN-R"}}}}};
  std::ofstream(folder / "candidates.geojson")
      << nlohmann::ordered_json{{"type", "FeatureCollection"}, {"features", {feature}}}.dump();
  std::ofstream(folder / "run.json") << nlohmann::ordered_json{
      {"schema", 1},
      {"started_utc", started},
      {"software", {{"thermoleak", "0.1.0"}}},
      {"counts", {{"pipes", {{"total_km", 1.72}, {"seen_km", 0.795}}}}},
      {"options", {{"conditions", {{"air-temp", -8.0}, {"wind", nullptr}}}}},
      {"inputs", {{{"path", "a.jpg"}, {"sha256", "11"}}}},
      {"threads", 2},
      {"times",
       nlohmann::ordered_json::array()}}.dump();
  std::ofstream(folder / "frames.csv") << "\xEF\xBB\xBF"
                                          "file,time,status\n"
                                          "a.jpg,2026-01-14T13:30:00.000Z,used\n"
                                          "b.jpg,2026-01-14T17:10:00.000Z,used\n";
  return folder;
}

TEST_F(ImportTest, AFolderIsReadWithItsFacts) {
  const SurveyRun run = ReadRun(WriteRun(folder_ / "run", "2026-01-15T00:00:00Z"));
  ASSERT_EQ(run.candidates.size(), 1u);
  const RunCandidate& c = run.candidates[0];
  EXPECT_EQ(c.asset.dn_mm, 300);
  EXPECT_EQ(c.asset.kind, AssetKind::kPrimaryPipe);
  EXPECT_FALSE(c.sighting.heat_loss_w_p10);  // null stays unknown
  EXPECT_EQ(c.beside, std::vector<std::string>{"MAIN-R"});
  EXPECT_EQ(run.inspection.air_c, -8.0);
  EXPECT_FALSE(run.inspection.wind_m_s);
  EXPECT_EQ(run.inspection.scope_km, 1.72);
  // 13:30 UTC is the evening of the 14th in China, 17:10 UTC is the night of the 15th.
  EXPECT_EQ(run.inspection.from, MakeDate(2026, 1, 14));
  EXPECT_EQ(run.inspection.to, MakeDate(2026, 1, 15));
  EXPECT_EQ(Take(run).opened_ids.at(0), "SY-210104-U012-2026-1-00001");
  // Run again tomorrow over the same frames: the same bytes but for the times.
  EXPECT_EQ(ReadRun(WriteRun(folder_ / "run2", "2026-01-16T00:00:00Z")).hash, run.hash);
}

TEST_F(ImportTest, FoldersThatAreNoRunsAreNamed) {
  EXPECT_THROW(ReadRun(folder_ / "nowhere"), RunError);
  const fs::path folder = WriteRun(folder_ / "run", "");
  std::ofstream(folder / "candidates.geojson") << "{\"features\": [{}]}";
  EXPECT_THROW(ReadRun(folder), RunError);
  const auto one = [&](const std::string& place, const std::string& score) {
    std::ofstream(folder / "candidates.geojson")
        << R"({"features":[{"properties":{"id":"a","score":)" << score
        << R"(},"geometry":{"coordinates":[)" << place << "]}}]}";
    return ReadRun(folder);
  };
  EXPECT_EQ(one("123.4,41.8", "0.8").candidates.size(), 1u);
  EXPECT_THROW(one("123.4,41.8", "1.8"), RunError);
  EXPECT_THROW(one("123.4,91", "0.8"), RunError);
  EXPECT_THROW(one("181,41.8", "0.8"), RunError);
  std::ofstream(folder / "run.json")
      << R"({"a":)" << std::string(200000, '[') << std::string(200000, ']') << "}";
  EXPECT_THROW(one("123.4,41.8", "0.8"), RunError);
  std::ofstream(folder / "run.json") << "{}";
  std::ofstream(folder / "candidates.geojson") << "not json";
  EXPECT_THROW(ReadRun(folder), RunError);
  fs::remove(folder / "run.json");
  try {
    ReadRun(folder);
    FAIL();
  } catch (const RunError& e) {
    EXPECT_EQ(e.message().id, MessageId::kRunUnfinished);
  }
}

}  // namespace
}  // namespace thermoleak
