#include "simulation/draw.hpp"

#include <fmt/format.h>

#include <memory>

#include "thermoleak/simulation/random.hpp"

namespace thermoleak::simulation {
namespace {

using NodePointer = std::unique_ptr<toml::node>;

class Drawing {
 public:
  Drawing(std::uint64_t seed, TomlProblems& problems) : seed_(seed), problems_(problems) {}

  toml::table Table(const toml::table& in, const std::string& path) {
    toml::table out;
    for (const auto& [key, node] : in) {
      const std::string name(key.str());
      const NodePointer drawn = Node(node, path.empty() ? name : fmt::format("{}.{}", path, name));
      if (drawn) out.insert_or_assign(name, *drawn);
    }
    return out;
  }

 private:
  Rng RngOf(const std::string& path) const {
    std::uint64_t item = 0;
    for (const char c : path) item = Mix(item ^ static_cast<unsigned char>(c));
    return {seed_, Stream::kDraw, item};
  }

  /// What stands for a node; null when it complained.
  NodePointer Node(const toml::node& node, const std::string& path) {
    if (const toml::array* array = node.as_array()) {
      auto out = std::make_unique<toml::array>();
      for (std::size_t i = 0; i < array->size(); ++i) {
        const NodePointer drawn = Node(*array->get(i), fmt::format("{}[{}]", path, i));
        if (drawn) out->push_back(*drawn);
      }
      return out;
    }
    if (const toml::table* table = node.as_table()) {
      if (table->contains("one_of")) return OneOf(*table, path);
      if (table->contains("from") && table->contains("to")) return Between(*table, path);
      return std::make_unique<toml::table>(Table(*table, path));
    }
    NodePointer copy;
    node.visit([&copy](const auto& value) {
      copy = std::make_unique<std::remove_cvref_t<decltype(value)>>(value);
    });
    return copy;
  }

  NodePointer OneOf(const toml::table& table, const std::string& path) {
    const toml::array* choices = table.get_as<toml::array>("one_of");
    if (choices == nullptr || choices->empty() || table.size() != 1) {
      problems_.values.push_back(fmt::format("{} (one_of = [a, b, ...])", path));
      return nullptr;
    }
    const double at = RngOf(path).Uniform() * static_cast<double>(choices->size());
    return Node(*choices->get(static_cast<std::size_t>(at)), path);
  }

  NodePointer Between(const toml::table& table, const std::string& path) {
    const auto from = table["from"].value<double>();
    const auto to = table["to"].value<double>();
    const bool log = table["log"].value_or(false);
    const std::size_t keys = table.contains("log") ? 3 : 2;
    if (!from || !to || !(*from <= *to) || (log && !(*from > 0)) || table.size() != keys) {
      problems_.values.push_back(fmt::format("{} (from = a, to = b: a <= b; log: 0 < a)", path));
      return nullptr;
    }
    const double share = RngOf(path).Uniform();
    if (log) return std::make_unique<toml::value<double>>(*from * std::pow(*to / *from, share));
    if (table["from"].is_integer() && table["to"].is_integer()) {
      return std::make_unique<toml::value<std::int64_t>>(
          static_cast<std::int64_t>(std::floor(*from + (*to - *from + 1) * share)));
    }
    return std::make_unique<toml::value<double>>(*from + (*to - *from) * share);
  }

  std::uint64_t seed_;
  TomlProblems& problems_;
};

}  // namespace

toml::table Drawn(const toml::table& file, std::uint64_t seed, TomlProblems& problems) {
  return Drawing(seed, problems).Table(file, "");
}

}  // namespace thermoleak::simulation
