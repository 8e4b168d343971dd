// Seeds of what offices and crews write: maps, tables, plans.

#include <cpl_string.h>

#include "fuzz/seeds.hpp"
#include "planning/built_in.hpp"
#include "thermoleak/ledger/dates.hpp"
#include "thermoleak/planning/plan_json.hpp"

namespace thermoleak::fuzz {
namespace {

std::string Gbk(const std::string& utf8) {
  char* converted = CPLRecode(utf8.c_str(), CPL_ENC_UTF8, "GB18030");
  std::string out = converted;
  CPLFree(converted);
  return out;
}

std::string Findings() {
  return "停炉检测表\n"
         "供热单位,行政区,锅炉房,设备编号,部件*,缺陷,位置,检验方法,实测值,计量单位,限值,限值依据,"
         "检验结论,检验日期,检验人,检验方式,检测机构,备注\n"
         "U007,沈河区,一号锅炉房,2#,水冷壁,减薄,前墙,测厚,2.8,mm,3.0,厂家说明书,不符合,"
         "2026年4月3日,李检,自检,,\"一,二\"\n"
         "U007,,一号锅炉房,8#,鼓风机,无,,解体,,,,,符合,46115,李检,委托机构,省特检院,\n"
         "U007,,,6#,锅筒,裂纹,,MT,x,,,,,soon,李检,委托,,'=1+1\n";
}

std::string SheetXml() {
  return R"(<?xml version="1.0" encoding="UTF-8"?><worksheet )"
         R"(xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:D3"/>)"
         R"(<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>)"
         R"(<row r="2"><c r="A2" t="inlineStr"><is><t>U007</t></is></c><c r="B2"><v>2.5</v></c>)"
         R"(<c r="D2" t="b"><v>1</v></c></row><row r="3"><c r="A3" t="str"><f>1+1</f><v>2</v></c>)"
         R"(</row></sheetData></worksheet>)";
}
std::string SharedTexts() {
  return R"(<?xml version="1.0" encoding="UTF-8"?><sst )"
         R"(xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="2" )"
         R"(uniqueCount="2"><si><t>供热单位</t></si><si><r><t>部</t></r><r><t>件</t></r></si></sst>)";
}

std::string Points() {
  return "点号,城建X,城建Y,经度,纬度\n"
         "K1,57665.2,22160.1,123.360000000,41.740000000\n"
         "K2,70958.7,23405.3,123.520000000,41.750000000\n"
         "K3,69170.6,35603.0,123.500000000,41.860000000\n"
         "K4,58376.9,34377.9,123.370000000,41.850000000\n";
}

std::string GeoJson() {
  return R"j({"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"a",)j"
         R"j("管径":"Φ219×6","埋深(cm)":"120","介质":"供水","level":"一次网","year":1998},)j"
         R"j("geometry":{"type":"LineString","coordinates":[[123.43,41.80],[123.431,41.80],)j"
         R"j([123.431,41.801]]}},{"type":"Feature","properties":{"id":"a","laying":"架空"},)j"
         R"j("geometry":{"type":"MultiLineString","coordinates":[[[123.43,41.81],[123.44,41.81]]]}}]})j"
         "\n";
}
std::string Kml() {
  return R"(<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2">)"
         R"(<Document><Folder><name>热力一次网</name><Placemark><name>供水DN300</name><LineString>)"
         R"(<coordinates>123.43,41.80,0 123.44,41.80,0</coordinates></LineString></Placemark>)"
         R"(</Folder><Folder><name>阀门井</name><Placemark><name>J1</name><Point><coordinates>)"
         R"(123.43,41.80</coordinates></Point></Placemark></Folder></Document></kml>)"
         "\n";
}

std::string Pair(int code, const std::string& value) {
  return std::to_string(code) + "\n" + value + "\n";
}
std::string Entity(const std::string& kind, const std::string& handle, const std::string& layer,
                   const std::string& rest) {
  return Pair(0, kind) + Pair(5, handle) + Pair(8, layer) + rest;
}
std::string Xy(int code, const std::string& x, const std::string& y) {
  return Pair(code, x) + Pair(code + 10, y);
}
std::string Dxf(const std::string& version, const std::string& page) {
  const std::string line = Xy(10, "535700", "4629500") + Xy(11, "535800", "4629500");
  return Pair(0, "SECTION") + Pair(2, "HEADER") + Pair(9, "$ACADVER") + Pair(1, version) +
         Pair(9, "$DWGCODEPAGE") + Pair(3, page) + Pair(0, "ENDSEC") + Pair(0, "SECTION") +
         Pair(2, "ENTITIES") + Entity("LINE", "A1", "热力一次网供水DN300-直埋", line) +
         Entity("LINE", "B1", "道路中线", line) +
         Entity("LWPOLYLINE", "D1", "建筑物",
                Pair(90, "4") + Pair(70, "1") + Xy(10, "535700", "4629520") +
                    Xy(10, "535720", "4629520") + Xy(10, "535720", "4629540") +
                    Xy(10, "535700", "4629540")) +
         Entity("CIRCLE", "C1", "阀门井", Xy(10, "535750", "4629500") + Pair(40, "1.5")) +
         Entity("TEXT", "F0", "热力标注",
                Xy(10, "535700", "4629500") + Pair(40, "2") + Pair(1, "直埋")) +
         Pair(0, "ENDSEC") + Pair(0, "EOF");
}

std::string Hazards() {
  return R"([{"id":"H-1","season":2026,"source":"operating","kind":"leak","state":"confirmed",)"
         R"("lon_deg":123.43,"lat_deg":41.8,"unit":"U007","asset":"primary_pipe","dn_mm":300,)"
         R"("year_built":1990,"verified":true,"last_internal_inspection":"2024-02-29"}])";
}
std::string Plan() {
  using namespace planning;
  RepairPlan plan;
  plan.season = 2026;
  plan.date = MakeDate(2026, 4, 1);
  plan.implementation = DefaultSeason(2026).implementation;
  plan.budget_yuan["U007"] = 1e6;
  plan.warnings.push_back({MessageId::kPlanWarnCarried, {"1"}});
  PlanItem item;
  item.id = "P-1";
  item.season = 2026;
  item.hazard_ids = {"H-1"};
  item.unit = "U007";
  item.dn_mm = 300;
  item.text = {"renew", "更换"};
  item.cost.lines.push_back({{"pipe", "管"}, 6, "m", 1100, 6600, "[G]"});
  item.cost.yuan = 6600;
  item.start = item.end = MakeDate(2026, 5, 4);
  item.trace.push_back({"P2", true, {{"age", "36"}}, {}, {"renew", "改造"}, "[S19]"});
  plan.items.push_back(item);
  return PlanJson(plan, Lang::kEnglish);
}

std::string Run() {
  return R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"C-1",)"
         R"("score":0.8,"kind":"leak","p_leak":0.8,"pipe_id":"a","chainage_m":5.5,"dn_mm":300,)"
         R"("views":4,"level":"primary","beside":["b"]},"geometry":{"type":"Point","coordinates":)"
         R"([123.43,41.8]}}]})"
         "\n%\n"
         R"({"software":{"thermoleak":"0.1.0"},"inputs":[{"sha256":"ab"}],"counts":{"pipes":)"
         R"({"seen_km":1.5,"total_km":2}},"options":{"conditions":{"air-temp":-8}},"refly":)"
         R"([{"pipe_id":"a","from_m":1,"to_m":2,"text":"x"}],"harmonisation":{"cameras":)"
         R"([{"camera":"H20T"}]}})";
}

std::string Resources() {
  return "[budget]\ncity_yuan = 1e6\n[[unit]]\nname = \"U007\"\nbudget_yuan = 500000\n"
         "[[crew]]\nname = \"A\"\nunits = [\"U007\"]\nskills = [\"pipe\"]\nfrom = \"04-16\"\n"
         "[[blackout]]\nfrom = \"05-01\"\nto = \"05-05\"\nroad_only = true\n"
         "[[precedence]]\nbefore = \"H-1\"\nafter = \"H-2\"\n"
         "[[courtyard]]\nname = \"北区\"\nlength_m = 800\n";
}

}  // namespace

std::vector<Seed> OfficeSeeds() {
  std::string tabs = Findings();
  for (char& c : tabs) c = c == ',' ? '\t' : c;
  const auto zeros = [](std::string text) {
    for (char& c : text) c = c == '|' ? '\0' : c;
    return text;
  };
  return {
      {"sheet", "utf8", Findings()},
      {"sheet", "marked", "\xEF\xBB\xBF" + Findings()},
      {"sheet", "gbk", Gbk(Findings())},
      {"sheet", "tabs", tabs},
      {"workbook", "shared", SheetXml() + "\n%\n" + SharedTexts()},
      {"workbook", "alone", SheetXml()},
      {"control_points", "utf8", Points()},
      {"control_points", "gbk", Gbk(Points())},
      {"control_points", "projected",
       "id;grid_x;grid_y;east;north\nK1;57665.2;22160.1;529927.5;4622482.6\n"
       "K2;70958.7;23405.3;543221.1;4623667.9\nK3;69170.6;35603.0;541480.1;4635868.4\n"},
      {"control_points", "bare", "1\t57665.2\t22160.1\t123.36\t41.74\n"},
      {"map", "geojson", GeoJson()},
      {"map", "kml", Kml()},
      {"map", "dxf_utf8", Dxf("AC1021", "ANSI_936")},
      {"map", "dxf_gbk", Gbk(Dxf("AC1015", "ANSI_1252"))},
      {"map_words", "outer", "2xΦ219×6"},
      {"map_words", "depth", "埋深(cm)"},
      {"map_words", "number", "1.2 m"},
      {"map_words", "year", "投运于1998年"},
      {"map_words", "layer", "热力一次网供水DN300-直埋"},
      {"map_words", "shift", "crs,swap+gcj02"},
      {"dates", "chinese", "2026年4月3日"},
      {"dates", "serial", "46115.5"},
      {"dates", "time", "20260403 08:30:00"},
      {"dates", "wide", "２０２６／４／３"},
      {"dates", "word", "supply leak"},
      {"run_folder", "one", Run()},
      {"plan_json", "hazards", Hazards()},
      {"plan_json", "plan", Plan()},
      {"plan_rule", "condition",
       "kind == 'leak' and (age >= 20 or not verified) and part ~ '集箱|x'"},
      {"plan_rule", "quantity", "len_bad + 6 * (dn / 2 - .5e1)"},
      {"plan_rule", "choice", "dn >= 300 ? major : age > 3 ? medium : minor"},
      {"plan_toml", "rules", std::string(planning::BuiltInRules())},
      {"plan_toml", "prices", std::string(planning::BuiltInPrices())},
      {"plan_toml", "resources", Resources()},
      {"progress", "lines",
       "item,date,quantity,accepted,closed,by,note\r\n\"P-1\",2026-05-04,3.5,0,0,\"李\",\"a "
       "\"\"b\"\"\"\r\nP-2,2026-05-05,10,1,1,,\r\nP-3,2026-05-05,1e3,1,1\n"},
      {"card_names", "camera",
       zeros("DCIM/100MEDIA/DJI_0001.JPG|北区/红外 1.jpg|a\x01.jpg|a\x02.jpg")},
      {"card_names", "folders", zeros("a:|a?/b|a*/b/c|" + std::string(200, 'x') + ".jpg")},
  };
}

}  // namespace thermoleak::fuzz
