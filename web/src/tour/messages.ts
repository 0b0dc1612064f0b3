/** The texts of help and tour, which come with them and not with the page. */
import type { Language } from '../messages';

export const tourMessages = {
  help: { zh: '帮助与快捷键', en: 'Help and shortcuts' },
  close: { zh: '关闭', en: 'Close' },
  tour: { zh: '两分钟导览', en: 'Two-minute tour' },
  start: { zh: '开始导览', en: 'Start the tour' },
  keys: { zh: '快捷键', en: 'Keys' },
  keys_where: { zh: '在任何位置（输入文字时除外）', en: 'Anywhere, except where you type' },
  key_help: { zh: '打开本帮助', en: 'This help' },
  key_search: { zh: '到查询框', en: 'To the search box' },
  key_map: { zh: '到地图', en: 'To the map' },
  key_panel: { zh: '到面板', en: 'To the panel' },
  keys_map: { zh: '在地图上', en: 'On the map' },
  key_arrows: { zh: '移动地图', en: 'Move the map' },
  key_zoom: { zh: '放大、缩小', en: 'Zoom in and out' },
  key_enter: { zh: '查询十字处', en: 'Ask at the cross' },
  keys_rail: { zh: '在任务栏上', en: 'On the rail of tasks' },
  key_rail: {
    zh: '到上一个、下一个任务（回车打开）',
    en: 'To the task before, the next one (Enter opens it)',
  },
  arrow_keys: { zh: '方向键', en: 'Arrow keys' },
  enter_key: { zh: '回车', en: 'Enter' },
  single_keys: {
    zh: '启用单键快捷键（使用语音输入或读屏软件时可关闭）',
    en: 'Single keys work (turn them off if you use speech input)',
  },

  step_of: { zh: '第 {n} 步，共 {of} 步', en: 'Step {n} of {of}' },
  back: { zh: '上一步', en: 'Back' },
  next: { zh: '下一步', en: 'Next' },
  end: { zh: '结束导览', en: 'End the tour' },

  welcome: { zh: '一座城市，分成网格', en: 'A city, divided into grids' },
  welcome_text: {
    zh: '地图上每一小块是一个网格，底色区分社区，绿色是专属网格（学校、园区、市场等）。每个网格都有人负责。这是一座虚构的演示城市，可以放心操作。',
    en: 'Each small patch of the map is a grid; tints tell communities apart, green ones are dedicated grids such as schools and markets. Somebody is responsible for each. The city is made up: nothing here can break.',
  },
  search: { zh: '查谁负责', en: 'Find who is responsible' },
  search_text: {
    zh: '在框里输入地址、网格编码、名称、拼音首字母（jqjd 即“金桥街道”）或经纬度，或者直接点击地图。点“下一步”，我们查询地图中央的一处。',
    en: 'Type an address, a grid code, a name, its pinyin initials (jqjd for Jinqiao Jiedao) or coordinates; or click the map. Press Next, and we look up a spot in the middle.',
  },
  answer: { zh: '看答案', en: 'Read the answer' },
  answer_text: {
    zh: '卡片最上面是责任网格和现在该联系的人及电话，下面依次是联系次序和所属区划。靠近边界时会给出提醒，并在地图上画出相邻网格。可以复制、打印，也可以选择过去的日期。',
    en: 'On top stand the responsible grid and whom to call now, below them whom to try next and the divisions above. Close to a border it warns and draws the neighbours. Copy it, print it, or ask about a day in the past.',
  },
  incidents: { zh: '处理事件', en: 'Handle incidents' },
  incidents_text: {
    zh: '新事件会自动出现在列表和地图上。点一条可看经过和下一步；登记新事件，只需指出地点。',
    en: 'New incidents appear in the list and on the map by themselves. Choose one to see what was done and what comes next; to report one, point at the place.',
  },
  divide: { zh: '调整网格', en: 'Redraw grids' },
  divide_text: {
    zh: '边界只通过方案调整：拖动共用边界，相邻网格一起变，不会出现缝隙或重叠；旁边随时显示户数、负荷的变化。',
    en: 'Borders change by a plan only: drag a shared border and all neighbours move with it, so that no gap or overlap can appear. Households and load are shown as they change.',
  },
  coverage: { zh: '看覆盖情况', en: 'See the coverage' },
  coverage_text: {
    zh: '按区划查看覆盖、负荷、缝隙和重叠，以及尚未划入网格的场所和事件。',
    en: 'Coverage, load, gaps and overlaps of a division, and what lies in no grid yet.',
  },
  data: { zh: '导入与共享数据', en: 'Bring and share data' },
  data_text: {
    zh: '导入文件，或把地址复制到 QGIS、MapLibre 等软件，直接使用这些图层。',
    en: 'Import files, or copy addresses into QGIS, MapLibre and others to use these layers there.',
  },
  done: { zh: '就是这些', en: 'That is all' },
  done_text: {
    zh: '随时按 ? 或点右上角的“？”查看快捷键，或重看本导览。现在试试：输入一个地址。',
    en: 'Press ? or the question mark at the top for the keys, or to take this tour again. Now try it: type an address.',
  },
} satisfies Record<string, Record<Language, string>>;

export type TourKey = keyof typeof tourMessages;
