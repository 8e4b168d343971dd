// Words for the service's codes, as the ledger and the plan have them. The server's own list comes first (GET /vocabulary);
// these stand in while the phone is offline, and for what only the pages name.

import type { Term } from './types';

const list = (...rows: [string, string, string][]): Term[] => rows.map(([code, en, zh]) => ({ code, en, zh }));

export const words: Record<string, Term[]> = {
  states: list(
    ['new', 'clue', '线索'], ['to_verify', 'to verify', '待复核'], ['verifying', 'being verified', '复核中'],
    ['watch', 'watch', '监护'], ['suspect', 'suspect, not dug', '疑似'], ['confirmed', 'confirmed', '已确认'],
    ['emergency', 'emergency repair', '抢修'], ['planned', 'planned', '已列入'], ['rectifying', 'being rectified', '整改中'],
    ['to_accept', 'to accept', '待验收'], ['closed', 'closed', '销号'], ['carried', 'carried over', '结转'],
    ['reopened', 'reopened', '重新开启'], ['rejected', 'rejected', '已排除'], ['merged', 'merged', '合并']),
  kinds: list(
    ['leak', 'leak', '泄漏'], ['insulation', 'insulation damage', '保温破损'],
    ['installation', 'installation', '附属设施异常'], ['channel_water', 'water in the duct', '地沟积水'],
    ['defect', 'equipment defect', '设备缺陷'], ['confuser', 'confuser', '干扰源'], ['unknown', 'unknown', '不明']),
  reject_codes: list(
    ['manhole', 'hot manhole cover', '井盖热井'], ['sewer', 'sewer or storm drain', '污水/雨水井'],
    ['street_light', 'street light', '路灯'], ['vehicle', 'vehicle', '车辆'], ['pedestrian', 'pedestrian', '行人'],
    ['building_heat', 'heat of a building', '建筑散热'], ['exhaust', 'flue or vent', '排烟/排气口'],
    ['power_cable', 'power cable', '电力电缆'], ['sun', 'warmth of the sun', '日照余热'],
    ['water_snow', 'edge of water or snow', '水体/积雪边缘'], ['artefact', 'seam or drift of the picture', '拼接/漂移伪影'],
    ['normal_trace', 'normal trace of the pipe', '正常直埋热影'], ['foreign_pipe', 'another owner\'s pipe', '其他单位管道'],
    ['not_found', 'verified, no leak', '复核无泄漏'], ['dug_no_leak', 'dug, no leak', '开挖无泄漏']),
  methods: list(
    ['listening', 'acoustic listening', '听漏'], ['correlator', 'correlator', '相关仪'],
    ['bar_hole', 'bar-hole temperature', '钻孔测温'], ['chamber_check', 'chamber check', '井室检查'],
    ['pressure_test', 'pressure test', '打压查漏'], ['excavation', 'excavation', '开挖'],
    ['refly', 'repeat flight', '复飞'], ['handheld', 'handheld thermal camera', '手持热像仪']),
  results: list(
    ['found', 'found', '确认存在'], ['likely', 'signs of it', '疑似存在'], ['not_found', 'not found', '未发现']),
  item_states: list(
    ['draft', 'draft', '草拟'], ['submitted', 'submitted', '已报送'], ['district_ok', 'approved by the district', '区级审核'],
    ['filed', 'filed with the city', '市级备案'], ['ready', 'ready', '具备开工'], ['started', 'started', '施工中'],
    ['done', 'done', '已完工'], ['accepted', 'accepted', '已验收'], ['closed', 'closed', '已销号'],
    ['returned', 'returned', '退回'], ['amended', 'amended', '已调整'], ['cancelled', 'cancelled', '取消'],
    ['carried', 'carried over', '结转']),
  classes: list(['minor', 'minor', '小修'], ['medium', 'medium', '中修'], ['major', 'major', '大修']),
  measures: list(
    ['repair', 'repair', '维修'], ['replace', 'replace', '更换'], ['reconstruct', 'reconstruct', '改造'],
    ['build', 'build new', '新建'], ['dismantle', 'dismantle and join', '拆除联网'], ['inspect', 'inspect', '检验'],
    ['verify', 'dig to verify', '开挖验证']),
  batches: list(['first', 'first batch', '首批'], ['supplement', 'supplement', '补充'], ['addition', 'addition', '增补']),
  assets: list(
    ['primary_pipe', 'primary pipe', '一次网'], ['secondary_pipe', 'secondary pipe', '二次网'], ['pipe', 'pipe', '管道'],
    ['chamber', 'chamber', '井室'], ['valve', 'valve', '阀门'], ['riser', 'riser', '立杠'], ['boiler', 'boiler', '锅炉'],
    ['auxiliary', 'auxiliary', '辅机'], ['heat_exchanger', 'heat exchanger', '换热器'],
    ['flue_gas', 'flue-gas cleaning', '环保设备']),
  grades: list(
    ['general', 'general', '一般'], ['larger', 'larger', '较大'], ['major', 'major', '重大'],
    ['extraordinary', 'extraordinarily serious', '特别重大']),
  urgencies: list(['routine', 'in turn', '分期分批'], ['soon', 'soon', '及时'], ['immediate', 'at once', '立即']),
  layings: list(['buried', 'buried', '直埋'], ['duct', 'duct', '地沟'], ['overhead', 'overhead', '架空']),
  units: list(
    ['m', 'm', '米'], ['km', 'km', '公里'], ['piece', 'pcs', '处'], ['spot', 'spots', '处'], ['place', 'places', '处'], ['riser', 'risers', '根'], ['set', 'sets', '台'],
    ['boiler', 'boilers', '台'], ['chamber', 'chambers', '座'], ['valve', 'valves', '个']),
  scan_states: list(
    ['open', 'uploading', '上传中'], ['committed', 'handed in', '已提交'], ['running', 'being processed', '处理中'],
    ['done', 'processed', '已处理'], ['failed', 'failed', '失败'], ['parked', 'set aside', '已搁置']),
  job_kinds: list(
    ['survey', 'survey', '检测处理'], ['quality', 'quality check', '质量检查'], ['import', 'ledger import', '导入台账'],
    ['plan', 'plan', '编制计划'], ['report', 'report', '生成报告']),
  job_states: list(
    ['waiting', 'waiting', '排队'], ['running', 'running', '运行中'], ['done', 'done', '完成'], ['failed', 'failed', '失败'],
    ['parked', 'set aside', '已搁置'], ['cancelled', 'cancelled', '已取消']),
  roles: list(
    ['administrator', 'administrator', '系统管理员'], ['manager', 'manager', '单位负责人'], ['engineer', 'engineer', '工程师'],
    ['crew', 'field crew', '外业班组'], ['district', 'district authority', '区县主管部门'],
    ['city', 'city authority', '市主管部门'], ['auditor', 'auditor', '审计']),
};
