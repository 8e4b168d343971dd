#pragma once
// Inside of the service room: users, sessions, API tokens, and logins that are slowed down.

#include <map>
#include <mutex>
#include <vector>

#include "service/access.hpp"
#include "service/service_store.hpp"

namespace thermoleak::service {

/// Failed logins in memory: after five for one name from one address, or fifty for one name, or
/// thirty from one address, each further one makes the next wait twice as long, up to a quarter of
/// an hour. Thread-safe.
class LoginThrottle {
 public:
  /// Seconds to wait; 0 = try.
  std::int64_t Wait(const std::string& name, const std::string& address, std::int64_t now);
  void Failed(const std::string& name, const std::string& address, std::int64_t now);
  void Succeeded(const std::string& name, const std::string& address);

 private:
  struct Tries {
    int failed = 0;
    std::int64_t until = 0, last = 0;
  };
  void Count(const std::string& key, int free, std::int64_t now);
  std::mutex mutex_;
  std::map<std::string, Tries> tries_;
};

struct NewSession {
  std::string secret, csrf;
};
struct Authenticated {
  User user;
  std::string csrf;  ///< of a session; "" for a token
  std::string session_hash;
};
struct TokenInfo {
  std::string id, name;
  std::int64_t created_at = 0;
  std::optional<std::int64_t> used_at;
};

/// Thread-safe. What a request asks for and may not have throws ApiError.
class Accounts {
 public:
  explicit Accounts(ServiceStore& store) : store_(store) {}

  /// As long as nobody has ever logged in: makes the administrator, or gives him another one-time
  /// password, which is returned.
  std::optional<std::string> FirstAdministrator();

  /// Nothing for a wrong name or password.
  std::optional<User> CheckLogin(const std::string& name, const std::string& password);
  NewSession OpenSession(const User& user, const std::string& address);
  std::optional<Authenticated> FindSession(const std::string& secret);
  std::optional<Authenticated> FindToken(const std::string& secret);
  void CloseSession(const std::string& session_hash);
  /// Ends all sessions of the user but this one.
  void SetPassword(const User& user, const std::string& old_password,
                   const std::string& new_password, const std::string& keep_session);

  std::vector<User> Users() const;
  std::optional<User> FindUser(const std::string& id) const;
  User AddUser(User user, const std::string& password);
  /// `password` "" = as it is. Whoever is changed is logged out everywhere.
  User ChangeUser(const User& user, const std::string& password);

  std::vector<TokenInfo> Tokens(const std::string& user) const;
  /// The secret, which is shown once and stored hashed.
  std::pair<TokenInfo, std::string> AddToken(const std::string& user, const std::string& name);
  bool DropToken(const std::string& user, const std::string& id);

 private:
  ServiceStore& store_;
};

}  // namespace thermoleak::service
