#include "thermoleak/batch/lock.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "batch/surveys.hpp"

namespace thermoleak::batch {
namespace {

TEST(LockTest, OneAtATimeAndFreeAfterwards) {
  const TemporaryFolder t;
  {
    const auto first = ProcessLock::Take(t / "lock", "serve");
    ASSERT_TRUE(first);
    EXPECT_FALSE(first->dead_owner());
    EXPECT_FALSE(ProcessLock::Take(t / "lock", "nightly"));
    const auto owner = ProcessLock::Owner(t / "lock");
    ASSERT_TRUE(owner);
    EXPECT_EQ(owner->command, "serve");
    EXPECT_EQ(owner->pid, ::getpid());
    EXPECT_EQ(owner->heartbeat.size(), 20u);
  }
  const auto second = ProcessLock::Take(t / "lock", "nightly");
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->dead_owner());  // the first gave it back
}

TEST(LockTest, ADeadOwnersLockIsTakenOverOnlyWhenItsChildrenAreDead) {
  const TemporaryFolder t;
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t owner = ::fork();
  if (owner == 0) {
    const auto lock = ProcessLock::Take(t / "lock", "nightly");
    const pid_t grandchild = ::fork();  // a job that outlives its owner
    if (grandchild == 0) {
      ::pause();
      ::_exit(0);
    }
    [[maybe_unused]] const auto n = ::write(ready[1], &grandchild, sizeof grandchild);
    ::pause();
    ::_exit(0);
  }
  pid_t grandchild = 0;
  ASSERT_EQ(::read(ready[0], &grandchild, sizeof grandchild),
            static_cast<ssize_t>(sizeof grandchild));
  EXPECT_FALSE(ProcessLock::Take(t / "lock", "nightly"));
  ::kill(owner, SIGKILL);
  ::waitpid(owner, nullptr, 0);
  EXPECT_FALSE(ProcessLock::Take(t / "lock", "nightly"));
  ::kill(grandchild, SIGKILL);
  std::optional<ProcessLock> lock;
  for (int i = 0; i < 200 && !lock; ++i) {
    ::usleep(10'000);
    lock = ProcessLock::Take(t / "lock", "nightly");
  }
  ASSERT_TRUE(lock);
  ASSERT_TRUE(lock->dead_owner());
  EXPECT_EQ(lock->dead_owner()->pid, owner);
}

}  // namespace
}  // namespace thermoleak::batch
