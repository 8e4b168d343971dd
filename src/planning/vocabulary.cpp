#include "thermoleak/planning/vocabulary.hpp"

#include <array>

namespace thermoleak {
namespace planning {
namespace {

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

std::string_view ProjectName(int project, Lang lang) {
  const Term& term = kProjectNames[static_cast<std::size_t>(project - 1)];
  return lang == Lang::kChinese ? term.zh : term.en;
}

}  // namespace planning

template <>
std::span<const Term> TermsOf<planning::RepairClass>() {
  return planning::kClasses;
}
template <>
std::span<const Term> TermsOf<planning::Measure>() {
  return planning::kMeasures;
}
template <>
std::span<const Term> TermsOf<planning::Scope>() {
  return planning::kScopes;
}
template <>
std::span<const Term> TermsOf<planning::Skill>() {
  return planning::kSkills;
}
template <>
std::span<const Term> TermsOf<planning::ItemState>() {
  return planning::kItemStates;
}
template <>
std::span<const Term> TermsOf<planning::WhyNot>() {
  return planning::kWhyNots;
}

}  // namespace thermoleak
