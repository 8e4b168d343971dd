#include "thermoleak/ledger/vocabulary.hpp"

#include <array>

namespace thermoleak {
namespace {

constexpr std::array kSources = {
    Term{"operating", "operating inspection", "运行检测"},
    Term{"shutdown", "shutdown inspection", "停炉检测"},
    Term{"complaint", "complaint", "诉求"},
    Term{"emergency", "emergency repair", "抢修"},
    Term{"age", "age", "年限"},
};
constexpr std::array kAssetKinds = {
    Term{"primary_pipe", "primary pipe", "一次网", "一级网|高温网|primary"},
    Term{"secondary_pipe", "secondary pipe", "二次网", "二级网|庭院网|庭院管网|secondary"},
    Term{"pipe", "pipe", "管道", "管网"},
    Term{"chamber", "chamber", "井室", "检查室|阀门井"},
    Term{"valve", "valve", "阀门"},
    Term{"riser", "riser", "立杠", "单元立杠"},
    Term{"boiler", "boiler", "锅炉"},
    Term{"auxiliary", "auxiliary", "辅机", "辅助设备"},
    Term{"heat_exchanger", "heat exchanger", "换热器"},
    Term{"flue_gas", "flue-gas cleaning", "环保设备", "环保"},
};
constexpr std::array kKinds = {
    Term{"leak", "leak", "泄漏", "漏点"},
    Term{"insulation", "insulation damage", "保温破损", "保温层破损"},
    Term{"installation", "installation", "附属设施异常", "井室|阀门|补偿器"},
    Term{"channel_water", "water in the duct", "地沟积水"},
    Term{"defect", "equipment defect", "设备缺陷"},
    Term{"unknown", "unknown", "不明"},
};
constexpr std::array kGrades = {
    Term{"general", "general", "一般"},
    Term{"larger", "larger", "较大"},
    Term{"major", "major", "重大"},
    Term{"extraordinary", "extraordinarily serious", "特别重大"},
};
constexpr std::array kUrgencies = {
    Term{"routine", "in turn", "分期分批"},
    Term{"soon", "soon", "及时"},
    Term{"immediate", "at once", "立即"},
};
constexpr std::array kStates = {
    Term{"new", "clue", "线索"},
    Term{"to_verify", "to verify", "待复核"},
    Term{"verifying", "being verified", "复核中"},
    Term{"watch", "watch", "监护"},
    Term{"suspect", "suspect, not dug", "疑似"},
    Term{"confirmed", "confirmed", "已确认"},
    Term{"emergency", "emergency repair", "抢修"},
    Term{"planned", "planned", "已列入"},
    Term{"rectifying", "being rectified", "整改中"},
    Term{"to_accept", "to accept", "待验收"},
    Term{"closed", "closed", "销号"},
    Term{"carried", "carried over", "结转"},
    Term{"reopened", "reopened", "重新开启"},
    Term{"rejected", "rejected", "已排除"},
    Term{"merged", "merged", "合并"},
};
constexpr std::array kRoles = {
    Term{"inspector", "inspector", "检测人员"},
    Term{"unit_engineer", "unit's engineer", "单位工程师", "engineer"},
    Term{"unit_manager", "unit's manager", "单位负责人", "manager"},
    Term{"district", "district authority", "区县主管部门", "区供热办"},
    Term{"city", "city authority", "市主管部门"},
    Term{"auditor", "auditor", "审计"},
};
constexpr std::array kOrganisationTypes = {
    Term{"city", "city authority", "市级主管部门"}, Term{"district", "district", "区县"},
    Term{"unit", "heating unit", "供热单位"},       Term{"agency", "inspection agency", "检测机构"},
    Term{"contractor", "contractor", "施工单位"},
};
constexpr std::array kRejectCodes = {
    Term{"manhole", "hot manhole cover", "井盖热井"},
    Term{"sewer", "sewer or storm drain", "污水/雨水井"},
    Term{"street_light", "street light", "路灯"},
    Term{"vehicle", "vehicle", "车辆"},
    Term{"pedestrian", "pedestrian", "行人"},
    Term{"building_heat", "heat of a building", "建筑散热"},
    Term{"exhaust", "flue or vent", "排烟/排气口"},
    Term{"power_cable", "power cable", "电力电缆"},
    Term{"sun", "warmth of the sun", "日照余热"},
    Term{"water_snow", "edge of water or snow", "水体/积雪边缘"},
    Term{"artefact", "seam or drift of the picture", "拼接/漂移伪影"},
    Term{"normal_trace", "normal trace of the pipe", "正常直埋热影"},
    Term{"foreign_pipe", "another owner's pipe", "其他单位管道"},
    Term{"not_found", "verified, no leak", "复核无泄漏"},
    Term{"dug_no_leak", "dug, no leak", "开挖无泄漏"},
};
constexpr std::array kMethods = {
    Term{"listening", "acoustic listening", "听漏", "听漏仪"},
    Term{"correlator", "correlator", "相关仪", "相关"},
    Term{"bar_hole", "bar-hole temperature", "钻孔测温"},
    Term{"chamber_check", "chamber check", "井室检查"},
    Term{"pressure_test", "pressure test", "打压查漏"},
    Term{"excavation", "excavation", "开挖", "开挖验证|dig"},
    Term{"refly", "repeat flight", "复飞"},
    Term{"handheld", "handheld thermal camera", "手持热像仪", "手持热像"},
};
constexpr std::array kResults = {
    Term{"found", "found", "确认存在", "leak|确认"},
    Term{"likely", "signs of it", "疑似存在", "疑似"},
    Term{"not_found", "not found", "未发现", "none|no_leak"},
};
constexpr std::array kBatches = {
    Term{"first", "first batch", "首批"},
    Term{"supplement", "supplement", "补充"},
    Term{"addition", "addition", "增补"},
};
constexpr std::array kPurposes = {
    Term{"before", "before the repair", "整改前"},
    Term{"during", "during the repair", "整改中"},
    Term{"after", "after the repair", "整改后"},
    Term{"thermal", "thermal picture", "热像图"},
    Term{"other", "other", "其他"},
};
constexpr std::array kPerformers = {
    Term{"self", "by the unit itself", "自检", "自行检测"},
    Term{"agency", "by an agency", "委托机构", "委托|委托检测"},
};
constexpr std::array kObjects = {
    Term{"boilers_running", "boilers in operation", "锅炉运行检测"},
    Term{"network", "pipe network", "管网检测"},
    Term{"boilers_stopped", "boilers shut down", "停炉检测"},
};

}  // namespace

// A table as long as its enumeration is checked by a test through the last value of each.
template <>
std::span<const Term> TermsOf<HazardSource>() {
  return kSources;
}
template <>
std::span<const Term> TermsOf<AssetKind>() {
  return kAssetKinds;
}
template <>
std::span<const Term> TermsOf<HazardKind>() {
  return kKinds;
}
template <>
std::span<const Term> TermsOf<Grade>() {
  return kGrades;
}
template <>
std::span<const Term> TermsOf<Urgency>() {
  return kUrgencies;
}
template <>
std::span<const Term> TermsOf<HazardState>() {
  return kStates;
}
template <>
std::span<const Term> TermsOf<Role>() {
  return kRoles;
}
template <>
std::span<const Term> TermsOf<OrganisationType>() {
  return kOrganisationTypes;
}
template <>
std::span<const Term> TermsOf<RejectCode>() {
  return kRejectCodes;
}
template <>
std::span<const Term> TermsOf<VerifyMethod>() {
  return kMethods;
}
template <>
std::span<const Term> TermsOf<VerifyResult>() {
  return kResults;
}
template <>
std::span<const Term> TermsOf<Batch>() {
  return kBatches;
}
template <>
std::span<const Term> TermsOf<AttachmentPurpose>() {
  return kPurposes;
}
template <>
std::span<const Term> TermsOf<PerformedBy>() {
  return kPerformers;
}
template <>
std::span<const Term> TermsOf<InspectionObject>() {
  return kObjects;
}

std::string Folded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = [&](std::size_t k) {
      return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0u;
    };
    unsigned c = byte(0);
    if (c == 0xEF && (byte(1) == 0xBC || byte(1) == 0xBD)) {  // full width: U+FF01 .. U+FF5E
      const unsigned code = 0xF000u | ((byte(1) & 0x3Fu) << 6) | (byte(2) & 0x3Fu);
      if (code >= 0xFF01 && code <= 0xFF5E) {
        c = code - 0xFF01 + '!';
        i += 2;
      }
    } else if (c == 0xE3 && byte(1) == 0x80 && byte(2) == 0x80) {
      c = ' ';
      i += 2;
    }
    if (c == ' ' || c == '_' || c == '-' || c == '\t' || c == '\r' || c == '\n') continue;
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
    out += static_cast<char>(c);
  }
  return out;
}

std::optional<std::size_t> FindTerm(std::span<const Term> terms, std::string_view text) {
  const std::string wanted = Folded(text);
  if (wanted.empty()) return std::nullopt;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const Term& term = terms[i];
    if (wanted == Folded(term.code) || wanted == Folded(term.en) || wanted == Folded(term.zh))
      return i;
    for (std::string_view rest = term.also; !rest.empty();) {
      const std::size_t bar = std::min(rest.find('|'), rest.size());
      if (wanted == Folded(rest.substr(0, bar))) return i;
      rest.remove_prefix(std::min(bar + 1, rest.size()));
    }
  }
  return std::nullopt;
}

}  // namespace thermoleak
