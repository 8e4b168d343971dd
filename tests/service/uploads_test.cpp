// tus 1.0 as a client sees it, and what of it is on disk.

#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <thread>

#include "service/running_service.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/core/sqlite.hpp"
#include "thermoleak/service/upload_client.hpp"

namespace thermoleak::test {
namespace {

namespace fs = std::filesystem;

const std::pair<std::string, std::string> kTus = {"Tus-Resumable", "1.0.0"};
const std::pair<std::string, std::string> kData = {"Content-Type",
                                                   "application/offset+octet-stream"};

std::string RandomBytes(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

std::string ContentOf(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Uploads : public ::testing::Test {
 protected:
  void SetUp() override {
    crew_ = service_.MakeUser("crew", "crew", "东热");
    scan_ = service_.OpenScan(crew_);
  }
  Answer Tus(const std::string& method, const std::string& path, HeaderList headers,
             const std::string& body = {}) {
    headers.push_back(kTus);
    headers.emplace_back("Authorization", "Bearer " + crew_);
    return service_.Send(method, path, headers, body);
  }
  std::string Create(std::size_t length, const std::string& path, HeaderList more = {}) {
    more.emplace_back("Upload-Length", std::to_string(length));
    more.emplace_back("Upload-Metadata", Metadata({{"path", path}, {"scan", scan_}}));
    const Answer created = Tus("POST", "/api/v1/uploads", more);
    EXPECT_EQ(created.status, 201) << created.body;
    return std::string(created.headers.Get("Location"));
  }
  Answer Patch(const std::string& upload, std::size_t offset, const std::string& bytes,
               HeaderList more = {}) {
    more.push_back(kData);
    more.emplace_back("Upload-Offset", std::to_string(offset));
    return Tus("PATCH", upload, more, bytes);
  }
  std::string Offset(const std::string& upload) {
    return std::string(Tus("HEAD", upload, {}).headers.Get("Upload-Offset"));
  }
  fs::path Blob(const std::string& bytes) {
    const std::string sha = Sha256Of(bytes);
    return service_.data() / "blobs" / sha.substr(0, 2) / sha;
  }

  RunningService service_;
  std::string crew_, scan_;
};

TEST_F(Uploads, PiecesBecomeABlobAndAFileOfTheScan) {
  const std::string bytes = RandomBytes(300000, 1);
  const std::string upload = Create(bytes.size(), "DCIM/a.jpg");
  EXPECT_EQ(Patch(upload, 0, bytes.substr(0, 100000)).status, 204);
  EXPECT_EQ(Offset(upload), "100000");
  const fs::path file = service_.data() / "uploads" / upload.substr(upload.rfind('/') + 1);
  EXPECT_EQ(fs::file_size(file), 100000U) << "the offset is what is on disk";
  EXPECT_EQ(Patch(upload, 100000, bytes.substr(100000)).status, 204);
  EXPECT_EQ(Offset(upload), "300000");
  EXPECT_EQ(ContentOf(Blob(bytes)), bytes);
  EXPECT_FALSE(fs::exists(file));
  const Json scan = service_.As(crew_, "GET", "/api/v1/scans/" + scan_).json();
  EXPECT_EQ(scan["files"][0]["path"], "DCIM/a.jpg");
  EXPECT_EQ(scan["files"][0]["sha256"], Sha256Of(bytes));
  const Answer commit =
      service_.As(crew_, "POST", "/api/v1/scans/" + scan_ + "/commit", Json::object());
  EXPECT_EQ(commit.status, 200) << commit.body;
  EXPECT_EQ(commit.json()["state"], "committed");
  EXPECT_TRUE(fs::exists(service_.data() / "scans" / scan_ / "manifest.json"));
  EXPECT_EQ(service_.As(crew_, "POST", "/api/v1/scans/" + scan_ + "/commit", Json::object()).status,
            200)
      << "once more changes nothing";
}

TEST_F(Uploads, CreationMayBringBytes) {
  const std::string bytes = "all of it";
  const Answer created = Tus("POST", "/api/v1/uploads",
                             {{"Upload-Length", "9"},
                              kData,
                              {"Upload-Metadata", Metadata({{"path", "b.jpg"}, {"scan", scan_}})}},
                             bytes);
  EXPECT_EQ(created.status, 201) << created.body;
  EXPECT_EQ(created.headers.Get("Upload-Offset"), "9");
  EXPECT_EQ(ContentOf(Blob(bytes)), bytes);
}

TEST_F(Uploads, ChecksumsAndHashesAreCompared) {
  const std::string upload = Create(6, "c.jpg");
  EXPECT_EQ(
      Patch(upload, 0, "abc", {{"Upload-Checksum", "sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0="}}).status,
      204);  // FIPS 180-2's example
  EXPECT_EQ(Offset(upload), "3");
  EXPECT_EQ(
      Patch(upload, 3, "abd", {{"Upload-Checksum", "sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0="}}).status,
      460);
  EXPECT_EQ(Offset(upload), "3") << "bytes without proof are as if they had not come";
  // A file that is not the one that was announced has to come again as a whole.
  const Answer created =
      Tus("POST", "/api/v1/uploads",
          {{"Upload-Length", "3"},
           {"Upload-Metadata",
            Metadata({{"path", "d.jpg"}, {"scan", scan_}, {"sha256", Sha256Of("abc")}})}});
  const std::string other(created.headers.Get("Location"));
  EXPECT_EQ(Patch(other, 0, "abd").status, 460);
  EXPECT_EQ(Offset(other), "0");
  EXPECT_EQ(Patch(other, 0, "abc").status, 204);
}

TEST_F(Uploads, AnEmptyFileIsComplete) {
  const std::string upload = Create(0, "empty.txt");
  EXPECT_EQ(Offset(upload), "0");
  EXPECT_TRUE(fs::exists(Blob("")));
}

TEST_F(Uploads, PartsArePutTogether) {
  const auto part = [&](const std::string& bytes) {
    const Answer created =
        Tus("POST", "/api/v1/uploads",
            {{"Upload-Length", std::to_string(bytes.size())}, {"Upload-Concat", "partial"}});
    const std::string upload(created.headers.Get("Location"));
    EXPECT_EQ(Patch(upload, 0, bytes).status, 204);
    return upload;
  };
  const std::string a = part("hello "), b = part("world");
  const Answer whole = Tus("POST", "/api/v1/uploads",
                           {{"Upload-Concat", "final;" + a + " " + b},
                            {"Upload-Metadata", Metadata({{"path", "e.txt"}, {"scan", scan_}})}});
  EXPECT_EQ(whole.status, 201) << whole.body;
  EXPECT_EQ(ContentOf(Blob("hello world")), "hello world");
}

// Nobody has been told its address: it could never be gone on with, and would only count.
TEST_F(Uploads, ACreationThatIsCutOffAmidItsBytesLeavesNothing) {
  const std::string head =
      "POST /api/v1/uploads HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nAuthorization: Bearer " +
      crew_ + "\r\nUpload-Length: 100000\r\nContent-Length: 100000\r\nUpload-Metadata: " +
      Metadata({{"path", "cut.jpg"}, {"scan", scan_}}) +
      "\r\nContent-Type: application/offset+octet-stream\r\n\r\n";
  service_.Raw(head + RandomBytes(40000, 3), 500);
  const auto left = [&] {
    return std::distance(fs::directory_iterator(service_.data() / "uploads"),
                         fs::directory_iterator{});
  };
  for (int i = 0; i < 50 && left() > 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(left(), 0);
  constexpr auto kNone = MessageId::kServiceStoreMissing;
  const sqlite::Database store(service_.data() / "service.sqlite", false,
                               {kNone, kNone, kNone, kNone, kNone});
  EXPECT_EQ(store.Number("SELECT count(*) FROM uploads"), 0);
}

TEST_F(Uploads, TerminationTakesTheBytesAway) {
  const std::string upload = Create(10, "f.jpg");
  Patch(upload, 0, "abc");
  EXPECT_EQ(Tus("DELETE", upload, {}).status, 204);
  EXPECT_EQ(Tus("HEAD", upload, {}).status, 404);
  EXPECT_FALSE(fs::exists(service_.data() / "uploads" / upload.substr(upload.rfind('/') + 1)));
}

TEST_F(Uploads, WhatExpiresIsGone) {
  const std::string upload = Create(10, "g.jpg");
  constexpr auto kNone = MessageId::kServiceStoreMissing;
  const sqlite::Database store(service_.data() / "service.sqlite", false,
                               {kNone, kNone, kNone, kNone, kNone});
  store.Run("UPDATE uploads SET expires_at = 1");
  EXPECT_EQ(Tus("HEAD", upload, {}).status, 410);
}

TEST_F(Uploads, TheSameFileTwiceCostsNothing) {
  const std::string bytes = RandomBytes(1000, 2);
  Patch(Create(bytes.size(), "a.jpg"), 0, bytes);
  const std::string second = service_.OpenScan(crew_);
  const Json missing =
      service_
          .As(crew_, "POST", "/api/v1/scans/" + second + "/missing",
              {{"files",
                {{{"path", "again.jpg"}, {"size", 1000}, {"sha256", Sha256Of(bytes)}},
                 {{"path", "new.jpg"}, {"size", 3}, {"sha256", Sha256Of("new")}}}}})
          .json();
  EXPECT_EQ(missing["missing"], Json({"new.jpg"}));
}

TEST_F(Uploads, QuotasHold) {
  const Json users = service_.As(service_.admin(), "GET", "/api/v1/users").json()["items"];
  for (const Json& user : users) {
    if (user["name"] == "crew")
      service_.As(service_.admin(), "PATCH", "/api/v1/users/" + user["id"].get<std::string>(),
                  {{"quota_gb", 1}});
  }
  Create(600 << 20, "a.jpg");
  const Answer too_much = Tus("POST", "/api/v1/uploads",
                              {{"Upload-Length", std::to_string(600 << 20)},
                               {"Upload-Metadata", Metadata({{"path", "b"}, {"scan", scan_}})}});
  EXPECT_EQ(too_much.status, 403) << too_much.body;
  EXPECT_EQ(too_much.json()["error"]["code"], "QuotaBytes");
}

TEST_F(Uploads, AFolderByTheClient) {
  const TemporaryFolder folder;
  for (int i = 0; i < 20; ++i) {
    fs::create_directories(folder.path() / "DCIM");
    std::ofstream(folder.path() / "DCIM" / ("f" + std::to_string(i) + ".jpg"))
        << RandomBytes(50000, static_cast<unsigned>(i % 10));  // each content twice
  }
  service::UploadRequest request;
  request.folder = folder.path();
  request.url = service_.url();
  request.token = crew_;
  request.area = "north";
  request.flown_on = "2026-01-15";
  const service::UploadSummary first = service::UploadFolder(request, Lang::kEnglish, {});
  EXPECT_EQ(first.files, 20);
  const Json scan = service_.As(crew_, "GET", "/api/v1/scans/" + first.scan).json();
  EXPECT_EQ(scan["state"], "committed");
  EXPECT_EQ(scan["files"].size(), 20U);
  const service::UploadSummary again = service::UploadFolder(request, Lang::kEnglish, {});
  EXPECT_NE(again.scan, first.scan);
  EXPECT_EQ(again.sent_bytes, 0U) << "all of it was there";
}

}  // namespace
}  // namespace thermoleak::test
