#include <algorithm>

#include "service/accounts.hpp"

namespace thermoleak::service {
namespace {

constexpr int kFreeTogether = 5, kFreeByName = 50, kFreeByAddress = 30;
constexpr std::int64_t kLongest_s = 900, kForgotten_s = 3600;
constexpr std::size_t kMostEntries = 20000;

std::string Together(const std::string& name, const std::string& address) {
  return "b\n" + name + "\n" + address;
}

}  // namespace

std::int64_t LoginThrottle::Wait(const std::string& name, const std::string& address,
                                 std::int64_t now) {
  const std::lock_guard lock(mutex_);
  std::int64_t wait = 0;
  for (const std::string& key : {Together(name, address), "n\n" + name, "a\n" + address}) {
    const auto found = tries_.find(key);
    if (found != tries_.end()) wait = std::max(wait, found->second.until - now);
  }
  return wait;
}

void LoginThrottle::Count(const std::string& key, int free, std::int64_t now) {
  Tries& tries = tries_[key];
  if (now - tries.last > kForgotten_s) tries = {};
  tries.last = now;
  if (++tries.failed < free) return;
  const int doublings = std::min(tries.failed - free, 10);
  tries.until = now + std::min<std::int64_t>(kLongest_s, std::int64_t{4} << doublings);
}

void LoginThrottle::Failed(const std::string& name, const std::string& address, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  if (tries_.size() > kMostEntries)
    std::erase_if(tries_, [&](const auto& entry) { return now - entry.second.last > 60; });
  if (tries_.size() > kMostEntries) tries_.clear();
  Count(Together(name, address), kFreeTogether, now);
  Count("n\n" + name, kFreeByName, now);
  Count("a\n" + address, kFreeByAddress, now);
}

void LoginThrottle::Succeeded(const std::string& name, const std::string& address) {
  const std::lock_guard lock(mutex_);
  tries_.erase(Together(name, address));
  tries_.erase("n\n" + name);
}

}  // namespace thermoleak::service
