/** The texts of the screen, which come with it and not with the page. */
import type { Language } from '../messages';

export const divideMessages = {
  title: { zh: '划分网格', en: 'Divide grids' },
  why: {
    zh: '在草案中拖动、切分、合并网格边界。草案不影响现行版本，决定并发布后才生效。',
    en: 'Drag, split and merge borders in a draft. Nothing that is in force changes until the plan is decided and published.',
  },
  token: {
    zh: '绘制草案需要规划员的访问令牌。',
    en: 'Drawing needs the access token of a planner.',
  },
  drafts: { zh: '可以绘制的方案', en: 'Plans to draw on' },
  no_drafts: {
    zh: '还没有可以绘制的方案，先在下面新建一个。',
    en: 'There is no plan to draw on yet. Begin one below.',
  },
  wanted: { zh: '要划分的网格：{name}', en: 'The grid to divide: {name}' },
  wanted_title: { zh: '切分{name}', en: 'Split {name}' },
  begin: { zh: '新建方案', en: 'Begin a plan' },
  begin_do: { zh: '新建并开始绘制', en: 'Begin, and draw' },
  to_plans: { zh: '方案的全部内容', en: 'All about this plan' },
  back: { zh: '换一个方案', en: 'Another plan' },
  stale: {
    zh: '县（区）现行版本已更新，请先在方案里“更新到现行版本”，再继续绘制。',
    en: 'The county has moved on: the plan has to be brought up to the edition in force before it can be drawn on.',
  },
  closed: {
    zh: '此方案现在不能绘制，请换一个方案，或新建一个。',
    en: 'This plan cannot be drawn on now: choose another one, or begin one.',
  },

  open: { zh: '打开视野内的网格', en: 'Open what is in sight' },
  open_hint: {
    zh: '请放大到视野内不超过 400 个网格，再打开。',
    en: 'Zoom in until at most 400 grids are in sight, then open them.',
  },
  opened: { zh: '已打开 {n} 个网格和区域', en: '{n} grids and areas are open' },
  incomplete: {
    zh: '道路、水系和建筑太多，只打开了一部分；放大后再打开可得到全部。',
    en: 'Only some of the roads, rivers and buildings are here. Zoom in and open again for all.',
  },

  tools: { zh: '工具', en: 'Tools' },
  tool_border: { zh: '拖动边界', en: 'Drag a border' },
  tool_split: { zh: '切分', en: 'Split' },
  tool_merge: { zh: '合并', en: 'Merge' },
  tool_redraw: { zh: '重绘边界', en: 'Redraw a border' },
  tool_give: { zh: '划给', en: 'Give a block' },
  tool_cut: { zh: '划出新网格', en: 'Cut out a grid' },
  tool_dedicated: { zh: '划出专属网格', en: 'Dedicated grid' },
  tool_void: { zh: '不设网格', en: 'Area without grids' },
  how_border: {
    zh: '拖动共用边界或顶点，相邻网格一起改变。按住 Alt 点击边界增加顶点，点击顶点删除。',
    en: 'Drag a border or corner: the neighbours follow. With Alt held, click a border to add a corner, or a corner to delete it.',
  },
  how_split: {
    zh: '画一条穿过网格的线，双击结束，两端画到边界上或稍稍越过。要沿道路切分，依次点道路与边界相接的两处：线会沿着道路走。',
    en: 'Draw a line across the grid; a double click ends it. Let both ends reach the border or pass it a little. To split along a road, click where it meets the border, then where it leaves: the line follows it.',
  },
  how_merge: { zh: '依次点击两个相邻的网格。', en: 'Click two grids that are neighbours.' },
  how_redraw: {
    zh: '先选网格，再沿新的边界画线，从旧边界开始，到旧边界结束。',
    en: 'Choose the grid, then trace its new border, from the old border to the old border.',
  },
  how_give: {
    zh: '先选得到土地的网格，再点击旁边网格中由道路围成的街区，或画出一块。',
    en: 'Choose the grid that gains, then click a block of streets in the one beside it, or draw a ring.',
  },
  how_cut: { zh: '写下名称，画出新网格的范围。', en: 'Name the new grid and draw its ring.' },
  how_dedicated: {
    zh: '写明名称、类型和主体单位，画出范围。专属网格覆盖在基础网格之上。',
    en: 'Say name, kind and host, and draw the ring. It lies over base grids.',
  },
  how_void: {
    zh: '写明事由，画出水面、山林等不设网格的范围。',
    en: 'Say why, and draw the ring of water, woods or the like where no grid is to be.',
  },
  catch: { zh: '吸附', en: 'Catch on lines' },
  follow: { zh: '沿线描画', en: 'Follow lines' },
  by_block: { zh: '点击街区', en: 'By a block of streets' },
  by_ring: { zh: '画一块', en: 'By a ring' },
  undo: { zh: '撤销', en: 'Undo' },
  redo: { zh: '重做', en: 'Redo' },

  grids: { zh: '打开的网格', en: 'Grids that are open' },
  filter: { zh: '筛选编码或名称', en: 'Code or name' },
  show: { zh: '定位', en: 'Show' },
  chosen: { zh: '已选：{name}', en: 'Chosen: {name}' },
  none_chosen: { zh: '没有选择网格', en: 'No grid is chosen' },
  do_merge: { zh: '合并所选', en: 'Merge those chosen' },
  gains: { zh: '划给 {name}', en: 'To {name}' },

  part: { zh: '所选网格', en: 'The chosen grid' },
  part_name: { zh: '新名称', en: 'New name' },
  do_rename: { zh: '更名', en: 'Rename' },
  part_community: { zh: '相邻社区', en: 'Community beside it' },
  do_transfer: { zh: '移交', en: 'Transfer' },
  part_taker: { zh: '相邻网格', en: 'Grid beside it' },
  do_fill: { zh: '划给此网格', en: 'Give it to that grid' },
  do_retire: { zh: '撤销此专属网格', en: 'End this dedicated grid' },

  corner: { zh: '顶点', en: 'Corner' },
  corner_n: { zh: '顶点 {i} / {n}', en: 'Corner {i} of {n}' },
  corner_next: { zh: '下一个可移动的顶点', en: 'Next corner that may move' },
  corner_before: { zh: '上一个', en: 'The one before' },
  corner_free: { zh: '{n} 条边界在此相接，可以移动', en: '{n} borders meet here; it may move' },
  corner_to: { zh: '坐标（经度, 纬度）', en: 'Coordinates (longitude, latitude)' },
  corner_move: { zh: '移到此坐标', en: 'Move there' },
  corner_middle: { zh: '移到地图十字处', en: 'Move to the cross of the map' },
  corner_insert: { zh: '在到下一顶点的中点增加顶点', en: 'Add a corner halfway to the next' },
  corner_remove: { zh: '删除此顶点', en: 'Delete this corner' },
  nudge: { zh: '微移', en: 'Nudge' },
  nudge_w: { zh: '向西 {m} 米', en: '{m} m west' },
  nudge_e: { zh: '向东 {m} 米', en: '{m} m east' },
  nudge_n: { zh: '向北 {m} 米', en: '{m} m north' },
  nudge_s: { zh: '向南 {m} 米', en: '{m} m south' },

  drawn: { zh: '画线', en: 'Drawing' },
  points: { zh: '已画 {n} 点', en: '{n} points so far' },
  point_add: { zh: '添加坐标', en: 'Add these coordinates' },
  point_middle: { zh: '添加地图十字处', en: 'Add the cross of the map' },
  point_back: { zh: '退一点', en: 'Take one back' },
  finish: { zh: '完成', en: 'Finish' },
  cancel: { zh: '放弃', en: 'Cancel' },
  block_middle: { zh: '划出地图十字处的街区', en: 'Give the block at the cross of the map' },
  block_at: { zh: '划出此坐标处的街区', en: 'Give the block at these coordinates' },
  coordinates_bad: { zh: '请写成“经度, 纬度”。', en: 'Write longitude, latitude.' },
  name: { zh: '名称', en: 'Name' },
  kind: { zh: '类型', en: 'Kind' },
  void_reason: { zh: '不设网格的事由', en: 'Why there is no grid' },
  host: { zh: '主体单位', en: 'Host' },
  worker: { zh: '派驻网格员（人员编码）', en: 'Who is posted to it (code of the worker)' },
  worker_why: {
    zh: '专属网格须有人值守才能生效。',
    en: 'It takes effect only with somebody posted to it.',
  },

  outcome_hint: {
    zh: '每一笔画完，立即验证有无缝隙和重叠，结果显示在这里。',
    en: 'Every stroke is proven at once to leave no gap and no overlap; what came of it is told here.',
  },
  busy: { zh: '服务器正在检验……', en: 'The server is proving it…' },
  done: {
    zh: '{what}完成，已证明不重不漏（{ms} 毫秒）。涉及 {n} 个网格。',
    en: '{what}: done, and proven to tile ({ms} ms). Grids concerned: {n}.',
  },
  refused: { zh: '没有改动：{why}', en: 'Nothing was changed: {why}' },
  refused_show: { zh: '看看在哪里', en: 'Show where' },
  op_shift: { zh: '边界调整', en: 'Border changed' },
  op_split: { zh: '切分', en: 'Split' },
  op_merge: { zh: '合并', en: 'Merged' },
  op_create: { zh: '划出新网格', en: 'New grid' },
  op_rename: { zh: '更名', en: 'Renamed' },
  op_transfer: { zh: '移交', en: 'Transferred' },
  op_carve_void: { zh: '划出不设网格的区域', en: 'Area without grids' },
  op_fill_void: { zh: '划入网格', en: 'Given to a grid' },
  op_retire: { zh: '撤销网格', en: 'Ended' },
  op_undo: { zh: '撤销', en: 'Undone' },
  op_redo: { zh: '重做', en: 'Done again' },

  hint_outline: {
    zh: '这是县（区）的外边界，不能移动。',
    en: 'This is the outline of the county, which never moves.',
  },
  hint_community: {
    zh: '这是社区之间的界线，不能移动。要改变社区范围，请先切分再移交。',
    en: 'This border is between communities and stays. To change that, split a piece off and transfer it.',
  },
  hint_fixed: {
    zh: '这里的网格只作参照；移动地图后重新打开即可绘制。',
    en: 'What lies here is only for reference. Move the map and open again to draw on it.',
  },
  hint_fold: { zh: '边界会相互交叉，请换一个位置。', en: 'Borders would cross: choose another place.' },
  hint_junction: {
    zh: '三条以上边界在此相接，不能删除，只能移动。',
    en: 'Several borders meet here: it may be moved, but not deleted.',
  },
  hint_nothing_there: { zh: '这里没有可用的网格或边界。', en: 'There is no grid or border here to use.' },
  hint_no_block: {
    zh: '网格 {code} 在此没有被道路或水系分开，请改为“画一块”。',
    en: 'No road or river divides grid {code} here: draw a ring instead.',
  },
  hint_busy: {
    zh: '上一步还在核验，请稍候再画一次。',
    en: 'The step before is still being proven: draw this one again in a moment.',
  },
  hint_choose_grid: { zh: '请先选择网格。', en: 'Choose a grid first.' },
  hint_not_enough: { zh: '还没有画够。', en: 'There is not enough drawn yet.' },
  hint_merge_more: { zh: '请选择两个相邻的网格。', en: 'Choose two grids that are neighbours.' },

  rule_outline_never_moves: {
    zh: '县（区）外边界不能移动，请画到标出的顶点。',
    en: 'the outline of the county stays. Draw to the vertex that is marked.',
  },
  rule_border_between_communities_never_moves: {
    zh: '社区之间的界线不能移动，请画到标出的顶点。',
    en: 'the border between communities stays. Draw up to the vertex that is marked.',
  },
  rule_area_would_change_community: {
    zh: '土地会划到另一个社区，请先切分再移交。',
    en: 'ground would go to another community. Split the piece off and transfer it.',
  },
  rule_line_does_not_divide_the_face: {
    zh: '这条线没有切开网格，请让两端都到边界。',
    en: 'the line does not divide the grid. Let both ends reach its border.',
  },
  rule_line_meets_border_less_than_twice: {
    zh: '这条线没有两次碰到网格边界，请从边界画到边界。',
    en: 'the line does not meet the border twice. Begin and end it on the border.',
  },
  rule_region_takes_nothing: {
    zh: '画出的范围内没有可以划出的土地。',
    en: 'the ring takes nothing that may be given. Draw it over the grids that are to lose ground.',
  },
  rule_faces_share_no_border: { zh: '这些网格不相邻，不能合并。', en: 'these grids share no border.' },
  rule_face_would_vanish: {
    zh: '有网格会什么都不剩，请改用合并。',
    en: 'nothing would be left of a grid. Merge it instead.',
  },
  rule_nobody_can_take_what_is_given_up: {
    zh: '放弃的土地在本社区没有相邻网格可以接收。',
    en: 'no neighbour in the community can take what is given up.',
  },
  rule_no_border_there: { zh: '那里没有边界。', en: 'there is no border there.' },
  rule_vertex_is_a_junction: {
    zh: '多条边界在此相接，不能删除。',
    en: 'several borders meet there, so it cannot be deleted.',
  },
  rule_border_would_cross_another: { zh: '边界会相互交叉。', en: 'borders would cross.' },
  rule_rounding_bends_a_border_too_far: {
    zh: '离另一条边界太近，请离远一点或画到已有的顶点。',
    en: 'it comes too close to another border. Keep off it, or draw through a vertex that is there.',
  },
  rule_too_many_crossings: { zh: '画得太复杂，请简化。', en: 'it crosses too often. Draw it more simply.' },
  rule_ring_crosses_itself: { zh: '画出的范围自相交叉。', en: 'the ring crosses itself.' },
  stale_version: {
    zh: '别人刚刚改动了这个方案，已重新载入，请再画一次。',
    en: 'somebody else has just changed the plan. It was loaded again: draw once more.',
  },
  stale_closed: {
    zh: '别人刚刚改动了这个方案，现在不能再绘制。',
    en: 'somebody else has just changed the plan, and it cannot be drawn on any more.',
  },

  live: { zh: '改动前后', en: 'Before and after' },
  live_none: { zh: '还没有改动。', en: 'Nothing is changed yet.' },
  live_grid: { zh: '网格', en: 'Grid' },
  live_households: { zh: '户数', en: 'Households' },
  live_load: { zh: '负荷', en: 'Load' },
  live_empty: { zh: '这里没有住户', en: 'nobody lives here' },
  live_all: { zh: '全部影响', en: 'All consequences' },
  faults: { zh: '质检', en: 'Findings' },
  faults_none: { zh: '没有发现错误。', en: 'No error was found.' },
  faults_n: { zh: '{errors} 个错误，{notices} 条提示', en: '{errors} errors, {notices} notices' },
} satisfies Record<string, Record<Language, string>>;

export type DivideKey = keyof typeof divideMessages;
