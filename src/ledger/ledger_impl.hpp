#pragma once
// Inside of the ledger room: what the commands share.

#include <nlohmann/json.hpp>

#include "ledger/change.hpp"
#include "thermoleak/ledger/ledger.hpp"

namespace thermoleak {

struct Ledger::Impl {
  std::unique_ptr<Store> store;
  std::function<std::int64_t()> clock;

  /// As stored, without what is derived: for changing and putting back.
  std::optional<Hazard> Load(const std::string& id) const;
  /// The hazard's row and its asset's.
  void Save(ledger::Change& change, const Hazard& hazard) const;
  /// Whether a person may act in one of these roles: everybody whom the ledger does not know may.
  bool MayBe(const std::string& name, const std::vector<Role>& roles) const;
  /// Why an act is refused before its matter is looked at.
  std::optional<Message> ActRefusal(const Act& act) const;
  Result<Hazard> MoveWithin(ledger::Change& change, const Transition& transition) const;
  /// In one transaction; the refused ones.
  std::vector<Error> MoveMany(const std::vector<Transition>& transitions, bool all_or_none);
  /// "SY-210104-U012-2026-1-00037": the next free number of its year and stage.
  std::string NextHazardId(const Hazard& hazard) const;
  /// Marks that number as used.
  void TakeHazardId(ledger::Change& change, const std::string& id) const;
  std::string NextId(std::string_view table, std::string_view prefix) const;
  std::string Setting(const std::string& id) const;

  template <class T>
  std::vector<T> All(std::string_view table, const std::string& hazard = {}) const {
    std::vector<T> records;
    std::vector<std::pair<std::string, std::string>> equal;
    if (!hazard.empty()) equal.emplace_back("hazard_id", hazard);
    for (const Row& row : store->Rows(table, equal)) records.push_back(ledger::FromRow<T>(row));
    return records;
  }
};

namespace ledger {
Hazard HazardFrom(const Row& row, const Row& asset);
/// Key of an asset's row: numbers of pipes and boilers are unique within a unit only.
std::string AssetKey(const Hazard& hazard);
}  // namespace ledger

}  // namespace thermoleak
