#include "ledger/checklist.hpp"

#include <array>

namespace thermoleak::ledger {
namespace {

constexpr Term kOther{"other", "other", "其他"};

constexpr std::array kDrums = {Term{"drum", "drum", "锅筒", "锅壳|汽包"},
                               Term{"head", "head", "封头"},
                               Term{"tube_sheet", "tube sheet", "管板"},
                               Term{"furnace_tube", "furnace tube", "炉胆", "回燃室"}};
constexpr std::array kDrumDefects = {
    Term{"crack", "crack", "裂纹"},         Term{"corrosion", "corrosion", "腐蚀"},
    Term{"grooving", "grooving", "起槽"},   Term{"deformation", "deformation", "变形", "鼓包"},
    Term{"scale", "scale", "结垢", "积垢"}, kOther};
constexpr std::array kDrumMethods = {Term{"visual", "visual", "宏观", "目视|宏观检查"},
                                     Term{"magnetic", "magnetic particles", "磁粉", "MT|磁粉检测"},
                                     Term{"penetrant", "penetrant", "渗透", "PT|渗透检测"},
                                     Term{"thickness", "thickness gauge", "测厚", "UT"}, kOther};

constexpr std::array kTubes = {Term{"water_wall", "water wall", "水冷壁"},
                               Term{"convection_bank", "convection bank", "对流管束", "对流管"},
                               Term{"arch_tube", "arch tube", "拱管"},
                               Term{"downcomer", "downcomer", "下降管"},
                               Term{"fire_tube", "fire tube", "烟管"},
                               Term{"economiser", "economiser", "省煤器"}};
constexpr std::array kTubeDefects = {Term{"thinning", "thinning", "减薄", "磨损"},
                                     Term{"bulge", "bulge", "鼓包"},
                                     Term{"swelling", "swelling", "胀粗"},
                                     Term{"bend", "bend", "弯曲", "变形"},
                                     Term{"burst", "burst", "爆管"},
                                     Term{"crack", "crack", "裂纹"},
                                     Term{"corrosion", "corrosion", "腐蚀"},
                                     Term{"overheating", "overheating", "过热"},
                                     Term{"leak", "leak", "泄漏"},
                                     Term{"scale", "scale", "结垢"},
                                     kOther};
constexpr std::array kTubeMethods = {Term{"thickness", "thickness gauge", "测厚", "UT"},
                                     Term{"caliper", "caliper", "卡尺"},
                                     Term{"visual", "visual", "宏观", "目视|宏观检查"},
                                     Term{"endoscope", "endoscope", "内窥", "内窥镜"}, kOther};

constexpr std::array kHeaders = {Term{"header", "header", "集箱"}};
constexpr std::array kHeaderDefects = {Term{"scale", "scale", "积垢", "结垢"},
                                       Term{"blockage", "blockage", "堵塞"},
                                       Term{"crack", "crack", "裂纹"}, kOther};
constexpr std::array kHeaderMethods = {Term{"hand_hole", "hand hole", "手孔", "手孔检查"},
                                       Term{"endoscope", "endoscope", "内窥", "内窥镜"}, kOther};

constexpr std::array kJoints = {Term{"weld", "weld", "焊缝"},
                                Term{"expanded_joint", "expanded joint", "胀口"}};
constexpr std::array kJointDefects = {Term{"leak", "leak", "泄漏"}, Term{"crack", "crack", "裂纹"},
                                      kOther};
constexpr std::array kJointMethods = {Term{"penetrant", "penetrant", "渗透", "PT|渗透检测"},
                                      Term{"magnetic", "magnetic particles", "磁粉", "MT|磁粉检测"},
                                      Term{"hydrostatic", "pressure test", "水压试验", "水压"},
                                      kOther};

constexpr std::array kSetting = {Term{"furnace_wall", "furnace wall", "炉墙"},
                                 Term{"furnace_arch", "furnace arch", "炉拱"}};
constexpr std::array kSettingDefects = {Term{"collapse", "fallen off", "脱落"},
                                        Term{"crack", "crack", "裂缝", "裂纹"}, kOther};
constexpr std::array kVisual = {Term{"visual", "visual", "目视", "宏观|宏观检查"}, kOther};

constexpr std::array kGrate = {Term{"grate", "grate", "炉排"},
                               Term{"ash_bar", "slag bar", "老鹰铁"}};
constexpr std::array kGrateDefects = {Term{"fracture", "fracture", "断裂"},
                                      Term{"wear", "wear", "磨损"}, kOther};

constexpr std::array kSafety = {
    Term{"safety_valve", "safety valve", "安全阀"},
    Term{"pressure_gauge", "pressure gauge", "压力表"},
    Term{"thermometer", "thermometer", "温度计"},
    Term{"over_temperature_alarm", "over-temperature alarm", "超温报警"},
    Term{"interlock", "interlock", "联锁", "联锁装置"}};
constexpr std::array kSafetyDefects = {Term{"overdue", "overdue", "超期"},
                                       Term{"failed", "failed", "失灵"}, kOther};
constexpr std::array kSafetyMethods = {Term{"calibration", "calibration", "校验", "检定"},
                                       Term{"function_test", "function test", "功能试验"}, kOther};

constexpr std::array kWhole = {Term{"whole_boiler", "whole boiler", "整台锅炉", "整体"}};
constexpr std::array kWholeDefects = {Term{"pressure_drop", "pressure drop", "压降"},
                                      Term{"seepage", "seepage", "渗漏"}, kOther};
constexpr std::array kWholeMethods = {Term{"hydrostatic", "pressure test", "水压试验", "水压"},
                                      kOther};

constexpr std::array kMachines = {Term{"blower", "forced-draught fan", "鼓风机"},
                                  Term{"induced_fan", "induced-draught fan", "引风机"},
                                  Term{"reducer", "reducer", "减速机"},
                                  Term{"coal_feeder", "coal feeder", "上煤", "上煤机"},
                                  Term{"slag_remover", "slag remover", "除渣", "除渣机"},
                                  Term{"circulation_pump", "circulation pump", "循环泵"},
                                  Term{"make_up_pump", "make-up pump", "补水泵"},
                                  Term{"water_treatment", "water treatment", "水处理"},
                                  Term{"electrical", "electrical control", "电控", "电控柜"}};
constexpr std::array kMachineDefects = {Term{"wear", "wear", "磨损"},
                                        Term{"vibration", "vibration", "振动"},
                                        Term{"clearance", "clearance", "间隙"},
                                        Term{"oil_leak", "oil leak", "漏油"},
                                        Term{"failed", "failed", "失灵", "故障"},
                                        kOther};
constexpr std::array kMachineMethods = {Term{"strip_down", "strip-down", "解体"},
                                        Term{"vibration_meter", "vibration meter", "测振"},
                                        Term{"visual", "visual", "目视", "宏观|宏观检查"}, kOther};

constexpr std::array kFlue = {Term{"dust", "dust collector", "除尘", "除尘器"},
                              Term{"desulphurisation", "desulphurisation", "脱硫"},
                              Term{"denitration", "denitration", "脱硝"}};
constexpr std::array kFlueDefects = {Term{"corrosion", "corrosion", "腐蚀"},
                                     Term{"blockage", "blockage", "堵塞"},
                                     Term{"torn_bag", "torn bag", "破袋"}, kOther};

constexpr std::array kGroups = {
    PartGroup{AssetKind::kBoiler, kDrums, kDrumDefects, kDrumMethods, "mm, place", "mm, 位置"},
    PartGroup{AssetKind::kBoiler, kTubes, kTubeDefects, kTubeMethods, "t / t_min, tubes of all",
              "t/t_min, 根数/总数"},
    PartGroup{AssetKind::kBoiler, kHeaders, kHeaderDefects, kHeaderMethods, "mm", "mm"},
    PartGroup{AssetKind::kBoiler, kJoints, kJointDefects, kJointMethods, "places", "处"},
    PartGroup{AssetKind::kBoiler, kSetting, kSettingDefects, kVisual, "m2", "m2"},
    PartGroup{AssetKind::kBoiler, kGrate, kGrateDefects, kVisual, "pieces", "片"},
    PartGroup{AssetKind::kBoiler, kSafety, kSafetyDefects, kSafetyMethods, "due date", "到期日"},
    PartGroup{AssetKind::kBoiler, kWhole, kWholeDefects, kWholeMethods, "P, min, conclusion",
              "P, min, 结论"},
    PartGroup{AssetKind::kAuxiliary, kMachines, kMachineDefects, kMachineMethods, "pieces", "件"},
    PartGroup{AssetKind::kFlueGas, kFlue, kFlueDefects, kVisual, "places", "处"},
};

constexpr std::array kConclusions = {
    Term{"unfit", "unfit", "不符合要求", "不符合|不合格"},
    Term{"basically fit", "basically fit", "基本符合要求", "基本符合"},
    Term{"fit", "fit", "符合要求", "符合|合格"},
};

}  // namespace

std::span<const PartGroup> Checklist() { return kGroups; }
std::span<const Term> Conclusions() { return kConclusions; }

bool MeansNone(std::string_view text) {
  const std::string folded = Folded(text);
  return folded.empty() || folded == "无" || folded == "none" || folded == "无缺陷" ||
         folded == "no";
}

}  // namespace thermoleak::ledger

namespace thermoleak {

std::string ChecklistWord(std::string_view code, Lang lang) {
  for (const ledger::PartGroup& group : ledger::Checklist()) {
    for (const std::span<const Term> terms : {group.parts, group.defects, group.methods}) {
      for (const Term& term : terms) {
        if (term.code == code) return std::string(lang == Lang::kChinese ? term.zh : term.en);
      }
    }
  }
  for (const Term& term : ledger::Conclusions()) {
    if (term.code == code) return std::string(lang == Lang::kChinese ? term.zh : term.en);
  }
  return std::string(code);
}

std::string LayingWord(std::string_view code, Lang lang) {
  if (code == "buried") return Text(MessageId::kWordBuried, lang);
  if (code == "duct") return Text(MessageId::kWordDuct, lang);
  if (code == "overhead") return Text(MessageId::kWordOverhead, lang);
  return std::string(code);
}

}  // namespace thermoleak
