// The description and the running server say the same: no route is missing in either, and what the
// server answers is what the schemas promise.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "service/running_service.hpp"
#include "service/services.hpp"

namespace thermoleak::test {
namespace {

/// The part of JSON Schema that the description uses. "" = valid, else where and why not.
class Schemas {
 public:
  explicit Schemas(const Json& document) : document_(document) {}

  std::string Check(Json schema, const Json& value, const std::string& at = "$") const {
    while (schema.contains("$ref")) {
      const std::string ref = schema["$ref"].get<std::string>().substr(1);
      schema = document_.at(Json::json_pointer(ref));
    }
    if (schema.contains("type") && !IsOfType(schema["type"], value))
      return at + ": is " + value.dump().substr(0, 80) + ", not " + schema["type"].dump();
    if (schema.contains("enum") &&
        std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end())
      return at + ": " + value.dump() + " is none of " + schema["enum"].dump();
    if (value.is_object()) {
      for (const Json& name : schema.value("required", Json::array())) {
        if (!value.contains(name.get<std::string>())) return at + ": lacks " + name.dump();
      }
      const Json properties = schema.value("properties", Json::object());
      for (const auto& [name, part] : properties.items()) {
        if (!value.contains(name)) continue;
        if (auto fault = Check(part, value.at(name), at + "." + name); !fault.empty()) return fault;
      }
      // What is answered and not described is a hole in the description, unless it says so.
      if (!properties.empty() && !schema.value("additionalProperties", false)) {
        for (const auto& [name, part] : value.items()) {
          if (!properties.contains(name)) return at + ": " + name + " is not described";
        }
      }
    }
    if (value.is_array() && schema.contains("items")) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        auto fault = Check(schema["items"], value[i], fmt::format("{}[{}]", at, i));
        if (!fault.empty()) return fault;
      }
    }
    return {};
  }

 private:
  static bool IsOfType(const Json& type, const Json& value) {
    if (type.is_array()) {
      return std::any_of(type.begin(), type.end(),
                         [&](const Json& one) { return IsOfType(one, value); });
    }
    const std::string name = type.get<std::string>();
    return (name == "object" && value.is_object()) || (name == "array" && value.is_array()) ||
           (name == "string" && value.is_string()) || (name == "boolean" && value.is_boolean()) ||
           (name == "integer" && value.is_number_integer()) ||
           (name == "number" && value.is_number()) || (name == "null" && value.is_null());
  }
  const Json& document_;
};

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

class OpenApi : public ::testing::Test {
 protected:
  void SetUp() override { document_ = service_.Send("GET", "/api/v1/openapi.json").json(); }

  /// The answer's body against the schema of its route and status.
  void Validate(const std::string& path, const std::string& method, const Answer& answer) {
    const Json& operation = document_.at("paths").at(path).at(method);
    const std::string status = std::to_string(answer.status);
    ASSERT_TRUE(operation["responses"].contains(status))
        << method << " " << path << " " << status << " " << answer.body;
    Json response = operation["responses"][status];
    if (response.contains("$ref"))
      response = document_.at(Json::json_pointer(response["$ref"].get<std::string>().substr(1)));
    if (!response.contains("content")) {
      EXPECT_EQ(answer.body, "") << path;
      return;
    }
    const auto first = response["content"].begin();
    const std::string type = first.key();
    const Json content = first.value();
    EXPECT_EQ(answer.headers.Get("Content-Type").substr(0, type.size()), type) << path;
    if (type.find("json") == std::string::npos) return;
    ASSERT_FALSE(answer.json().is_discarded()) << path;
    EXPECT_EQ(Schemas(document_).Check(content["schema"], answer.json()), "")
        << method << " " << path << "\n"
        << answer.body.substr(0, 1000);
  }

  RunningService service_;
  Json document_;
};

TEST_F(OpenApi, HasEveryRouteAndNoOther) {
  std::set<std::string> described, served;
  for (const auto& [path, operations] : document_["paths"].items()) {
    for (const auto& [method, operation] : operations.items())
      described.insert(method + " " + path);
  }
  for (const service::Route* route : service::AllRoutes())
    served.insert(Lower(route->method) + " " + std::string(route->pattern));
  EXPECT_EQ(described, served);
}

TEST_F(OpenApi, EveryDescribedRouteIsThere) {
  const std::string admin = service_.admin();
  for (const auto& [path, operations] : document_["paths"].items()) {
    std::string real = path;
    while (real.find('{') != std::string::npos)
      real.replace(real.find('{'), real.find('}') - real.find('{') + 1, "nothing");
    for (const auto& [method, operation] : operations.items()) {
      if (path == "/api/v1/session" && method == "delete") continue;
      std::string upper;
      for (const char c : method)
        upper += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      const Answer answer = service_.Send(upper, real,
                                          {{"Authorization", "Bearer " + admin},
                                           {"Content-Type", "application/json"},
                                           {"Tus-Resumable", "1.0.0"}});
      EXPECT_NE(answer.status, 405) << method << " " << path;
      EXPECT_LT(answer.status, 500) << method << " " << path << " " << answer.body;
      if (answer.status == 404 && method != "head") {
        EXPECT_TRUE(path.find('{') != std::string::npos || path == "/api/v1/plan") << path;
      }
      // What asks for a login in the description asks for one.
      const bool open = operation.contains("security") && operation["security"].empty();
      const int stranger =
          service_.Send(upper, real, {{"Content-Type", "application/json"}}).status;
      if (open) {
        EXPECT_NE(stranger, 403) << method << " " << path;
      } else {
        EXPECT_EQ(stranger, 401) << method << " " << path;
      }
    }
  }
}

TEST_F(OpenApi, AnswersAreWhatTheSchemasPromise) {
  const std::string admin = service_.admin();
  const std::string engineer = service_.MakeUser("engineer", "engineer", "东热", "铁西区");
  const auto get = [&](const std::string& path, const std::string& real) {
    Validate(path, "get", service_.As(admin, "GET", real));
  };
  const std::string scan = service_.OpenScan(engineer);
  const std::string hazard =
      service_.As(engineer, "GET", "/api/v1/hazards").json()["items"][0]["id"].get<std::string>();
  for (const char* path :
       {"/healthz", "/metrics", "/api/v1/session", "/api/v1/tokens", "/api/v1/users",
        "/api/v1/audit", "/api/v1/audit/check", "/api/v1/areas", "/api/v1/scans", "/api/v1/runs",
        "/api/v1/hazards", "/api/v1/today", "/api/v1/vocabulary", "/api/v1/plan",
        "/api/v1/plan/files", "/api/v1/statistics", "/api/v1/jobs", "/api/v1/openapi.json"})
    get(path, path);
  get("/api/v1/areas/{id}/network", "/api/v1/areas/north/network");
  get("/api/v1/scans/{id}", "/api/v1/scans/" + scan);
  get("/api/v1/scans/{id}/quality", "/api/v1/scans/" + scan + "/quality");
  get("/api/v1/hazards", "/api/v1/hazards?fields=map");
  get("/api/v1/hazards/{id}", "/api/v1/hazards/" + hazard);
  get("/api/v1/hazards/{id}", "/api/v1/hazards/nothing");
  get("/api/v1/runs/{scan}/candidates", "/api/v1/runs/" + scan + "/candidates");
  get("/api/v1/jobs/{id}", "/api/v1/jobs/nothing");
  const auto post = [&](const std::string& path, const std::string& real, const Json& body) {
    Validate(path, "post", service_.As(engineer, "POST", real, body));
  };
  post("/api/v1/scans", "/api/v1/scans", {{"area", "north"}, {"flown_on", "2026-01-15"}});
  post("/api/v1/scans/{id}/missing", "/api/v1/scans/" + scan + "/missing",
       {{"files", Json::array()}});
  post("/api/v1/scans/{id}/commit", "/api/v1/scans/" + scan + "/commit", Json::object());
  post("/api/v1/hazards/{id}/review", "/api/v1/hazards/" + hazard + "/review",
       {{"decision", "accept"}});
  post("/api/v1/hazards/{id}/verifications", "/api/v1/hazards/" + hazard + "/verifications",
       {{"client_id", "1"}, {"method", "listening"}, {"result", "likely"}});
  post("/api/v1/plan/generate", "/api/v1/plan/generate", Json::object());
  get("/api/v1/jobs", "/api/v1/jobs");
  get("/api/v1/jobs/{id}", "/api/v1/jobs/plan");
  get("/api/v1/jobs/{id}/log", "/api/v1/jobs/plan/log");
  get("/api/v1/hazards/{id}", "/api/v1/hazards/" + hazard);
}

}  // namespace
}  // namespace thermoleak::test
