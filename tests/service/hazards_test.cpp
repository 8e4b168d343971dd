// Review, verification, photos: what people decide goes through the ledger's own steps.

#include <gtest/gtest.h>

#include "service/running_service.hpp"
#include "thermoleak/ledger/ledger.hpp"

namespace thermoleak::test {
namespace {

class Hazards : public ::testing::Test {
 protected:
  void SetUp() override {
    engineer_ = service_.MakeUser("engineer", "engineer", "东热", "铁西区");
    crew_ = service_.MakeUser("crew", "crew", "东热", "铁西区");
    city_ = service_.MakeUser("city", "city");
    items_ = service_.As(engineer_, "GET", "/api/v1/hazards").json()["items"];
    ASSERT_EQ(items_.size(), 2U) << "two are ours, the third is another organisation's";
  }
  std::string Id(std::size_t i) { return items_[i]["id"].get<std::string>(); }
  Answer Review(std::size_t i, const Json& body) {
    return service_.As(engineer_, "POST", "/api/v1/hazards/" + Id(i) + "/review", body);
  }

  RunningService service_;
  std::string engineer_, crew_, city_;
  Json items_;
};

TEST_F(Hazards, ListsByWhoLooks) {
  EXPECT_EQ(service_.As(city_, "GET", "/api/v1/hazards").json()["items"].size(), 3U);
  const Answer map = service_.As(engineer_, "GET", "/api/v1/hazards?fields=map");
  EXPECT_EQ(map.json()["items"].size(), 2U) << map.body;
  EXPECT_EQ(map.json()["items"][0].size(), 7U);
  EXPECT_EQ(service_
                .Send("GET", "/api/v1/hazards?fields=map",
                      {{"Authorization", "Bearer " + engineer_},
                       {"If-None-Match", std::string(map.headers.Get("ETag"))}})
                .status,
            304);
  const Json first = service_.As(city_, "GET", "/api/v1/hazards?limit=2").json();
  EXPECT_EQ(first["items"].size(), 2U);
  const std::string next = first["next"].get<std::string>();
  const Json rest = service_.As(city_, "GET", "/api/v1/hazards?limit=2&after=" + next).json();
  EXPECT_EQ(rest["items"].size(), 1U);
  EXPECT_TRUE(rest["next"].is_null());
  EXPECT_EQ(
      service_.As(city_, "GET", "/api/v1/hazards?bbox=123.45,41,124,42").json()["items"].size(),
      1U);
  EXPECT_EQ(service_.As(city_, "GET", "/api/v1/hazards?state=confirmed").json()["items"].size(),
            0U);
}

TEST_F(Hazards, AcceptedVerifiedConfirmed) {
  const Json before = service_.As(engineer_, "GET", "/api/v1/hazards/" + Id(0)).json();
  EXPECT_EQ(before["state"], "new");
  EXPECT_EQ(before["address"], "<script>alert(1)</script>") << "text stays text";
  EXPECT_EQ(before["decisions"], Json({"accept", "reject", "merge"}));
  EXPECT_EQ(Review(0, {{"decision", "accept"}}).json()["state"], "to_verify");
  EXPECT_EQ(Review(0, {{"decision", "accept"}}).status, 409) << "a step is taken once";
  const Json today = service_.As(crew_, "GET", "/api/v1/today").json();
  ASSERT_EQ(today["items"].size(), 1U);
  EXPECT_EQ(today["items"][0]["hazard"], Id(0));

  const Json found = {{"client_id", "phone-1"}, {"method", "excavation"}, {"result", "found"},
                      {"note", "wet"},          {"lon", 123.401},         {"lat", 41.8}};
  const std::string path = "/api/v1/hazards/" + Id(0) + "/verifications";
  const Answer recorded = service_.As(crew_, "POST", path, found);
  EXPECT_EQ(recorded.status, 201) << recorded.body;
  EXPECT_EQ(recorded.json()["state"], "confirmed");
  const Answer again = service_.As(crew_, "POST", path, found);
  EXPECT_EQ(again.status, 200) << "the link was lost, the phone sends it again";
  EXPECT_EQ(again.json(), recorded.json());
  const Json after = service_.As(engineer_, "GET", "/api/v1/hazards/" + Id(0)).json();
  EXPECT_EQ(after["verifications"].size(), 1U);
  EXPECT_EQ(after["state"], "confirmed");
  EXPECT_EQ(after["verified"], true);
  // The list follows without a restart.
  const Json list = service_.As(engineer_, "GET", "/api/v1/hazards?state=confirmed").json();
  EXPECT_EQ(list["items"].size(), 1U);
  EXPECT_TRUE(Ledger::Open(service_.data() / "ledger.gpkg").Check().good());
}

TEST_F(Hazards, RejectedAndMerged) {
  EXPECT_EQ(Review(0, {{"decision", "reject"}, {"reason_code", "manhole"}, {"note", "cover"}})
                .json()["state"],
            "rejected");
  EXPECT_EQ(Review(1, {{"decision", "merge"}, {"into", Id(0)}}).status, 409)
      << "not into a rejected one";
  EXPECT_EQ(Review(1, {{"decision", "note"}, {"note", "look again"}}).status, 200);
  const Json history = service_.As(engineer_, "GET", "/api/v1/hazards/" + Id(1)).json()["history"];
  EXPECT_EQ(history.back()["action"], "note");
  EXPECT_EQ(history.back()["reason"], "look again");
  EXPECT_EQ(history.back()["by"], "engineer");
  EXPECT_TRUE(Ledger::Open(service_.data() / "ledger.gpkg").Check().good());
}

TEST_F(Hazards, PhotosAreKeptOnce) {
  const std::string picture = "\xFF\xD8\xFF\xE0 a photo, nearly";
  const HeaderList headers = {{"Authorization", "Bearer " + crew_},
                              {"Content-Type", "image/jpeg"},
                              {"X-Sha256", Sha256Of(picture)}};
  const std::string path = "/api/v1/hazards/" + Id(0) + "/photos";
  const Answer first = service_.Send("POST", path, headers, picture);
  EXPECT_EQ(first.status, 201) << first.body;
  const Answer again = service_.Send("POST", path, headers, picture);
  EXPECT_EQ(again.json()["id"], first.json()["id"]);
  const Answer shown =
      service_.Send("GET", path + "/" + Sha256Of(picture), {{"Authorization", "Bearer " + crew_}});
  EXPECT_EQ(shown.body, picture);
  EXPECT_EQ(shown.headers.Get("Content-Type"), "image/jpeg");
  EXPECT_EQ(service_.As(crew_, "GET", path + "/" + Sha256Of("else")).status, 404);
}

TEST_F(Hazards, MapsAndWords) {
  const Json areas = service_.As(engineer_, "GET", "/api/v1/areas").json()["items"];
  ASSERT_EQ(areas.size(), 1U);
  EXPECT_NEAR(areas[0]["bounds"][0].get<double>(), 123.40, 1e-6);
  // The south's map was traced on a shifted web map, which config.toml says.
  const Json all = service_.As(service_.admin(), "GET", "/api/v1/areas").json()["items"];
  ASSERT_EQ(all.size(), 2U);
  EXPECT_NEAR(all[1]["bounds"][0].get<double>(), 123.4942, 0.0015);
  EXPECT_NEAR(all[1]["bounds"][1].get<double>(), 41.7978, 0.0015);
  const Json network = service_.As(engineer_, "GET", "/api/v1/areas/north/network").json();
  EXPECT_EQ(network["features"].size(), 2U);
  EXPECT_EQ(network["features"][0]["properties"]["pipe_id"], "P1");
  const Answer part =
      service_.Send("GET", "/api/v1/areas/north/network",
                    {{"Authorization", "Bearer " + engineer_}, {"Range", "bytes=0-9"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, R"({"type":"F)");
  const Answer chinese = service_.Send(
      "GET", "/api/v1/hazards/x",
      {{"Authorization", "Bearer " + engineer_}, {"Accept-Language", "zh-CN,zh;q=0.9"}});
  EXPECT_EQ(chinese.json()["error"]["message"], "地址不存在，或无权查看");
}

}  // namespace
}  // namespace thermoleak::test
