#pragma once
// Inside of the service room: who may do what, and see what.

#include <optional>
#include <string>
#include <string_view>

#include "thermoleak/ledger/records.hpp"

namespace thermoleak::service {

enum class UserRole { kAdministrator, kManager, kEngineer, kCrew, kDistrict, kCity, kAuditor };
std::string_view CodeOf(UserRole role);  ///< "administrator", ...
std::optional<UserRole> RoleOf(std::string_view code);

enum class Permission {
  kAnyone,    ///< also without login
  kLoggedIn,  ///< even with a one-time password
  kRead,      ///< what is one's own to see
  kUpload,
  kVerify,
  kReview,
  kPlan,         ///< progress, a new plan
  kJobs,         ///< retry
  kManageUsers,  ///< a manager those of his organisation
  kAudit,
};

struct User {
  std::string id, name;
  UserRole role = UserRole::kCrew;
  std::string organisation, district;  ///< "" = not limited to one
  std::string lang;                    ///< "zh", "en" or ""
  bool active = true, must_change = false;
  std::int64_t quota_gb = 0, used_bytes = 0;
  std::optional<std::int64_t> last_login_at{};
};

bool May(const User& user, Permission permission);
/// As whom the ledger records it.
Role LedgerRole(UserRole role);

/// Whether `user` may see what belongs to this organisation and district. Administrators, city and
/// auditors see all; a district's people their district, the rest their organisation. A thing
/// without an owner is seen by those who are not limited to one.
bool Sees(const User& user, std::string_view organisation, std::string_view district);
/// Whether the whole city's figures are for this user.
bool SeesAll(const User& user);

}  // namespace thermoleak::service
