// The vendor's library is played by standin_dirp.cpp: the real one is not ours to ship.

#include "thermoleak/ingest/dji_sdk.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <fstream>
#include <optional>
#include <thread>

#include "ingest/build_files.hpp"
#include "ingest/dji_sdk_protocol.hpp"

namespace thermoleak {
namespace {

using namespace test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int kWidth = 8;
constexpr int kHeight = 6;

unsigned RawAt(int pixel) { return 18000u + 37u * static_cast<unsigned>(pixel); }
float CelsiusAt(int pixel) { return static_cast<float>(RawAt(pixel)) / 64 - 273.15F; }

std::string Frame(const std::string& told = "nothing") {
  Writer raw;
  for (int i = 0; i < kWidth * kHeight; ++i) raw.U16(RawAt(i));
  Writer header(true);
  header.U8(8).U16(kHeight).U16(kWidth).U8(1);
  return Jpeg({{0xEA, "standin:" + told + ";"}, {0xE3, raw.bytes()}, {0xC0, header.bytes()}});
}

DjiSdk::Options Standin(const std::string& folder = "standin") {
  return {.folder = fs::path(THERMOLEAK_STANDIN_DIR) / folder, .helper = THERMOLEAK_DJI_HELPER};
}

using Given = std::optional<double>;
SceneOverride Scene(Given air_c, Given humidity, Given emissivity, Given reflected_c = {},
                    Given distance_m = {}) {
  return {air_c, humidity, emissivity, reflected_c, distance_m};
}

Result<cv::Mat> Measure(DjiSdk& sdk, const std::string& told, const SceneOverride& scene = {},
                        std::vector<Message>* warnings = nullptr) {
  const std::string file = Frame(told);
  return sdk.Measure(std::as_bytes(std::span(file)), "DJI_0001_R.JPG", kWidth, kHeight, scene,
                     warnings);
}

void ExpectMeasured(const Result<cv::Mat>& celsius, double tolerance = 0) {
  ASSERT_TRUE(celsius.has_value()) << celsius.error().message.In(Lang::kEnglish);
  ASSERT_EQ(celsius->type(), CV_32FC1);
  ASSERT_EQ(celsius->size(), cv::Size(kWidth, kHeight));
  for (int i = 0; i < kWidth * kHeight; ++i) {
    EXPECT_NEAR(celsius->at<float>(i / kWidth, i % kWidth), CelsiusAt(i), tolerance) << i;
  }
}

void ExpectError(const Result<cv::Mat>& celsius, MessageId id, const std::string& part = "") {
  ASSERT_FALSE(celsius.has_value());
  EXPECT_EQ(celsius.error().item, "DJI_0001_R.JPG");
  EXPECT_EQ(MessageName(celsius.error().message.id), MessageName(id));
  for (const Lang lang : {Lang::kEnglish, Lang::kChinese}) {
    EXPECT_THAT(celsius.error().message.In(lang), testing::HasSubstr(part));
  }
}

void ExpectNoChildren() {
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

/// A folder of this test's own, gone at its end.
class DjiSdkTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "thermoleak_dji_XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override {
    fs::remove_all(folder_);
    ExpectNoChildren();
  }
  void Write(const fs::path& name, const std::string& text) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  std::optional<RunError> RefusalOf(const DjiSdk::Options& options) const {
    try {
      const DjiSdk sdk(options);
    } catch (const RunError& error) {
      return error;
    }
    return std::nullopt;
  }
  fs::path folder_;
};

TEST_F(DjiSdkTest, ValuesAreTheLibrarysOwn) {
  DjiSdk sdk(Standin());
  for (int i = 0; i < 3; ++i) ExpectMeasured(Measure(sdk, "nothing"));
}

TEST_F(DjiSdkTest, TenthsOfADegreeWhereThereIsNothingFiner) {
  DjiSdk without(Standin("standin_tenths"));
  ExpectMeasured(Measure(without, "nothing"), 0.0501);
  DjiSdk refusing(Standin());
  ExpectMeasured(Measure(refusing, "no-float"), 0.0501);
}

TEST_F(DjiSdkTest, OverridesArriveInTheLibrarysUnits) {
  DjiSdk sdk(Standin());
  const auto echo = [&sdk](const std::string& told, const SceneOverride& scene,
                           std::vector<Message>* warnings = nullptr) {
    const auto celsius = Measure(sdk, told, scene, warnings);
    std::vector<float> values;
    for (int i = 0; celsius && i < 5; ++i) values.push_back(celsius->at<float>(0, i));
    return values;
  };
  using testing::ElementsAre;
  EXPECT_THAT(echo("echo", {}), ElementsAre(5, 50, 0.95F, 25, 20));
  std::vector<Message> warnings;
  EXPECT_THAT(echo("echo", Scene(-3, 0.75, 0.5, -20, 12), &warnings),
              ElementsAre(12, 75, 0.5F, -20, -3));
  EXPECT_TRUE(warnings.empty());
  EXPECT_THAT(echo("echo", Scene({}, {}, 0.9)), ElementsAre(5, 50, 0.9F, 25, 20));

  EXPECT_THAT(echo("echo", Scene({}, 0.05, {}, {}, 80), &warnings),
              ElementsAre(25, 20, 0.95F, 25, 20));
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(warnings[0].id, MessageId::kDjiSdkSettingsLimited);
}

TEST_F(DjiSdkTest, AnOlderReleaseWithFourParametersKeepsWhatStandsBehindThem) {
  DjiSdk sdk(Standin());
  const auto celsius = Measure(sdk, "old4; standin:echo", Scene(-3, {}, 0.5));
  ASSERT_TRUE(celsius.has_value()) << celsius.error().message.In(Lang::kEnglish);
  EXPECT_EQ(celsius->at<float>(0, 2), 0.5F);
  EXPECT_EQ(celsius->at<float>(0, 4), 20);
}

TEST_F(DjiSdkTest, RefusedSettingsLeaveTheFilesOwn) {
  DjiSdk sdk(Standin());
  for (const char* told : {"set-refused", "set-unmeasurable"}) {
    std::vector<Message> warnings;
    ExpectMeasured(Measure(sdk, told, Scene({}, {}, 0.2), &warnings));
    ASSERT_EQ(warnings.size(), 1u) << told;
    EXPECT_EQ(warnings[0].id, MessageId::kDjiSdkSettingsRefused);
  }
}

TEST_F(DjiSdkTest, WhatItPrintsDoesNoHarm) {
  DjiSdk sdk(Standin());
  ExpectMeasured(Measure(sdk, "rubbish"));
  ExpectMeasured(Measure(sdk, "nothing"));
}

TEST_F(DjiSdkTest, ACrashCostsOneFrame) {
  DjiSdk sdk(Standin());
  for (const char* told : {"abort", "segfault", "exit"}) {
    ExpectError(Measure(sdk, told), MessageId::kDjiSdkCrashed);
    ExpectMeasured(Measure(sdk, "nothing"));
  }
  ExpectError(Measure(sdk, "abort"), MessageId::kDjiSdkCrashed, "signal 6");
}

TEST_F(DjiSdkTest, AHangCostsOneFrameAndTheStatedTime) {
  DjiSdk::Options options = Standin();
  options.timeout_s = 1;
  DjiSdk sdk(options);
  ExpectMeasured(Measure(sdk, "nothing"));
  const auto start = Clock::now();
  ExpectError(Measure(sdk, "hang"), MessageId::kDjiSdkTimeout, "1");
  EXPECT_GE(Clock::now() - start, 900ms);
  EXPECT_LE(Clock::now() - start, 10s);
  ExpectMeasured(Measure(sdk, "nothing"));
}

TEST_F(DjiSdkTest, ARefusalNamesTheCodeAndTheHelperGoesOn) {
  DjiSdk sdk(Standin());
  ExpectError(Measure(sdk, "unsupported"), MessageId::kDjiSdkRefused, "-12");
  ExpectMeasured(Measure(sdk, "nothing"));
  const std::string junk = "no JPEG at all";
  ExpectError(sdk.Measure(std::as_bytes(std::span(junk)), "DJI_0001_R.JPG", kWidth, kHeight, {}),
              MessageId::kDjiSdkRefused, "-7");
  ExpectMeasured(Measure(sdk, "nothing"));
}

TEST_F(DjiSdkTest, ImpossibleAnswersAreErrors) {
  DjiSdk sdk(Standin());
  ExpectError(Measure(sdk, "wider"), MessageId::kDjiSdkBadAnswer, "16 x 6 != 8 x 6");
  ExpectError(Measure(sdk, "huge"), MessageId::kDjiSdkBadAnswer);
  ExpectError(Measure(sdk, "nan"), MessageId::kDjiSdkBadAnswer, "NaN");
  const auto silly = Measure(sdk, "silly");
  ASSERT_TRUE(silly.has_value());
  EXPECT_EQ(silly->at<float>(0, 0), 21.5F);
  EXPECT_TRUE(std::isnan(silly->at<float>(0, 1)));
  ExpectMeasured(Measure(sdk, "nothing"));
}

TEST_F(DjiSdkTest, ManyThreadsShareFewHelpers) {
  DjiSdk::Options options = Standin();
  options.processes = 2;
  DjiSdk sdk(options);
  std::vector<std::jthread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&sdk, t] {
      for (int i = 0; i < 10; ++i) {
        if ((i + t) % 5 == 4) {
          ExpectError(Measure(sdk, "abort"), MessageId::kDjiSdkCrashed);
        } else {
          ExpectMeasured(Measure(sdk, "nothing"));
        }
      }
    });
  }
}

TEST_F(DjiSdkTest, AHelperOutlivesTheThreadThatStartedIt) {
  DjiSdk sdk(Standin());
  std::jthread([&sdk] { ExpectMeasured(Measure(sdk, "nothing")); }).join();
  ExpectMeasured(Measure(sdk, "nothing"));
}

TEST_F(DjiSdkTest, MissingPartsAreNamedAtOnce) {
  DjiSdk::Options options = Standin();
  options.folder = folder_;
  auto error = RefusalOf(options);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::kUsage);
  EXPECT_EQ(error->message().id, MessageId::kDjiSdkMissing);
  EXPECT_THAT(error->message().In(Lang::kEnglish), testing::HasSubstr(folder_.string()));
  options = Standin();
  options.helper = folder_ / "nothing";
  error = RefusalOf(options);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->message().id, MessageId::kDjiSdkHelperMissing);
}

TEST_F(DjiSdkTest, AFileThatIsNoLibraryIsSaidSo) {
  Write("lib/libdirp.so", "this is a text");
  DjiSdk::Options options = Standin();
  options.folder = folder_;
  DjiSdk sdk(options);
  for (int i = 0; i < 5; ++i) {
    ExpectError(Measure(sdk, "nothing"), MessageId::kDjiSdkNotLoaded, "libdirp.so");
  }
}

TEST_F(DjiSdkTest, ThreeFailuresToStartAreEnough) {
  Write("helper", "#!/bin/sh\necho started >> " + (folder_ / "log").string() + "\nexit 7\n");
  fs::permissions(folder_ / "helper", fs::perms::owner_all);
  DjiSdk::Options options = Standin();
  options.helper = folder_ / "helper";
  DjiSdk sdk(options);
  for (int i = 0; i < 6; ++i) {
    ExpectError(Measure(sdk, "nothing"), MessageId::kDjiSdkNotLoaded);
  }
  std::ifstream log(folder_ / "log");
  EXPECT_EQ(std::count(std::istreambuf_iterator<char>(log), {}, '\n'), 3);
}

TEST_F(DjiSdkTest, ALibraryThatFailsToLoadCannotHoldUpTheSurvey) {
  DjiSdk::Options options = Standin();
  options.timeout_s = 1;
  for (const char* told : {"crash", "hang"}) {
    ::setenv("STANDIN_LOAD", told, 1);
    DjiSdk sdk(options);
    ExpectError(Measure(sdk, "nothing"), MessageId::kDjiSdkNotLoaded);
    ::unsetenv("STANDIN_LOAD");
    ExpectMeasured(Measure(sdk, "nothing"));
  }
}

/// The survey may be killed while the library hangs: the helper must not stay behind.
TEST_F(DjiSdkTest, AHangingHelperEndsWithItsParent) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  std::string folder = Standin().folder.string();
  std::string helper = THERMOLEAK_DJI_HELPER;
  std::string command(ingest::dji_sdk::kHelperCommand);
  char* words[] = {helper.data(), command.data(), folder.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
  pid_t pid = 0;
  ASSERT_EQ(::posix_spawn(&pid, helper.c_str(), &actions, nullptr, words, environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  ingest::dji_sdk::Hello hello;
  ASSERT_EQ(::recv(ends[0], &hello, sizeof hello, MSG_WAITALL), static_cast<ssize_t>(sizeof hello));
  EXPECT_EQ(hello.loaded, 1u);
  const std::string file = Frame("hang");
  ingest::dji_sdk::Request request;
  request.bytes = static_cast<std::uint32_t>(file.size());
  ASSERT_EQ(::send(ends[0], &request, sizeof request, MSG_NOSIGNAL),
            static_cast<ssize_t>(sizeof request));
  ASSERT_EQ(::send(ends[0], file.data(), file.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(file.size()));
  std::this_thread::sleep_for(200ms);
  EXPECT_EQ(::waitpid(pid, nullptr, WNOHANG), 0);
  ::close(ends[0]);
  const auto limit = Clock::now() + 10s;
  pid_t ended = 0;
  while ((ended = ::waitpid(pid, nullptr, WNOHANG)) == 0 && Clock::now() < limit) {
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_EQ(ended, pid);
  if (ended == 0) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
}

TEST(DjiSdkReply, NothingIsBelievedUnchecked) {
  using namespace ingest::dji_sdk;
  Reply good;
  good.width = 8;
  good.height = 6;
  good.bytes = 192;
  EXPECT_EQ(PayloadOf(good, "frame", 8, 6).value(), 192u);
  const auto refused = [&good](auto&& change) {
    Reply reply = good;
    change(reply);
    return !PayloadOf(reply, "frame", 8, 6).has_value();
  };
  EXPECT_TRUE(refused([](Reply& reply) { reply.magic = 0; }));
  EXPECT_TRUE(refused([](Reply& reply) { reply.failed = 99; }));
  EXPECT_TRUE(refused([](Reply& reply) { reply.failed = 1; }));
  EXPECT_TRUE(refused([](Reply& reply) { reply.bytes = 0xFFFFFFFF; }));
  EXPECT_TRUE(refused([](Reply& reply) { reply.width = -8; }));
  Reply huge = good;
  huge.width = huge.height = 100000;
  EXPECT_FALSE(PayloadOf(huge, "frame", 100000, 100000).has_value());
}

}  // namespace
}  // namespace thermoleak
