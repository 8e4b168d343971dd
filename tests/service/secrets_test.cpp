#include "service/secrets.hpp"

#include <gtest/gtest.h>

#include <set>

#include "service/accounts.hpp"

namespace thermoleak::service {
namespace {

TEST(Secrets, PasswordsAreArgon2id) {
  const std::string hash = HashPassword("correct horse");
  EXPECT_EQ(hash.substr(0, 31), "$argon2id$v=19$m=19456,t=2,p=1$");
  EXPECT_NE(hash, HashPassword("correct horse")) << "each has its own salt";
  EXPECT_TRUE(IsPassword("correct horse", hash));
  EXPECT_FALSE(IsPassword("correct horse ", hash));
  EXPECT_FALSE(IsPassword("", hash));
  EXPECT_FALSE(IsPassword("correct horse", ""));
  EXPECT_FALSE(IsPassword("correct horse", "$argon2id$nonsense"));
}

TEST(Secrets, RandomOnesDiffer) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string password = RandomPassword();
    EXPECT_EQ(password.size(), 23U) << password;
    EXPECT_TRUE(seen.insert(password).second);
    EXPECT_TRUE(seen.insert(RandomHex(32)).second);
  }
}

TEST(Throttle, WaitsGrowAndEnd) {
  LoginThrottle throttle;
  std::int64_t now = 1000;
  for (int i = 0; i < 4; ++i) throttle.Failed("a", "1.2.3.4", now);
  EXPECT_LE(throttle.Wait("a", "1.2.3.4", now), 0);
  std::int64_t last = 0;
  for (int i = 0; i < 12; ++i) {
    throttle.Failed("a", "1.2.3.4", now);
    const std::int64_t wait = throttle.Wait("a", "1.2.3.4", now);
    EXPECT_GE(wait, last);
    EXPECT_LE(wait, 900);
    last = wait;
  }
  EXPECT_EQ(last, 900);
  EXPECT_LE(throttle.Wait("a", "5.6.7.8", now), 0) << "the real one elsewhere may go on";
  EXPECT_LE(throttle.Wait("b", "1.2.3.4", now), 0);
  EXPECT_LE(throttle.Wait("a", "1.2.3.4", now + 901), 0);
  throttle.Succeeded("a", "1.2.3.4");
  EXPECT_LE(throttle.Wait("a", "1.2.3.4", now), 0);
}

TEST(Access, OnlyWhatIsOnesOwn) {
  const auto user = [](UserRole role, std::string organisation, std::string district) {
    User u;
    u.role = role;
    u.organisation = std::move(organisation);
    u.district = std::move(district);
    return u;
  };
  EXPECT_TRUE(Sees(user(UserRole::kCity, "", ""), "a", "b"));
  EXPECT_TRUE(Sees(user(UserRole::kAuditor, "x", "y"), "a", "b"));
  EXPECT_TRUE(Sees(user(UserRole::kDistrict, "", "b"), "a", "b"));
  EXPECT_FALSE(Sees(user(UserRole::kDistrict, "", "c"), "a", "b"));
  EXPECT_FALSE(Sees(user(UserRole::kDistrict, "", ""), "a", "")) << "no district is not all";
  EXPECT_TRUE(Sees(user(UserRole::kCrew, "a", ""), "a", "b"));
  EXPECT_FALSE(Sees(user(UserRole::kCrew, "x", ""), "a", "b"));
  EXPECT_FALSE(Sees(user(UserRole::kCrew, "a", ""), "", "")) << "nobody's thing is not everybody's";
  EXPECT_FALSE(Sees(user(UserRole::kManager, "a", "c"), "a", "b"));
}

}  // namespace
}  // namespace thermoleak::service
