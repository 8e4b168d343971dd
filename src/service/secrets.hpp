#pragma once
// Inside of the service room: passwords, random secrets, and hashes as files and headers have them.

#include <cstddef>
#include <string>
#include <string_view>

namespace thermoleak::service {

/// `bytes` random bytes as lower-case hexadecimal.
std::string RandomHex(std::size_t bytes);
/// For people to type: 4 groups of 5 letters and digits that look like no other; 98 bits.
std::string RandomPassword();
/// What is stored of a token or a session's secret.
std::string HashOf(std::string_view secret);
/// In a time that tells nothing of where they differ.
bool SameSecret(std::string_view a, std::string_view b);

/// Argon2id (RFC 9106) in its text form, with OWASP's parameters for services: 19 MiB, 2 passes.
std::string HashPassword(std::string_view password);
/// One at a time in the whole process: each takes 19 MiB. An empty `hash` costs the same time and
/// is never right, so that nobody learns which names exist.
bool IsPassword(std::string_view password, const std::string& hash);

}  // namespace thermoleak::service
