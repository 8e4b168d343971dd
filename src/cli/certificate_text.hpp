#pragma once
// How a sensitivity certificate is shown: as a table in the terminal, as JSON, as a page.

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/evaluation_text.hpp"
#include "thermoleak/simulation/certificate.hpp"

namespace thermoleak::cli {

/// Title, thresholds and shares, then the pipes, then what it means.
void PrintCertificate(const simulation::Certificate& certificate, Lang lang);
/// Every number, per pipe and per piece of pipe; what is not known is null.
nlohmann::ordered_json CertificateJson(const simulation::Certificate& certificate);
/// One self-contained page; each pipe is a bar of its pieces, the worse the redder.
std::string CertificateHtml(const simulation::Certificate& certificate, Lang lang);

}  // namespace thermoleak::cli
