// Everything that must be refused, with the status that says why. One table, one server.

#include <gtest/gtest.h>

#include "service/running_service.hpp"

namespace thermoleak::test {
namespace {

struct Case {
  const char* name;
  const char* method;
  std::string path;
  HeaderList headers;
  std::string body;
  int status;
};

class Refusals : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    service_ = new RunningService;
    crew_ = service_->MakeUser("crew", "crew", "东热", "铁西区");
    other_ = service_->MakeUser("other", "crew", "西热", "和平区");
    engineer_ = service_->MakeUser("engineer", "engineer", "东热", "铁西区");
    auditor_ = service_->MakeUser("auditor", "auditor");
    scan_ = service_->OpenScan(crew_);
    const Answer created =
        service_->Send("POST", "/api/v1/uploads",
                       {Bearer(crew_),
                        kTus,
                        {"Upload-Length", "10"},
                        {"Upload-Metadata", Metadata({{"path", "a.jpg"}, {"scan", scan_}})}});
    ASSERT_EQ(created.status, 201) << created.body;
    upload_ = std::string(created.headers.Get("Location"));
    const Json hazards = service_->As(service_->admin(), "GET", "/api/v1/hazards").json();
    for (const Json& row : hazards.at("items")) {
      (row["unit"] == "东热" ? ours_ : theirs_) = row["id"].get<std::string>();
    }
  }
  static void TearDownTestSuite() { delete service_; }

  static std::pair<std::string, std::string> Bearer(const std::string& token) {
    return {"Authorization", "Bearer " + token};
  }
  static void Run(const std::vector<Case>& cases) {
    for (const Case& c : cases) {
      const Answer answer = service_->Send(c.method, c.path, c.headers, c.body);
      EXPECT_EQ(answer.status, c.status) << c.name << ": " << answer.body.substr(0, 300);
      if (answer.status >= 400 && std::string_view(c.method) != "HEAD") {
        EXPECT_TRUE(answer.json()["error"]["code"].is_string()) << c.name << answer.body;
      }
    }
  }

  static const std::pair<std::string, std::string> kTus, kData, kJson;
  static RunningService* service_;
  static std::string crew_, other_, engineer_, auditor_, scan_, upload_, ours_, theirs_;
};

const std::pair<std::string, std::string> Refusals::kTus = {"Tus-Resumable", "1.0.0"};
const std::pair<std::string, std::string> Refusals::kData = {"Content-Type",
                                                             "application/offset+octet-stream"};
const std::pair<std::string, std::string> Refusals::kJson = {"Content-Type", "application/json"};
RunningService* Refusals::service_ = nullptr;
std::string Refusals::crew_, Refusals::other_, Refusals::engineer_, Refusals::auditor_,
    Refusals::scan_, Refusals::upload_, Refusals::ours_, Refusals::theirs_;

TEST_F(Refusals, MalformedUploads) {
  const auto make = [&](const char* name, HeaderList more, int status,
                        std::string body = {}) -> Case {
    HeaderList headers = {Bearer(crew_), kTus};
    headers.insert(headers.end(), more.begin(), more.end());
    return {name, "POST", "/api/v1/uploads", headers, std::move(body), status};
  };
  const auto patch = [&](const char* name, HeaderList more, std::string body, int status) -> Case {
    HeaderList headers = {Bearer(crew_)};
    headers.insert(headers.end(), more.begin(), more.end());
    return {name, "PATCH", upload_, headers, std::move(body), status};
  };
  const std::string good = Metadata({{"path", "b.jpg"}, {"scan", scan_}});
  Run({
      {"no version", "POST", "/api/v1/uploads", {Bearer(crew_), {"Upload-Length", "1"}}, "", 412},
      {"old version",
       "POST",
       "/api/v1/uploads",
       {Bearer(crew_), {"Tus-Resumable", "0.2.2"}, {"Upload-Length", "1"}},
       "",
       412},
      make("no length", {}, 400),
      make("negative length", {{"Upload-Length", "-1"}}, 400),
      make("length with sign", {{"Upload-Length", "+1"}}, 400),
      make("length in hexadecimal", {{"Upload-Length", "0x10"}}, 400),
      make("length with a point", {{"Upload-Length", "1.5"}}, 400),
      make("length of 30 digits", {{"Upload-Length", "999999999999999999999999999999"}}, 400),
      make("oversized length", {{"Upload-Length", "999999999999999999"}}, 413),
      make("length twice", {{"Upload-Length", "1"}, {"Upload-Length", "2"}}, 400),
      make("metadata not base64", {{"Upload-Length", "1"}, {"Upload-Metadata", "path ***"}}, 400),
      make("metadata said twice", {{"Upload-Length", "1"}, {"Upload-Metadata", "a YQ==,a YQ=="}},
           400),
      make("metadata with an empty pair", {{"Upload-Length", "1"}, {"Upload-Metadata", "a YQ==,"}},
           400),
      make("metadata of 5 kB",
           {{"Upload-Length", "1"}, {"Upload-Metadata", "a " + std::string(5000, 'A')}}, 400),
      make("metadata not UTF-8",
           {{"Upload-Length", "1"}, {"Upload-Metadata", Metadata({{"path", "\xFF\xFE"}})}}, 400),
      make("hash that is none",
           {{"Upload-Length", "1"}, {"Upload-Metadata", Metadata({{"sha256", "abc"}})}}, 400),
      make("path upwards",
           {{"Upload-Length", "1"},
            {"Upload-Metadata", Metadata({{"path", "../../etc/passwd"}, {"scan", scan_}})}},
           400),
      make("absolute path",
           {{"Upload-Length", "1"},
            {"Upload-Metadata", Metadata({{"path", "/etc/passwd"}, {"scan", scan_}})}},
           400),
      make("path with a backslash",
           {{"Upload-Length", "1"},
            {"Upload-Metadata", Metadata({{"path", "..\\a.jpg"}, {"scan", scan_}})}},
           400),
      make("path with a zero byte",
           {{"Upload-Length", "1"},
            {"Upload-Metadata", Metadata({{"path", std::string("a\0b", 3)}, {"scan", scan_}})}},
           400),
      make("no path for a scan",
           {{"Upload-Length", "1"}, {"Upload-Metadata", Metadata({{"scan", scan_}})}}, 400),
      make("scan that is none",
           {{"Upload-Length", "1"},
            {"Upload-Metadata", Metadata({{"path", "a"}, {"scan", "../../scans"}})}},
           404),
      make("concatenation of nothing", {{"Upload-Concat", "final;"}}, 400),
      make("concatenation upwards", {{"Upload-Concat", "final;/api/v1/uploads/../../x"}}, 400),
      make("concatenation of what is not there",
           {{"Upload-Concat", "final;/api/v1/uploads/" + std::string(32, '0')}}, 404),
      make("concatenation with a length",
           {{"Upload-Length", "1"},
            {"Upload-Concat", "final;/api/v1/uploads/" + std::string(32, '0')}},
           400),
      make("body of another type", {{"Upload-Length", "3"}, {"Content-Type", "text/plain"}}, 415,
           "abc"),
      make("more than announced", {{"Upload-Length", "2"}, kData, {"Upload-Metadata", good}}, 413,
           "abc"),
      make("unknown checksum", {{"Upload-Length", "3"}, kData, {"Upload-Checksum", "crc32 AAAA"}},
           400, "abc"),
      patch("no version", {kData, {"Upload-Offset", "0"}}, "abc", 412),
      patch("no content type", {kTus, {"Upload-Offset", "0"}}, "abc", 415),
      patch("no offset", {kTus, kData}, "abc", 400),
      patch("negative offset", {kTus, kData, {"Upload-Offset", "-1"}}, "abc", 400),
      patch("wrong offset", {kTus, kData, {"Upload-Offset", "5"}}, "abc", 409),
      patch("offset behind the end", {kTus, kData, {"Upload-Offset", "11"}}, "abc", 409),
      patch("more than is left", {kTus, kData, {"Upload-Offset", "0"}}, "abcdefghijk", 413),
      patch("wrong checksum",
            {kTus,
             kData,
             {"Upload-Offset", "0"},
             {"Upload-Checksum", "md5 AAAAAAAAAAAAAAAAAAAAAA=="}},
            "abc", 460),
      patch("checksum of the wrong length",
            {kTus, kData, {"Upload-Offset", "0"}, {"Upload-Checksum", "md5 AAAA"}}, "abc", 400),
      {"unknown upload",
       "HEAD",
       "/api/v1/uploads/" + std::string(32, 'a'),
       {Bearer(crew_), kTus},
       "",
       404},
      {"upload id that is none", "HEAD", "/api/v1/uploads/x", {Bearer(crew_), kTus}, "", 404},
  });
  const Answer head = service_->Send("HEAD", upload_, {Bearer(crew_), kTus});
  EXPECT_EQ(head.headers.Get("Upload-Offset"), "0") << "a refused request left bytes";
}

TEST_F(Refusals, OthersThings) {
  const auto get = [&](const char* name, const std::string& token, const std::string& path,
                       int status) -> Case {
    return {name, "GET", path, {Bearer(token)}, "", status};
  };
  Run({
      {"other's upload", "HEAD", upload_, {Bearer(other_), kTus}, "", 404},
      {"bytes to other's upload",
       "PATCH",
       upload_,
       {Bearer(other_), kTus, kData, {"Upload-Offset", "0"}},
       "abc",
       404},
      {"delete other's upload", "DELETE", upload_, {Bearer(other_), kTus}, "", 404},
      {"file into other's scan",
       "POST",
       "/api/v1/uploads",
       {Bearer(other_),
        kTus,
        {"Upload-Length", "1"},
        {"Upload-Metadata", Metadata({{"path", "a"}, {"scan", scan_}})}},
       "",
       404},
      get("other's scan", other_, "/api/v1/scans/" + scan_, 404),
      get("other's quality", other_, "/api/v1/scans/" + scan_ + "/quality", 404),
      get("other's run", other_, "/api/v1/runs/" + scan_ + "/candidates", 404),
      get("other's map", other_, "/api/v1/areas/north/network", 404),
      get("other's hazard", crew_, "/api/v1/hazards/" + theirs_, 404),
      {"commit other's scan",
       "POST",
       "/api/v1/scans/" + scan_ + "/commit",
       {Bearer(other_), kJson},
       "{}",
       404},
      {"scan in other's area",
       "POST",
       "/api/v1/scans",
       {Bearer(other_), kJson},
       R"({"area":"north","flown_on":"2026-01-15"})",
       404},
      {"review of other's hazard",
       "POST",
       "/api/v1/hazards/" + theirs_ + "/review",
       {Bearer(engineer_), kJson},
       R"({"decision":"accept"})",
       404},
      {"merge into other's hazard",
       "POST",
       "/api/v1/hazards/" + ours_ + "/review",
       {Bearer(engineer_), kJson},
       R"({"decision":"merge","into":")" + theirs_ + "\"}",
       404},
      {"verification of other's hazard",
       "POST",
       "/api/v1/hazards/" + theirs_ + "/verifications",
       {Bearer(crew_), kJson},
       R"({"client_id":"x","method":"listening","result":"found"})",
       404},
      {"photo of other's hazard",
       "POST",
       "/api/v1/hazards/" + theirs_ + "/photos",
       {Bearer(crew_), {"Content-Type", "image/jpeg"}},
       "\xFF\xD8\xFF",
       404},
      get("crew and the audit log", crew_, "/api/v1/audit", 403),
      get("crew and users", crew_, "/api/v1/users", 403),
      {"crew reviews",
       "POST",
       "/api/v1/hazards/" + ours_ + "/review",
       {Bearer(crew_), kJson},
       R"({"decision":"accept"})",
       403},
      {"crew plans", "POST", "/api/v1/plan/generate", {Bearer(crew_), kJson}, "{}", 403},
      {"auditor uploads",
       "POST",
       "/api/v1/uploads",
       {Bearer(auditor_), kTus, {"Upload-Length", "1"}},
       "",
       403},
      {"engineer makes an administrator",
       "POST",
       "/api/v1/users",
       {Bearer(engineer_), kJson},
       R"({"name":"x","role":"administrator"})",
       403},
      {"token by a token",
       "POST",
       "/api/v1/tokens",
       {Bearer(crew_), kJson},
       R"({"name":"x"})",
       403},
      get("documents of the whole plan", engineer_, "/api/v1/plan/files", 403),
  });
}

TEST_F(Refusals, Tokens) {
  const auto [cookie, csrf] = service_->Login("crew", RunningService::kPassword);
  const std::string forged = "thermoleak_session=" + std::string(64, 'a');
  Run({
      {"nobody", "GET", "/api/v1/hazards", {}, "", 401},
      {"forged token", "GET", "/api/v1/hazards", {Bearer("tl_" + std::string(64, '0'))}, "", 401},
      {"empty token", "GET", "/api/v1/hazards", {Bearer("")}, "", 401},
      {"half a token", "GET", "/api/v1/hazards", {Bearer(crew_.substr(0, 30))}, "", 401},
      {"forged session", "GET", "/api/v1/hazards", {{"Cookie", forged}}, "", 401},
      {"no CSRF token", "POST", "/api/v1/scans", {{"Cookie", cookie}, kJson}, "{}", 403},
      {"wrong CSRF token",
       "POST",
       "/api/v1/scans",
       {{"Cookie", cookie}, kJson, {"X-CSRF-Token", std::string(64, '0')}},
       "{}",
       403},
      {"CSRF token of nobody",
       "DELETE",
       "/api/v1/session",
       {{"Cookie", cookie}, {"X-CSRF-Token", ""}},
       "",
       403},
      {"from another site",
       "POST",
       "/api/v1/scans",
       {{"Cookie", cookie}, kJson, {"X-CSRF-Token", csrf}, {"Sec-Fetch-Site", "cross-site"}},
       "{}",
       403},
      {"a form instead of JSON",
       "POST",
       "/api/v1/session",
       {{"Content-Type", "application/x-www-form-urlencoded"}},
       "name=a&password=b",
       415},
  });
  const HeaderList logged_in = {{"Cookie", cookie}, {"X-CSRF-Token", csrf}};
  EXPECT_EQ(service_->Send("DELETE", "/api/v1/session", logged_in).status, 204);
  EXPECT_EQ(service_->Send("GET", "/api/v1/session", logged_in).status, 401) << "stale session";
  // A token that was deleted.
  const auto [again, csrf2] = service_->Login("crew", RunningService::kPassword);
  const HeaderList json = {{"Cookie", again}, {"X-CSRF-Token", csrf2}, kJson};
  const Json token = service_->Send("POST", "/api/v1/tokens", json, R"({"name":"short"})").json();
  EXPECT_EQ(service_->As(token["token"], "GET", "/api/v1/areas").status, 200);
  EXPECT_EQ(
      service_->Send("DELETE", "/api/v1/tokens/" + token["id"].get<std::string>(), json).status,
      204);
  EXPECT_EQ(service_->As(token["token"], "GET", "/api/v1/areas").status, 401) << "stale token";
}

TEST_F(Refusals, JsonBodies) {
  const std::string deep = std::string(10000, '[') + std::string(10000, ']');
  const auto post = [&](const char* name, const std::string& body, int status) -> Case {
    return {name, "POST", "/api/v1/scans", {Bearer(crew_), kJson}, body, status};
  };
  Run({
      post("not JSON", "{", 400),
      post("an array", "[]", 400),
      post("a number", "1", 400),
      post("10,000 deep", deep, 400),
      post("10,000 deep within", R"({"area":)" + deep + "}", 400),
      post("not UTF-8", "{\"area\":\"\xFF\"}", 400),
      post("nothing", "", 400),
      post("area is a number", R"({"area":1,"flown_on":"2026-01-15"})", 400),
      post("no such area", R"({"area":"west","flown_on":"2026-01-15"})", 404),
      post("no such day", R"({"area":"north","flown_on":"2026-02-30"})", 400),
      post("hot air", R"({"area":"north","flown_on":"2026-01-15","conditions":{"air_temp_c":1e9}})",
           400),
      post("control characters", R"({"area":"north","flown_on":"2026-01-15","note":"a\u0000b"})",
           400),
      post("a note of 3 kB",
           R"({"area":"north","flown_on":"2026-01-15","note":")" + std::string(3000, 'x') + "\"}",
           400),
      post("2 MB of JSON", "{\"a\":\"" + std::string(2 << 20, 'x') + "\"}", 413),
      {"another type",
       "POST",
       "/api/v1/scans",
       {Bearer(crew_), {"Content-Type", "text/plain"}},
       "{}",
       415},
      {"negative size",
       "POST",
       "/api/v1/scans/" + scan_ + "/missing",
       {Bearer(crew_), kJson},
       R"({"files":[{"path":"a","size":-1,"sha256":")" + std::string(64, 'a') + "\"}]}",
       400},
      {"size of 2^64",
       "POST",
       "/api/v1/scans/" + scan_ + "/missing",
       {Bearer(crew_), kJson},
       R"({"files":[{"path":"a","size":18446744073709551616,"sha256":")" + std::string(64, 'a') +
           "\"}]}",
       400},
      {"path upwards",
       "POST",
       "/api/v1/scans/" + scan_ + "/missing",
       {Bearer(crew_), kJson},
       R"({"files":[{"path":"../a","size":1,"sha256":")" + std::string(64, 'a') + "\"}]}",
       400},
      {"commit of what is not there",
       "POST",
       "/api/v1/scans/" + scan_ + "/commit",
       {Bearer(crew_), kJson},
       R"({"files":[{"path":"a","size":1,"sha256":")" + std::string(64, 'a') + "\"}]}",
       409},
      {"unknown decision",
       "POST",
       "/api/v1/hazards/" + ours_ + "/review",
       {Bearer(engineer_), kJson},
       R"({"decision":"burn"})",
       400},
      {"rejection without a reason",
       "POST",
       "/api/v1/hazards/" + ours_ + "/review",
       {Bearer(engineer_), kJson},
       R"({"decision":"reject"})",
       400},
      {"rejection by a reason that needs a dig",
       "POST",
       "/api/v1/hazards/" + ours_ + "/review",
       {Bearer(engineer_), kJson},
       R"({"decision":"reject","reason_code":"dug_no_leak"})",
       409},
      {"photo that is none",
       "POST",
       "/api/v1/hazards/" + ours_ + "/photos",
       {Bearer(crew_), {"Content-Type", "image/jpeg"}},
       "<script>alert(1)</script>",
       415},
      {"photo with the wrong hash",
       "POST",
       "/api/v1/hazards/" + ours_ + "/photos",
       {Bearer(crew_), {"Content-Type", "image/jpeg"}, {"X-Sha256", std::string(64, 'a')}},
       "\xFF\xD8\xFF"
       "abc",
       460},
  });
}

TEST_F(Refusals, Addresses) {
  const auto get = [&](const char* name, const std::string& path, int status) -> Case {
    return {name, "GET", path, {Bearer(service_->admin())}, "", status};
  };
  Run({
      get("nothing there", "/api/v1/nothing", 404),
      get("upwards", "/api/v1/runs/../../config.toml", 400),
      get("upwards, escaped", "/api/v1/runs/%2e%2e/%2e%2e/config.toml", 400),
      get("escaped slash", "/assets/..%2f..%2fservice.sqlite", 400),
      get("escaped backslash", "/assets/..%5c..%5cservice.sqlite", 400),
      get("escaped twice", "/assets/%252e%252e%252fservice.sqlite", 404),
      get("zero byte", "/assets/a%00.js", 400),
      get("half an escape", "/assets/%4", 400),
      get("not UTF-8", "/assets/%ff%fe", 400),
      get("run file upwards", "/api/v1/runs/" + scan_ + "/files/..%2fscan.json", 400),
      get("scan id that is none", "/api/v1/scans/scans", 404),
      get("job id that is none", "/api/v1/jobs/..", 400),
      get("limit", "/api/v1/hazards?limit=-1", 400),
      get("box", "/api/v1/hazards?bbox=1,2,3", 400),
      get("box of words", "/api/v1/hazards?bbox=a,b,c,d", 400),
      get("score", "/api/v1/hazards?min_score=nan", 400),
      get("page", "/api/v1/hazards?after=<script>", 400),
      {"method", "PUT", "/api/v1/scans", {Bearer(crew_)}, "", 405},
      {"method of the pages", "POST", "/", {Bearer(crew_)}, "", 405},
  });
}

TEST_F(Refusals, MalformedHttp) {
  const auto first_line = [&](const std::string& bytes) {
    const std::string answer = service_->Raw(bytes);
    return answer.substr(0, answer.find('\r'));
  };
  EXPECT_EQ(first_line("nonsense\r\n\r\n").substr(0, 12), "HTTP/1.1 400");
  EXPECT_EQ(first_line("GET / HTTP/9.9\r\n\r\n").substr(0, 12), "HTTP/1.1 400");
  EXPECT_EQ(first_line("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20000, 'x') + "\r\n\r\n")
                .substr(0, 12),
            "HTTP/1.1 431");
  EXPECT_EQ(first_line("POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n")
                .substr(0, 12),
            "HTTP/1.1 400");
  EXPECT_EQ(first_line("POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                       "Content-Length: 6\r\n\r\nabcde")
                .substr(0, 12),
            "HTTP/1.1 400");
  EXPECT_EQ(first_line("POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
                .substr(0, 12),
            "HTTP/1.1 400")
      << "smuggling";
  EXPECT_EQ(first_line("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").substr(0, 12),
            "HTTP/1.1 400");
  EXPECT_EQ(first_line("GET \x01 HTTP/1.1\r\nHost: a\r\n\r\n").substr(0, 12), "HTTP/1.1 400");
}

TEST_F(Refusals, ScriptsInNamesAreOnlyText) {
  const Answer made = service_->As(service_->admin(), "POST", "/api/v1/users",
                                   {{"name", "<script>alert(1)</script>"}, {"role", "crew"}});
  EXPECT_EQ(made.status, 201) << made.body;
  const Answer list = service_->As(service_->admin(), "GET", "/api/v1/users");
  EXPECT_EQ(list.headers.Get("Content-Type"), "application/json; charset=utf-8");
  EXPECT_EQ(list.headers.Get("X-Content-Type-Options"), "nosniff");
  const std::string policy(list.headers.Get("Content-Security-Policy"));
  EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(policy.find("unsafe-inline"), std::string::npos);
  // A header that somebody tries to end.
  const Answer split = service_->Send(
      "POST", "/api/v1/uploads",
      {Bearer(crew_),
       kTus,
       {"Upload-Length", "1"},
       {"Upload-Metadata", Metadata({{"path", "a\r\nSet-Cookie: x=y"}, {"scan", scan_}})}});
  EXPECT_EQ(split.status, 400);
}

TEST_F(Refusals, LoginsAreSlowedDown) {
  const auto attempt = [&](const std::string& name) {
    return service_
        ->Send("POST", "/api/v1/session", {kJson},
               Json{{"name", name}, {"password", "guess"}}.dump())
        .status;
  };
  for (int i = 0; i < 5; ++i) EXPECT_EQ(attempt("victim"), 401);
  int status = 401;  // on a busy machine the first waits may be over when the next try arrives
  for (int i = 0; i < 5 && status == 401; ++i) status = attempt("victim");
  EXPECT_EQ(status, 429);
  EXPECT_EQ(attempt("somebody else"), 401) << "others are not locked out";
}

}  // namespace
}  // namespace thermoleak::test
