#include "service/accounts.hpp"

#include "service/api_error.hpp"
#include "service/secrets.hpp"

namespace thermoleak::service {
namespace {

using sqlite::Database;
using sqlite::Statement;

constexpr const char* kUserColumns =
    "users.id, users.name, users.role, users.organisation, users.district, users.lang, "
    "users.active, users.must_change, users.quota_gb, users.used_bytes, users.last_login_at";
constexpr std::int64_t kIdle_s = 24 * 3600, kLongest_s = 7 * 24 * 3600;
constexpr std::size_t kLeastPassword = 10, kMostPassword = 200;

User UserFrom(const Statement& row) {
  User user;
  user.id = row.Text(0);
  user.name = row.Text(1);
  user.role = RoleOf(row.Text(2)).value_or(UserRole::kAuditor);
  user.organisation = row.Text(3);
  user.district = row.Text(4);
  user.lang = row.Text(5);
  user.active = row.Integer(6) != 0;
  user.must_change = row.Integer(7) != 0;
  user.quota_gb = row.Integer(8);
  user.used_bytes = row.Integer(9);
  if (!row.IsNull(10)) user.last_login_at = row.Integer(10);
  return user;
}

std::int64_t Truth(bool value) { return value ? 1 : 0; }

void CheckPassword(const std::string& password) {
  if (password.size() < kLeastPassword || password.size() > kMostPassword)
    throw Refusal(400, MessageId::kApiPasswordWeak,
                  {std::to_string(kLeastPassword), std::to_string(kMostPassword)});
}

void Insert(const Database& db, const User& user, const std::string& hash) {
  db.Prepare(
        "INSERT INTO users (id, name, password, role, organisation, district, lang, active, "
        "must_change, quota_gb, created_at) VALUES (?,?,?,?,?,?,?,?,?,?,?)")
      .Bind(user.id)
      .Bind(user.name)
      .Bind(hash)
      .Bind(std::string(CodeOf(user.role)))
      .Bind(user.organisation)
      .Bind(user.district)
      .Bind(user.lang)
      .Bind(Truth(user.active))
      .Bind(Truth(user.must_change))
      .Bind(user.quota_gb)
      .Bind(Now())
      .Step();
}

std::optional<User> Find(const Database& db, const std::string& id) {
  Statement found =
      db.Prepare(std::string("SELECT ") + kUserColumns + " FROM users WHERE users.id = ?");
  if (!found.Bind(id).Step()) return std::nullopt;
  return UserFrom(found);
}

}  // namespace

std::optional<std::string> Accounts::FirstAdministrator() {
  const bool used = store_.With([](const Database& db) {
    return db.Number(
               "SELECT count(*) FROM users WHERE last_login_at IS NOT NULL OR name != 'admin'") > 0;
  });
  if (used) return std::nullopt;
  const std::string password = RandomPassword();
  const std::string hash = HashPassword(password);
  store_.Change([&](const Database& db) {
    if (db.Number("SELECT count(*) FROM users") == 0) {
      User admin;
      admin.id = "u" + RandomHex(8);
      admin.name = "admin";
      admin.role = UserRole::kAdministrator;
      admin.must_change = true;
      admin.quota_gb = 1000;
      Insert(db, admin, hash);
    } else {
      db.Prepare("UPDATE users SET password = ?, must_change = 1").Bind(hash).Step();
    }
  });
  return password;
}

std::optional<User> Accounts::CheckLogin(const std::string& name, const std::string& password) {
  std::string hash;
  std::optional<User> user = store_.With([&](const Database& db) -> std::optional<User> {
    Statement found = db.Prepare(std::string("SELECT ") + kUserColumns +
                                 ", users.password FROM users WHERE users.name = ?");
    if (!found.Bind(name).Step()) return std::nullopt;
    hash = found.Text(11);
    return UserFrom(found);
  });
  if (!IsPassword(password, user && user->active ? hash : std::string())) return std::nullopt;
  return user;
}

NewSession Accounts::OpenSession(const User& user, const std::string& address) {
  NewSession session{RandomHex(32), RandomHex(32)};
  store_.Change([&](const Database& db) {
    db.Prepare("DELETE FROM sessions WHERE created_at < ? OR seen_at < ?")
        .Bind(Now() - kLongest_s)
        .Bind(Now() - kIdle_s)
        .Step();
    db.Prepare("UPDATE users SET last_login_at = ? WHERE id = ?").Bind(Now()).Bind(user.id).Step();
    db.Prepare("INSERT INTO sessions VALUES (?,?,?,?,?,?)")
        .Bind(HashOf(session.secret))
        .Bind(user.id)
        .Bind(session.csrf)
        .Bind(Now())
        .Bind(Now())
        .Bind(address)
        .Step();
  });
  return session;
}

std::optional<Authenticated> Accounts::FindSession(const std::string& secret) {
  const std::string hash = HashOf(secret);
  return store_.With([&](const Database& db) -> std::optional<Authenticated> {
    Statement found = db.Prepare(std::string("SELECT ") + kUserColumns +
                                 ", csrf, seen_at FROM sessions JOIN users ON users.id = user "
                                 "WHERE hash = ? AND active = 1 AND sessions.created_at > ? AND "
                                 "seen_at > ?");
    const std::int64_t now = Now();
    if (!found.Bind(hash).Bind(now - kLongest_s).Bind(now - kIdle_s).Step()) return std::nullopt;
    Authenticated who{UserFrom(found), found.Text(11), hash};
    if (now - found.Integer(12) > 60) {
      db.Prepare("UPDATE sessions SET seen_at = ? WHERE hash = ?").Bind(now).Bind(hash).Step();
    }
    return who;
  });
}

std::optional<Authenticated> Accounts::FindToken(const std::string& secret) {
  const std::string hash = HashOf(secret);
  return store_.With([&](const Database& db) -> std::optional<Authenticated> {
    Statement found = db.Prepare(std::string("SELECT ") + kUserColumns +
                                 ", used_at, tokens.id FROM tokens JOIN users ON users.id = user "
                                 "WHERE hash = ? AND active = 1");
    if (!found.Bind(hash).Step()) return std::nullopt;
    Authenticated who{UserFrom(found), {}, {}};
    if (Now() - found.Integer(11) > 60) {
      db.Prepare("UPDATE tokens SET used_at = ? WHERE id = ?")
          .Bind(Now())
          .Bind(found.Text(12))
          .Step();
    }
    return who;
  });
}

void Accounts::CloseSession(const std::string& session_hash) {
  store_.With([&](const Database& db) {
    db.Prepare("DELETE FROM sessions WHERE hash = ?").Bind(session_hash).Step();
  });
}

void Accounts::SetPassword(const User& user, const std::string& old_password,
                           const std::string& new_password, const std::string& keep_session) {
  if (!CheckLogin(user.name, old_password)) throw Refusal(403, MessageId::kApiLoginFailed);
  CheckPassword(new_password);
  const std::string hash = HashPassword(new_password);
  store_.Change([&](const Database& db) {
    db.Prepare("UPDATE users SET password = ?, must_change = 0 WHERE id = ?")
        .Bind(hash)
        .Bind(user.id)
        .Step();
    db.Prepare("DELETE FROM sessions WHERE user = ? AND hash != ?")
        .Bind(user.id)
        .Bind(keep_session)
        .Step();
  });
}

std::vector<User> Accounts::Users() const {
  return store_.With([&](const Database& db) {
    std::vector<User> users;
    Statement row =
        db.Prepare(std::string("SELECT ") + kUserColumns + " FROM users ORDER BY users.name");
    while (row.Step()) users.push_back(UserFrom(row));
    return users;
  });
}

std::optional<User> Accounts::FindUser(const std::string& id) const {
  return store_.With([&](const Database& db) { return Find(db, id); });
}

User Accounts::AddUser(User user, const std::string& password) {
  CheckPassword(password);
  user.id = "u" + RandomHex(8);
  const std::string hash = HashPassword(password);
  store_.Change([&](const Database& db) {
    Statement taken = db.Prepare("SELECT 1 FROM users WHERE name = ?");
    if (taken.Bind(user.name).Step()) throw Refusal(409, MessageId::kApiNameTaken, {user.name});
    Insert(db, user, hash);
  });
  return user;
}

User Accounts::ChangeUser(const User& user, const std::string& password) {
  std::string hash;
  if (!password.empty()) {
    CheckPassword(password);
    hash = HashPassword(password);
  }
  store_.Change([&](const Database& db) {
    db.Prepare(
          "UPDATE users SET role = ?, organisation = ?, district = ?, lang = ?, active = ?, "
          "must_change = ?, quota_gb = ? WHERE id = ?")
        .Bind(std::string(CodeOf(user.role)))
        .Bind(user.organisation)
        .Bind(user.district)
        .Bind(user.lang)
        .Bind(Truth(user.active))
        .Bind(Truth(user.must_change || !hash.empty()))
        .Bind(user.quota_gb)
        .Bind(user.id)
        .Step();
    if (db.Number("SELECT count(*) FROM users WHERE role = 'administrator' AND active = 1") == 0)
      throw Refusal(409, MessageId::kApiLastAdministrator);
    if (!hash.empty())
      db.Prepare("UPDATE users SET password = ? WHERE id = ?").Bind(hash).Bind(user.id).Step();
    db.Prepare("DELETE FROM sessions WHERE user = ?").Bind(user.id).Step();
  });
  return user;
}

std::vector<TokenInfo> Accounts::Tokens(const std::string& user) const {
  return store_.With([&](const Database& db) {
    std::vector<TokenInfo> tokens;
    Statement row = db.Prepare(
        "SELECT id, name, created_at, used_at FROM tokens WHERE user = ? ORDER BY created_at, id");
    row.Bind(user);
    while (row.Step()) {
      TokenInfo token{row.Text(0), row.Text(1), row.Integer(2), std::nullopt};
      if (!row.IsNull(3)) token.used_at = row.Integer(3);
      tokens.push_back(std::move(token));
    }
    return tokens;
  });
}

std::pair<TokenInfo, std::string> Accounts::AddToken(const std::string& user,
                                                     const std::string& name) {
  const std::string secret = "tl_" + RandomHex(32);
  const TokenInfo token{"t" + RandomHex(8), name, Now(), std::nullopt};
  store_.With([&](const Database& db) {
    db.Prepare("INSERT INTO tokens (id, user, name, hash, created_at) VALUES (?,?,?,?,?)")
        .Bind(token.id)
        .Bind(user)
        .Bind(name)
        .Bind(HashOf(secret))
        .Bind(token.created_at)
        .Step();
  });
  return {token, secret};
}

bool Accounts::DropToken(const std::string& user, const std::string& id) {
  return store_.Change([&](const Database& db) {
    Statement found = db.Prepare("SELECT 1 FROM tokens WHERE user = ? AND id = ?");
    if (!found.Bind(user).Bind(id).Step()) return false;
    db.Prepare("DELETE FROM tokens WHERE id = ?").Bind(id).Step();
    return true;
  });
}

}  // namespace thermoleak::service
