#include "service/access.hpp"

#include <array>

namespace thermoleak::service {
namespace {

constexpr std::array<std::string_view, 7> kRoles = {"administrator", "manager", "engineer", "crew",
                                                    "district",      "city",    "auditor"};

bool IsUnlimited(UserRole role) {
  return role == UserRole::kAdministrator || role == UserRole::kCity || role == UserRole::kAuditor;
}

}  // namespace

std::string_view CodeOf(UserRole role) { return kRoles[static_cast<std::size_t>(role)]; }

std::optional<UserRole> RoleOf(std::string_view code) {
  for (std::size_t i = 0; i < kRoles.size(); ++i) {
    if (kRoles[i] == code) return static_cast<UserRole>(i);
  }
  return std::nullopt;
}

bool May(const User& user, Permission permission) {
  using enum UserRole;
  const UserRole role = user.role;
  const bool office = role == kAdministrator || role == kManager || role == kEngineer;
  switch (permission) {
    case Permission::kAnyone:
    case Permission::kLoggedIn:
    case Permission::kRead:
      return true;
    case Permission::kUpload:
    case Permission::kVerify:
      return office || role == kCrew;
    case Permission::kReview:
    case Permission::kPlan:
    case Permission::kJobs:
      return office;
    case Permission::kManageUsers:
      return role == kAdministrator || role == kManager;
    case Permission::kAudit:
      return role == kAdministrator || role == kAuditor;
  }
  return false;
}

Role LedgerRole(UserRole role) {
  switch (role) {
    case UserRole::kAdministrator:
    case UserRole::kManager:
      return Role::kUnitManager;
    case UserRole::kEngineer:
      return Role::kUnitEngineer;
    case UserRole::kCrew:
      return Role::kInspector;
    case UserRole::kDistrict:
      return Role::kDistrict;
    case UserRole::kCity:
      return Role::kCity;
    case UserRole::kAuditor:
      break;
  }
  return Role::kAuditor;
}

bool Sees(const User& user, std::string_view organisation, std::string_view district) {
  if (IsUnlimited(user.role)) return true;
  if (user.role == UserRole::kDistrict) return user.district == district && !district.empty();
  return (user.organisation.empty() || user.organisation == organisation) &&
         (user.district.empty() || user.district == district);
}

bool SeesAll(const User& user) {
  return IsUnlimited(user.role) ||
         (user.role != UserRole::kDistrict && user.organisation.empty() && user.district.empty());
}

}  // namespace thermoleak::service
