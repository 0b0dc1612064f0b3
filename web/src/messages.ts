/**
 * Every text of the page in both languages. A text without one of them, and a key that is not here, fail the type check.
 * `{name}` stands for a value; messages.test.ts proves that both languages take the same ones.
 */

import { incidentMessages } from './incidents/messages';
import { lookupMessages } from './lookup/messages';
import { planMessages } from './plans/messages';

export const languages = ['zh', 'en'] as const;
export type Language = (typeof languages)[number];

export const locales: Record<Language, string> = { zh: 'zh-CN', en: 'en-GB' };

export const messages = {
  title: { zh: '网格', en: 'Wangge' },
  subtitle: { zh: '城市网格与责任查询', en: 'City grids and who is responsible' },
  switch_language: { zh: 'English', en: '中文' },
  switch_theme: { zh: '深色', en: 'Dark' },
  help: { zh: '帮助与快捷键', en: 'Help and shortcuts' },
  tour_offer: { zh: '第一次来？花两分钟看看能做什么。', en: 'New here? See in two minutes what you can do.' },
  tour_start: { zh: '开始导览', en: 'Start the tour' },
  tour_decline: { zh: '不用了', en: 'No, thank you' },
  skip_panel: { zh: '跳到面板', en: 'Skip to the panel' },
  skip_map: { zh: '跳到地图', en: 'Skip to the map' },
  loading: { zh: '正在加载…', en: 'Loading…' },
  retry: { zh: '重试', en: 'Try again' },
  more: { zh: '显示更多', en: 'Show more' },
  none: { zh: '无', en: 'None' },
  unknown: { zh: '未登记', en: 'Not recorded' },
  demo: { zh: '演示数据', en: 'Demo data' },
  no_data_title: { zh: '还没有区划数据', en: 'No divisions yet' },

  tasks: { zh: '任务', en: 'Tasks' },
  task_lookup: { zh: '查询', en: 'Look up' },
  task_incidents: { zh: '事件', en: 'Incidents' },
  task_divide: { zh: '划分', en: 'Divide' },
  task_divisions: { zh: '区划', en: 'Divisions' },
  task_coverage: { zh: '覆盖', en: 'Coverage' },
  task_plans: { zh: '方案', en: 'Plans' },
  task_data: { zh: '数据', en: 'Data' },

  map: { zh: '地图', en: 'Map' },
  map_keys: {
    zh: '地图。方向键移动，加减键缩放，回车查询十字处的责任网格。',
    en: 'Map. Arrow keys move, plus and minus zoom, Enter asks at the cross.',
  },
  map_incomplete: {
    zh: '部分地图没有加载成功，移动地图可重试。',
    en: 'Part of the map did not load. Move the map to try again.',
  },
  zoom_in: { zh: '放大', en: 'Zoom in' },
  zoom_out: { zh: '缩小', en: 'Zoom out' },
  whole_city: { zh: '全市', en: 'Whole city' },
  legend_zoom_in: {
    zh: '放大到第 {zoom} 级以上即可看到颜色。',
    en: 'Zoom in to see the colours: from zoom {zoom} on.',
  },
  layers: { zh: '图层与图例', en: 'Layers and legend' },
  layer_base: { zh: '基础网格', en: 'Base grids' },
  layer_dedicated: { zh: '专属网格', en: 'Dedicated grids' },
  layer_divisions: { zh: '区划界线', en: 'Division borders' },
  layer_labels: { zh: '名称', en: 'Names' },
  layer_places: { zh: '场所与隐患', en: 'Places' },
  layer_incidents: { zh: '事件', en: 'Incidents' },
  legend_located: { zh: '查询到的网格', en: 'Grid found' },
  legend_tint: { zh: '底色区分社区', en: 'Tints tell communities apart' },
  map_crs_wgs84: { zh: '坐标系：WGS 84', en: 'WGS 84' },
  map_crs_wgs84_same: { zh: '（与 CGCS2000 数值一致）', en: ' (same numbers as CGCS2000)' },
  map_crs_gcj02: { zh: '按 GCJ-02 绘制，坐标仍为 WGS 84', en: 'Drawn in GCJ-02; coordinates stay WGS 84' },
  basemap_none: { zh: '无底图', en: 'No basemap' },
  basemap_show: { zh: '显示底图', en: 'Show the basemap' },
  basemap_hide: { zh: '隐藏底图', en: 'Hide the basemap' },
  basemap_open: { zh: '打开 .pmtiles 底图', en: 'Open a .pmtiles basemap' },
  basemap_unnamed: { zh: '底图', en: 'Basemap' },
  basemap_failed_file: {
    zh: '这个文件无法显示，需要 PMTiles 第 3 版。',
    en: 'This file cannot be shown: it must be PMTiles, version 3.',
  },
  basemap_failed_seen: { zh: '知道了', en: 'Got it' },
  basemap_failed_frame: {
    zh: '此地图以 GCJ-02 显示，.pmtiles 文件是 WGS 84，会偏移数百米，因此不显示。',
    en: 'This map is drawn in GCJ-02; a .pmtiles file is in WGS 84 and would lie hundreds of metres off, so it is not shown.',
  },
  basemap_failed_source: {
    zh: '部分底图没有加载成功，网格不受影响。',
    en: 'Part of the basemap did not load; grids are not affected.',
  },

  level_city: { zh: '市', en: 'City' },
  level_county: { zh: '县（区）', en: 'County' },
  level_street: { zh: '街道（镇）', en: 'Street or town' },
  level_community: { zh: '社区（村）', en: 'Community' },

  kind_base: { zh: '基础网格', en: 'Base grid' },
  kind_dedicated: { zh: '专属网格', en: 'Dedicated grid' },
  kind_micro: { zh: '微网格', en: 'Micro grid' },
  kind_void: { zh: '不设网格的区域', en: 'Area without grids' },

  place_hazard: { zh: '隐患', en: 'Hazard' },
  place_hazard_source: { zh: '危险源', en: 'Hazard source' },
  place_danger_zone: { zh: '危险区域', en: 'Danger zone' },
  place_rental_premises: { zh: '出租房屋', en: 'Rental premises' },
  place_key_site: { zh: '重点场所', en: 'Key site' },
  place_shelter: { zh: '避难场所', en: 'Shelter' },
  place_response_point: { zh: '应急响应点', en: 'Response point' },

  state_reported: { zh: '已上报', en: 'reported' },
  state_accepted: { zh: '已受理', en: 'accepted' },
  state_assigned: { zh: '已分派', en: 'assigned' },
  state_handling: { zh: '处置中', en: 'being handled' },
  state_transferred: { zh: '已移交', en: 'transferred' },
  state_escalated: { zh: '已上报上级', en: 'escalated' },
  state_waiting_check: { zh: '待核查', en: 'waiting for a check' },
  state_rework: { zh: '返工', en: 'rework' },
  state_closed: { zh: '已办结', en: 'closed' },
  state_rejected: { zh: '不予受理', en: 'rejected' },
  state_merged: { zh: '已合并', en: 'merged' },
  state_cancelled: { zh: '已撤销', en: 'cancelled' },

  ...lookupMessages,

  divisions_title: { zh: '区划与网格', en: 'Divisions and grids' },
  divisions_hint: {
    zh: '选择区划，地图随之缩放；选择网格即查询该网格。',
    en: 'Choose a division to zoom to it; choose a grid to look it up.',
  },
  path: { zh: '当前位置', en: 'You are in' },
  show_coverage: { zh: '查看覆盖情况', en: 'See its coverage' },
  zoom_here: { zh: '缩放到此', en: 'Zoom here' },
  no_children: { zh: '此处没有下级区划或网格。', en: 'Nothing below this one.' },
  households_n: { zh: '{n} 户', en: '{n} households' },
  derived: { zh: '推定', en: 'derived' },

  load_min: { zh: '最小', en: 'Minimum' },
  load_mean: { zh: '平均', en: 'Mean' },
  load_max: { zh: '最大', en: 'Maximum' },
  load_cv: { zh: '变异系数', en: 'Coefficient of variation' },
  count_kind: { zh: '类别', en: 'Kind' },
  incidents_all: { zh: '事件（全部）', en: 'Incidents, all' },
  incidents_open: { zh: '事件（未办结）', en: 'Incidents, open' },
  grid: { zh: '网格', en: 'Grid' },
  load: { zh: '负荷', en: 'Load' },

  token: { zh: '访问令牌', en: 'Access token' },
  token_why: {
    zh: '场所、隐患、事件和方案不公开，查看需要令牌。令牌只保存在当前标签页。',
    en: 'Places, incidents and plans are not public; a token opens them. It is kept for this tab only.',
  },
  token_missing: { zh: '需要访问令牌才能继续。', en: 'This needs an access token.' },
  token_wrong: { zh: '令牌无效或已过期。', en: 'This token is not valid, or has expired.' },
  token_files: {
    zh: '已选好但尚未导入的文件属于当前令牌，换了令牌就要重新选择。',
    en: 'Files that you have given and not imported belong to this token: with another one you give them again.',
  },
  leave_title: { zh: '还有未保存的内容', en: 'Something is not saved' },
  leave_text: {
    zh: '继续的话，已填写、已画、只显示这一次的内容或已选的文件会丢失。',
    en: 'What you have typed or drawn, what is shown only this once, or files that you have chosen are lost if you go on.',
  },
  leave_stay: { zh: '留下', en: 'Stay' },
  leave_go: { zh: '放弃并离开', en: 'Go on without it' },
  token_enter: { zh: '输入令牌', en: 'Enter a token' },
  use: { zh: '使用', en: 'Use' },
  forget: { zh: '清除', en: 'Forget' },
  cancel: { zh: '取消', en: 'Cancel' },
  role_reader: { zh: '查阅员', en: 'Reader' },
  role_dispatcher: { zh: '调度员', en: 'Dispatcher' },
  role_planner: { zh: '规划员', en: 'Planner' },
  role_administrator: { zh: '管理员', en: 'Administrator' },

  ...incidentMessages,
  ...planMessages,

  technical: { zh: '技术细节', en: 'Technical detail' },
  problem_title: { zh: '没有成功', en: 'That did not work' },
  problem_network: {
    zh: '连不上服务器，请检查网络后重试。',
    en: 'The server cannot be reached. Check the network and try again.',
  },
  problem_http: {
    zh: '服务器或中间的代理没有正常答复，请稍后再试；一直这样请告诉管理员。',
    en: 'The server, or something before it, did not answer properly. Try again shortly; tell your administrator if it stays so.',
  },
  problem_page: {
    zh: '页面出错了，请刷新后再试。',
    en: 'Something went wrong in this page: reload it and try again.',
  },
  problem_bad_request: {
    zh: '请求有误，请检查填写的内容。',
    en: 'Something is not right in what you entered: please check it.',
  },
  problem_invalid: {
    zh: '内容不符合规定，请更正后再试。',
    en: 'This breaks a rule: correct it, then try again.',
  },
  problem_invalid_location: {
    zh: '坐标无效，请检查经纬度和坐标系。',
    en: 'Not a valid position: check longitude, latitude and their system.',
  },
  problem_invalid_geometry: {
    zh: '图形不符合要求，请在标出的位置更正。',
    en: 'The shape breaks a rule: correct it where it is marked.',
  },
  problem_conflict: {
    zh: '与现有数据冲突，没有保存。请刷新，看过现在的内容后再试。',
    en: 'This clashes with what is there, and was not saved. Reload, look at it, then try again.',
  },
  problem_stale_version: {
    zh: '别人刚刚改过这条内容，请看过新的内容后再试。',
    en: 'Somebody has changed this meanwhile: look at it as it is now, then try again.',
  },
  problem_version_required: {
    zh: '请先刷新，看过现在的内容后再改。',
    en: 'Reload first, and look at what is there now.',
  },
  problem_rebase_needed: {
    zh: '本县（区）的网格已有新版本，请先把方案更新到新版本。',
    en: 'The county has a new edition: bring the plan up to it first.',
  },
  problem_edition_not_reached: {
    zh: '新版本正在载入，请几秒后再试。',
    en: 'The new edition is being loaded. Try again in a few seconds.',
  },
  problem_cursor_outdated: {
    zh: '列表已经变化，请从头再看。',
    en: 'The list has changed: begin it anew.',
  },
  problem_no_edition: {
    zh: '那时还没有网格，请选较晚的时间。',
    en: 'There were no grids at that time: choose a later one.',
  },
  problem_forbidden: {
    zh: '您的角色或范围不含此内容，需要时请联系管理员。',
    en: 'Your role or scope does not include this; ask your administrator if you need it.',
  },
  problem_not_found: {
    zh: '没有找到，可能已被撤销或编码有误。',
    en: 'Not found: it may be gone, or the code is wrong.',
  },
  problem_outside_area: {
    zh: '不在本市范围内，请检查坐标和坐标系。',
    en: 'Outside the city: check the coordinates and their system.',
  },
  problem_no_service: { zh: '此处不设网格。', en: 'There are no grids here.' },
  problem_too_large: {
    zh: '内容太大，请分成几份。',
    en: 'Too large: send it in parts.',
  },
  problem_unsupported_media: {
    zh: '不支持这种文件，请换一种格式。',
    en: 'This kind of file cannot be read: choose another format.',
  },
  problem_method_not_allowed: {
    zh: '这里不能这样做，请刷新页面后再试。',
    en: 'That cannot be done here: reload the page and try again.',
  },
  problem_timeout: { zh: '服务器暂时忙，请稍后再试。', en: 'The server is busy. Try again shortly.' },
  problem_busy: { zh: '服务器暂时忙，请几秒后再试。', en: 'The server is busy. Try again in a few seconds.' },
  problem_unavailable: {
    zh: '数据库暂不可用，请稍后再试。',
    en: 'The database cannot be reached. Try again shortly.',
  },
  problem_basemap_failed: {
    zh: '底图服务没有答复，网格不受影响。',
    en: 'The service of the basemap did not answer; the grids are not affected.',
  },
  problem_internal: {
    zh: '服务器出错了，已记入日志；一直这样请告诉管理员。',
    en: 'Something went wrong on the server, and is in its log. Tell your administrator if it stays so.',
  },
  problem_other: {
    zh: '没有成功，请检查后再试。',
    en: 'That did not work: check it, then try again.',
  },
} satisfies Record<string, Record<Language, string>>;

export type MessageKey = keyof typeof messages;
export type Values = Record<string, string | number>;

export function isLanguage(text: string): text is Language {
  return (languages as readonly string[]).includes(text);
}

export function isMessageKey(key: string): key is MessageKey {
  return Object.hasOwn(messages, key);
}

/** The text of a key with its values put in; a placeholder without a value stays visible. */
export function format(key: MessageKey, language: Language, values: Values = {}): string {
  return fill(messages[key][language], values);
}

/** A text with values in place of its `{names}`. */
export function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  );
}

/** The page's first language: what the link says, else what the browser prefers, else Chinese. */
export function firstLanguage(linked: Language | null, preferred: readonly string[]): Language {
  if (linked !== null) return linked;
  const known = preferred.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage);
  return known ?? 'zh';
}
