// thermoleak ledger stats.

#include "cli/ledger.hpp"
#include "thermoleak/ledger/statistics.hpp"

namespace thermoleak::cli {
namespace {

struct NamedRate {
  const char* code;
  MessageId label;
  Rate rate;
};

std::vector<NamedRate> Rates(const LedgerStatistics& s) {
  using enum MessageId;
  return {{"verified", kStatVerified, s.verified},
          {"confirmed", kStatConfirmed, s.confirmed},
          {"dug", kStatDug, s.dug},
          {"planned", kStatPlanned, s.planned},
          {"on_time", kStatOnTime, s.on_time},
          {"closed", kStatClosed, s.closed},
          {"recurred", kStatRecurred, s.recurred},
          {"covered_km", kStatCovered, s.covered_km}};
}

nlohmann::ordered_json RateJson(const Rate& rate) {
  const auto rounded = [](double x) { return std::round(x * 1000) / 1000; };
  nlohmann::ordered_json json = {{"part", rounded(rate.part)}, {"whole", rounded(rate.whole)}};
  json["rate"] = rate.value() ? nlohmann::ordered_json(std::round(*rate.value() * 1e4) / 1e4)
                              : nlohmann::ordered_json(nullptr);
  return json;
}

template <class E, class Array>
nlohmann::ordered_json CountsJson(const Array& counts) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < counts.size(); ++i)
    json[std::string(Code(static_cast<E>(i)))] = counts[i];
  return json;
}

template <class E, class Array>
nlohmann::ordered_json HitsJson(const Array& rates) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < rates.size(); ++i)
    json[std::string(Code(static_cast<E>(i)))] = RateJson(rates[i]);
  return json;
}

void PrintJsonOf(const LedgerStatistics& s) {
  nlohmann::ordered_json rates = nlohmann::ordered_json::object();
  for (const NamedRate& r : Rates(s)) rates[r.code] = RateJson(r.rate);
  PrintJson({{"schema", 1},
             {"hazards", s.hazards},
             {"open", s.open},
             {"overdue", s.overdue},
             {"by_state", CountsJson<HazardState>(s.by_state)},
             {"rates", std::move(rates)},
             {"rejected_by_code", CountsJson<RejectCode>(s.rejected_by_code)},
             {"hit_by_kind", HitsJson<HazardKind>(s.hit_by_kind)},
             {"hit_by_method", HitsJson<VerifyMethod>(s.hit_by_method)}});
}

/// "17 / 20  85 %"; a share of nothing is no number.
std::string Line(const Rate& rate) {
  std::string line = fmt::format("{:.4g} / {:.4g}", rate.part, rate.whole);
  if (rate.value()) line += fmt::format("  {:.0f} %", 100 * *rate.value());
  return line;
}

void PrintText(const LedgerStatistics& s, Lang lang) {
  fmt::print("{}: {} / {} / {}\n", Text(MessageId::kStatHazards, lang), s.hazards, s.open,
             s.overdue);
  for (std::size_t i = 0; i < s.by_state.size(); ++i) {
    if (s.by_state[i] > 0)
      fmt::print("  {}: {}\n", Word(static_cast<HazardState>(i), lang), s.by_state[i]);
  }
  for (const NamedRate& r : Rates(s)) fmt::print("{}: {}\n", Text(r.label, lang), Line(r.rate));
  const auto line = [&](MessageId id, const std::string& word, const std::string& value) {
    fmt::print("{}: {}\n", Message{id, {word}}.In(lang), value);
  };
  for (std::size_t i = 0; i < s.rejected_by_code.size(); ++i) {
    if (s.rejected_by_code[i] > 0)
      line(MessageId::kStatRejected, Word(static_cast<RejectCode>(i), lang),
           fmt::format("{}", s.rejected_by_code[i]));
  }
  for (std::size_t i = 0; i < s.hit_by_kind.size(); ++i) {
    if (s.hit_by_kind[i].whole > 0)
      line(MessageId::kStatHitKind, Word(static_cast<HazardKind>(i), lang), Line(s.hit_by_kind[i]));
  }
  for (std::size_t i = 0; i < s.hit_by_method.size(); ++i) {
    if (s.hit_by_method[i].whole > 0)
      line(MessageId::kStatHitKind, Word(static_cast<VerifyMethod>(i), lang),
           Line(s.hit_by_method[i]));
  }
}

}  // namespace

void AddLedgerStatistics(CLI::App& ledger, Shell& shell) {
  const auto flags = std::make_shared<LedgerFlags>();
  const auto filter = std::make_shared<FilterFlags>();
  CLI::App* command = AddLedgerCommand(ledger, shell, "stats", MessageId::kHelpLedgerStats, flags);
  filter->AddTo(*command, shell.lang);
  command->callback([=, &shell] {
    const Ledger file = Ledger::Open(flags->file);
    const LedgerStatistics s = StatisticsOf(file, filter->Get(shell.lang), Today());
    if (flags->json) {
      PrintJsonOf(s);
    } else {
      PrintText(s, shell.lang);
    }
  });
}

}  // namespace thermoleak::cli
