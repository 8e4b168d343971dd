#include "thermoleak/planning/vocabulary.hpp"

#include <array>

namespace thermoleak::planning {
namespace {

constexpr std::array kSources = {
    Term{"operating", "operating inspection", "运行检测"},
    Term{"shutdown", "shutdown inspection", "停炉检测"}, Term{"complaint", "complaint", "诉求"},
    Term{"emergency", "emergency repair", "抢修"}, Term{"age", "age", "年限"}};
constexpr std::array kAssets = {Term{"primary_pipe", "primary pipe", "一次网"},
                                Term{"secondary_pipe", "secondary pipe", "二次网"},
                                Term{"pipe", "pipe", "管道"},
                                Term{"chamber", "chamber", "井室"},
                                Term{"valve", "valve", "阀门"},
                                Term{"riser", "riser", "立杠"},
                                Term{"boiler", "boiler", "锅炉"},
                                Term{"auxiliary", "auxiliary", "辅机"},
                                Term{"heat_exchanger", "heat exchanger", "换热器"},
                                Term{"flue_gas", "flue-gas cleaning", "环保设备"}};
constexpr std::array kKinds = {Term{"leak", "leak", "泄漏"},
                               Term{"insulation", "insulation damage", "保温破损"},
                               Term{"installation", "installation", "附属设施"},
                               Term{"channel_water", "water in the duct", "地沟积水"},
                               Term{"defect", "equipment defect", "设备缺陷"},
                               Term{"unknown", "unknown", "不明"}};
constexpr std::array kGrades = {Term{"general", "general", "一般"},
                                Term{"larger", "larger", "较大"}, Term{"major", "major", "重大"},
                                Term{"extraordinary", "extraordinary", "特别重大"}};
constexpr std::array kUrgencies = {Term{"routine", "in turn", "分期分批"},
                                   Term{"soon", "soon", "及时"},
                                   Term{"immediate", "at once", "立即"}};
constexpr std::array kStates = {Term{"new", "clue", "线索"},
                                Term{"to_verify", "to verify", "待复核"},
                                Term{"verifying", "being verified", "复核中"},
                                Term{"watch", "watch", "监护"},
                                Term{"suspect", "suspect, not dug", "疑似(未开挖)"},
                                Term{"confirmed", "confirmed", "已确认"},
                                Term{"emergency", "emergency repair", "抢修"},
                                Term{"planned", "planned", "已列入"},
                                Term{"rectifying", "being rectified", "整改中"},
                                Term{"to_accept", "to accept", "待验收"},
                                Term{"closed", "closed", "销号"},
                                Term{"carried", "carried over", "结转"},
                                Term{"reopened", "reopened", "重新开启"},
                                Term{"rejected", "rejected", "已排除"},
                                Term{"merged", "merged", "合并"}};
constexpr std::array kBatches = {Term{"first", "first", "首批"},
                                 Term{"supplement", "supplement", "补充"},
                                 Term{"addition", "addition", "增补"}};
constexpr std::array kClasses = {Term{"minor", "minor", "小修"}, Term{"medium", "medium", "中修"},
                                 Term{"major", "major", "大修"}};
constexpr std::array kMeasures = {Term{"repair", "repair", "维修"},
                                  Term{"replace", "replace", "更换"},
                                  Term{"reconstruct", "reconstruct", "改造"},
                                  Term{"build", "build new", "新建"},
                                  Term{"dismantle", "dismantle and join", "拆除联网"},
                                  Term{"inspect", "inspect", "检验"},
                                  Term{"verify", "dig to verify", "开挖验证"}};
constexpr std::array kScopes = {
    Term{"spot", "place", "单点"}, Term{"section", "section", "井间整段"},
    Term{"device", "device", "设备"}, Term{"courtyard", "courtyard", "庭院管网"}};
constexpr std::array kSkills = {
    Term{"pipe", "pipe crew", "管道班组"}, Term{"boiler", "boiler crew", "锅炉班组"},
    Term{"licensed", "licensed boiler repair unit", "持证锅炉修理单位"}};
constexpr std::array kItemStates = {Term{"draft", "draft", "草拟"},
                                    Term{"submitted", "submitted", "已报送"},
                                    Term{"district_ok", "approved by the district", "区级审核"},
                                    Term{"filed", "filed with the city", "市级备案"},
                                    Term{"ready", "ready", "具备开工"},
                                    Term{"started", "started", "施工中"},
                                    Term{"done", "done", "已完工"},
                                    Term{"accepted", "accepted", "已验收"},
                                    Term{"closed", "closed", "已销号"},
                                    Term{"returned", "returned", "退回"},
                                    Term{"amended", "amended", "已调整"},
                                    Term{"cancelled", "cancelled", "取消"},
                                    Term{"carried", "carried over", "结转"}};
constexpr std::array kWhyNots = {Term{"budget", "budget", "资金不足"},
                                 Term{"capacity", "crews are full", "施工力量不足"},
                                 Term{"no_crew", "no crew", "无施工班组"},
                                 Term{"window", "no day left in its window", "工期窗口不足"},
                                 Term{"lock", "waits for other work", "前置工作未排"},
                                 Term{"missing_facts", "facts are missing", "信息待补"},
                                 Term{"watch", "watch", "监护"},
                                 Term{"no_rule", "no rule applies", "无适用规则"},
                                 Term{"closed", "closed", "已办结"},
                                 Term{"other_batch", "belongs to another batch", "属其他批次"}};
constexpr std::array kProjectNames = {
    Term{"1", "heating repair and reconstruction", "供热维修改造工程"},
    Term{"2", "better heating service", "供热服务提升工程"},
    Term{"3", "small boiler houses joined to large ones", "“拆小并大”工程"},
    Term{"4", "clean heating", "清洁取暖工程"},
    Term{"5", "networks joined", "管网互联互通工程"},
    Term{"6", "smart heating", "智慧供热优化工程"},
    Term{"7", "stairwells put in order", "楼道整治工程"}};

}  // namespace

template <>
std::span<const Term> Terms<HazardSource>() {
  return kSources;
}
template <>
std::span<const Term> Terms<AssetKind>() {
  return kAssets;
}
template <>
std::span<const Term> Terms<HazardKind>() {
  return kKinds;
}
template <>
std::span<const Term> Terms<Grade>() {
  return kGrades;
}
template <>
std::span<const Term> Terms<Urgency>() {
  return kUrgencies;
}
template <>
std::span<const Term> Terms<HazardState>() {
  return kStates;
}
template <>
std::span<const Term> Terms<Batch>() {
  return kBatches;
}
template <>
std::span<const Term> Terms<RepairClass>() {
  return kClasses;
}
template <>
std::span<const Term> Terms<Measure>() {
  return kMeasures;
}
template <>
std::span<const Term> Terms<Skill>() {
  return kSkills;
}
template <>
std::span<const Term> Terms<ItemState>() {
  return kItemStates;
}
template <>
std::span<const Term> Terms<WhyNot>() {
  return kWhyNots;
}

template <>
std::span<const Term> Terms<Scope>() {
  return kScopes;
}

std::string_view ProjectName(int project, Lang lang) {
  const Term& term = kProjectNames[static_cast<std::size_t>(project - 1)];
  return lang == Lang::kChinese ? term.zh : term.en;
}

}  // namespace thermoleak::planning
