#include <nlohmann/json.hpp>

#include "thermoleak/pipeline/run.hpp"

namespace thermoleak {
namespace {

class JsonVisitor final : public OptionVisitor {
 public:
  explicit JsonVisitor(nlohmann::ordered_json& json) : json_(json) {}
  void Visit(std::string_view name, double& value, const OptionDoc&) override { Put(name, value); }
  void Visit(std::string_view name, int& value, const OptionDoc&) override { Put(name, value); }
  void Visit(std::string_view name, bool& value, const OptionDoc&) override { Put(name, value); }
  void Visit(std::string_view name, std::string& value, const OptionDoc&) override {
    Put(name, value);
  }
  void Visit(std::string_view name, std::optional<double>& value, const OptionDoc&) override {
    if (value) {
      Put(name, *value);
    } else {
      Put(name, nullptr);
    }
  }

 private:
  template <class T>
  void Put(std::string_view name, const T& value) {
    json_[std::string(name)] = value;
  }
  nlohmann::ordered_json& json_;
};

}  // namespace

void MosaicOptions::Describe(OptionVisitor& v) {
  v.Visit("cell", cell_m,
          {0, 10, "m", "cell size of the orthomosaic, 0 = from the frames",
           "正射影像像元尺寸,0 为自动"});
}

void ConditionOptions::Describe(OptionVisitor& v) {
  v.Visit("air-temp", air_c, {-60, 60, "C", "air temperature during the flight", "飞行时气温"});
  v.Visit("wind", wind_m_s,
          {0, 40, "m/s", "wind near the ground during the flight", "飞行时近地面风速"});
  v.Visit("humidity", humidity_pct,
          {0, 100, "%", "relative humidity during the flight", "飞行时相对湿度"});
}

std::vector<Message> RunOptions::Check() {
  std::vector<Message> violations;
  ForEachSection([&](std::string_view section, auto& options) {
    for (Message& m : CheckOptions(options, section)) violations.push_back(std::move(m));
  });
  return violations;
}

std::string RunOptions::Json() {
  // Of the control points only that there were some: a path can tell where the secret file lies.
  RunOptions shown = *this;
  if (!network.map_control.empty())
    shown.network.map_control = std::filesystem::path(network.map_control).filename().string();
  nlohmann::ordered_json json;
  shown.ForEachSection([&](std::string_view section, auto& options) {
    nlohmann::ordered_json part = nlohmann::ordered_json::object();
    JsonVisitor visitor(part);
    options.Describe(visitor);
    json[std::string(section)] = std::move(part);
  });
  return json.dump();
}

}  // namespace thermoleak
