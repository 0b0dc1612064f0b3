/** What a broken rule means and what to do next: of a row in a file, and of what was entered. */
import type { Language } from './messages';

/** By the rule that the server names, or by rule/field where the field says more; the field is shown beside it. */
export const ruleTexts = {
  required: { zh: '必填，请补上。', en: 'This is needed: fill it in.' },
  enum: {
    zh: '不是可选的值，请从规定的值中选择。',
    en: 'Not one of the values it may have: choose one of them.',
  },
  check: { zh: '不是可选的值，请更正。', en: 'Not a value that it may have: correct it.' },
  range: {
    zh: '超出允许的范围（大小、长短或时间），请更正。',
    en: 'Too large, too small, too long, or at a time it cannot be: correct it.',
  },
  length: { zh: '太长或太多，请缩减。', en: 'Too long, or too many: shorten it.' },
  text: {
    zh: '文字不合要求（太长、为空或有不可见字符），请更正。',
    en: 'The text is too long, empty, or has characters that cannot be seen: correct it.',
  },
  code: {
    zh: '编码含有不允许的字符，或太长，请更正。',
    en: 'The code is too long, or has characters that are not allowed: correct it.',
  },
  boolean: { zh: '应为“是”或“否”，请更正。', en: 'It is true or false: correct it.' },
  integer: { zh: '应为整数，请更正。', en: 'It is a whole number: correct it.' },
  number: { zh: '应为数字，请更正。', en: 'It is a number: correct it.' },
  time: {
    zh: '时间写法不对，请写成 2026-01-31 08:00 这样。',
    en: 'Not a time: write it like 2026-01-31 08:00.',
  },
  date: {
    zh: '日期写法不对，请写成 2026-01-31 这样。',
    en: 'Not a date: write it like 2026-01-31.',
  },
  list: {
    zh: '应为列表，各项用分号隔开，请更正。',
    en: 'It is a list, separated by semicolons: correct it.',
  },
  object: { zh: '应为 JSON 对象，请更正。', en: 'It is a JSON object: correct it.' },
  unknown: {
    zh: '引用的对象不存在，请先导入它，或更正编码。',
    en: 'What it refers to is not there: import that first, or correct the code.',
  },
  unknown_code: {
    zh: '引用的编码不存在，请先建立它，或更正编码。',
    en: 'There is nothing of that code: add it first, or correct the code.',
  },
  unknown_field: {
    zh: '没有这个字段，请改名或不导入。',
    en: 'There is no such field: name another one, or leave it out.',
  },
  outside: {
    zh: '不在所属区划的范围内，请核对位置和坐标系。',
    en: 'It does not lie in its division: check the place and its coordinate system.',
  },
  scope: {
    zh: '不在您的令牌所管的区划内，请由市级管理员导入。',
    en: 'Not in the division that your token is for: an administrator of the city imports it.',
  },
  city: {
    zh: '一个数据库只有一个市，请核对编码。',
    en: 'A database is of one city: check the code.',
  },
  level: { zh: '级别不符，请核对编码和上级。', en: 'It is of another level: check the code and its parent.' },
  csv: {
    zh: '这一行的列数与表头不符，或引号不成对，请更正。',
    en: 'The row has more or fewer columns than the header, or a quote that does not end: correct it.',
  },
  json: { zh: '不是有效的 JSON，请更正。', en: 'This is not valid JSON: correct it.' },
  geojson: {
    zh: '不是有效的 GeoJSON 要素，请更正。',
    en: 'This is not a valid GeoJSON feature: correct it.',
  },
  gpkg: {
    zh: '不是有效的 GeoPackage 几何，请重新导出。',
    en: 'This is no geometry of a GeoPackage: export it again.',
  },
  wkb: { zh: '几何（WKB）无效，请重新导出。', en: 'The geometry (WKB) is not valid: export it again.' },
  wkt: { zh: '几何（WKT）无效，请更正。', en: 'The geometry (WKT) is not valid: correct it.' },
  geometry: { zh: '画成了几条线，请一笔画成一条。', en: 'These are several lines: draw one, in one go.' },
  position: { zh: '位置无效，请重新选择。', en: 'The position is not valid: choose it again.' },
  map: {
    zh: '有两列对应同一字段，请只留一列。',
    en: 'Two columns are mapped to one field: keep one of them.',
  },
  sources: { zh: '一次导入的文件太多或没有，请调整。', en: 'Too many files at once, or none: change that.' },
  features: { zh: '要素太多或没有，请分成几份。', en: 'Too many features, or none: send them in parts.' },
  items: { zh: '清单的条目有误，请更正。', en: 'An item of the list is not right: correct it.' },
  one_of: { zh: '只能填其中一项，请去掉其余的。', en: 'Only one of these is taken: leave out the rest.' },
  fixed: { zh: '这一项不能更改，请不要填写。', en: 'This never changes: leave it out.' },
  acts_only: { zh: '这一项由办理操作更改，请用办理按钮。', en: 'This is changed by an act: use its button.' },
  no_change: { zh: '没有任何变化，不需要保存。', en: 'Nothing would change: there is nothing to store.' },
  in_path: {
    zh: '地址令牌只能是查阅员，请更改角色。',
    en: 'A token for addresses is for a reader: change the role.',
  },
  other_user: {
    zh: '这个使用人的名字已用于您的区划之外，请换一个，或请上级管理员办理。',
    en: 'That user is known beyond your division: choose another name, or ask the administrator above you.',
  },
  idempotency_key: {
    zh: '页面内部出错，请刷新后再试。',
    en: 'Something is wrong in this page: reload it and try again.',
  },
  setting: { zh: '设置的值不对，请更正。', en: 'The value of the setting is not right: correct it.' },
  code_scheme: { zh: '编码规则的写法不对，请更正。', en: 'The scheme of codes is not right: correct it.' },
  unit: { zh: '没有选对单位，请从列表中选择。', en: 'That is no unit: choose one from the list.' },
  part: { zh: '所选的不是这种区域，请重新选择。', en: 'What was chosen is of another kind: choose again.' },
  plan: {
    zh: '这样改动不合方案的规定，请核对所选的网格和画的线。',
    en: 'The plan cannot be changed like this: look at the grids chosen and at what was drawn.',
  },
  'plan/op': { zh: '没有这种操作，请刷新页面后再试。', en: 'There is no such operation: reload the page.' },
  'plan/action': {
    zh: '顶点只能移动、增加或删除，请刷新页面后再试。',
    en: 'A corner is moved, added or removed, and nothing else: reload the page.',
  },
  'plan/kind': {
    zh: '新网格只能是基础网格或专属网格，请重新选择。',
    en: 'A new grid is a base grid or a dedicated one: choose again.',
  },
  'plan/grid': {
    zh: '这个网格不能这样改：类型或县（区）不符，或是本社区最后一个网格。请换一个。',
    en: 'This grid cannot: it is of another kind or county, or the last of its community. Choose another.',
  },
  'plan/grids': {
    zh: '只能合并同一社区、同一类型的网格，请重新选择。',
    en: 'Only grids of one kind and one community can be merged: choose again.',
  },
  'plan/from': {
    zh: '让出的网格属于别的社区，请先划出这一块，再转给那个社区。',
    en: 'The grid that gives is of another community: split the piece off, then transfer it.',
  },
  'plan/into': {
    zh: '请选同一社区里相邻的另一个网格来接收。',
    en: 'Choose another grid to take it: a neighbour in the same community.',
  },
  'plan/line': {
    zh: '线把网格分成了太多块，请画得简单些。',
    en: 'The line cuts the grid into too many parts: draw a simpler one.',
  },
  'plan/area': {
    zh: '画的范围里没有本方案的网格，请在方案的县（区）内画。',
    en: 'What was drawn covers no grid of the plan: draw within the plan’s county.',
  },
  'plan/community_code': {
    zh: '社区不合适：须在同一县（区）、与所选网格相邻，且不是它现在的社区。请重新选择。',
    en: 'Not that community: it has to be another one, beside the grid, in the same county. Choose again.',
  },
  'plan/codes': {
    zh: '没有可用的新编码，请自己写下编码。',
    en: 'There is no new code left to give: write the code yourself.',
  },
  counties: {
    zh: '县（区）太多、没有，或与方案不符，请重新选择。',
    en: 'Too many counties, none, or others than the plan’s: choose again.',
  },
  divisions: {
    zh: '方案不能新建区划，请先导入社区。',
    en: 'A plan makes no divisions: import the communities first.',
  },
  edition: { zh: '没有基础网格，请一起导入。', en: 'There are no base grids: import them with it.' },
  inactive: { zh: '这名网格员已停用，请选择别人。', en: 'This worker is not active: choose another.' },
  overlap: {
    zh: '与同一人或同一岗位的另一条时间重叠，请更正时间。',
    en: 'It overlaps another one of the same worker or post: correct the times.',
  },
  post_valid: {
    zh: '值班时间内此人不在岗，请更正时间或先建立岗位。',
    en: 'The post is not valid in all of that time: correct the times, or make the post first.',
  },
  stand_in: {
    zh: '替班人须是本县（区）的另一名在岗人员，请重新选择。',
    en: 'Who stands in is somebody else, with a post in the county: choose again.',
  },
  'QC-02': {
    zh: '没有说明坐标系，或不是支持的，请选择坐标系。',
    en: 'The coordinate system is not named, or not known: choose it.',
  },
  'QC-11': {
    zh: '编码重复，或不合编码规则，请换一个。',
    en: 'The code is there twice, or malformed: choose another.',
  },
  'QC-12': {
    zh: '编码以前用过，不能重用，请换一个。',
    en: 'The code was used before, and never is again: choose another.',
  },
  'BR-12': {
    zh: '与另一个专属网格重叠，请移动边界。',
    en: 'It overlaps another dedicated grid: move the border.',
  },
  'BR-16': {
    zh: '专属网格没有人员，请先指定网格员。',
    en: 'Nobody is posted to the dedicated grid: name a worker first.',
  },
  'BR-32': {
    zh: '方案现在的状态不允许这样做，请核对进程。',
    en: 'The plan does not allow this now: look at its course.',
  },
  'BR-47': {
    zh: '不在网格的准入清单内，请转给有关部门。',
    en: 'It is not on the list of what grids do: give it to a department.',
  },
  'BR-50': {
    zh: '首接负责：要换责任单位，请用移交、分派等操作。',
    en: 'Who received it first leads: use transfer or assign to give it to another unit.',
  },
  'BR-50/unit': {
    zh: '分派只能给责任单位辖区内的网格或单位，给别处请用移交；已是责任单位的不必再给。',
    en: 'Assign gives it to a grid or unit within the area of the unit that leads: use transfer for any other, and choose another than the one that leads already.',
  },
  'BR-52': {
    zh: '所选区划或单位不能这样会同处置，请重新选择。',
    en: 'These divisions or units cannot handle it together like this: choose again.',
  },
  'BR-54': { zh: '不能并入这一条事件，请重新选择。', en: 'It cannot be merged into that one: choose again.' },
  'BR-60': {
    zh: '像是含有个人信息（证件号、私人电话等），不能保存，请删去。',
    en: 'It seems to hold personal data (an identity number, a private phone): take that out.',
  },
  position_not_finite_or_off_globe: {
    zh: '坐标不在地球上，或经纬度写反了，请更正。',
    en: 'The position is not on the globe, or latitude comes first: correct it.',
  },
  geometry_empty: { zh: '没有几何，请补上坐标或图形。', en: 'There is no geometry: add it.' },
  geometry_type_not_allowed: {
    zh: '几何类型（点、线、面）不适合这个图层，请更正。',
    en: 'The layer takes another type of geometry (point, line, area): correct it.',
  },
  ring_has_fewer_than_three_corners: {
    zh: '面少于三个角，请重画。',
    en: 'A ring has fewer than three corners: draw it again.',
  },
  line_has_fewer_than_two_points: {
    zh: '线少于两个点，请重画。',
    en: 'A line has fewer than two points: draw it again.',
  },
  ring_not_closed: { zh: '面没有闭合，请闭合。', en: 'A ring does not end where it begins: close it.' },
  ring_crosses_itself: {
    zh: '面自相交叉，请在标出的位置更正。',
    en: 'A ring crosses itself: correct it where it is marked.',
  },
  ring_touches_itself: {
    zh: '面自相接触，请在标出的位置更正。',
    en: 'A ring touches itself: correct it where it is marked.',
  },
  rings_cross: {
    zh: '两条边界相互交叉，请在标出的位置更正。',
    en: 'Two rings cross: correct them where it is marked.',
  },
  rings_share_an_edge: { zh: '两条边界有一段重合，请更正。', en: 'Two rings share an edge: correct them.' },
  hole_outside_its_ring: { zh: '洞在面的外面，请更正。', en: 'A hole lies outside its ring: correct it.' },
  holes_nested: { zh: '洞中有洞，请更正。', en: 'A hole lies in another hole: correct it.' },
  interior_not_connected: {
    zh: '洞把面切断了，请分成几块。',
    en: 'The holes cut the area apart: make it several pieces.',
  },
  parts_overlap: { zh: '各块相互重叠，请更正。', en: 'Two parts overlap: correct them.' },
  extent_over_90_degrees: { zh: '范围太大，请核对坐标。', en: 'It is far too wide: check the coordinates.' },
  crosses_180_degrees: {
    zh: '跨过了 180° 经线，请核对坐标。',
    en: 'It crosses the 180th meridian: check the coordinates.',
  },
  too_many_vertices: { zh: '顶点太多，请简化后再试。', en: 'It has too many vertices: simplify it.' },
  outside_the_city_box: {
    zh: '不在本市范围内，请核对坐标和坐标系。',
    en: 'It lies outside the city: check the coordinates and their system.',
  },
  face_would_vanish: { zh: '太小，会消失，请合并。', en: 'It is so small that it would vanish: merge it.' },
  too_many_crossings: { zh: '边界交叉太多，请简化后再试。', en: 'Borders cross too often: simplify them.' },
} satisfies Record<string, Record<Language, string>>;
