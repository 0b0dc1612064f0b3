// The screens of who answers calls: look up and incidents.
import { deskMessages } from '../../src/incidents/desk-messages';
import { messages } from '../../src/messages';
import { at, dark, english, englishDark, everywhere, phone, type Screen } from './screen';

export const desks: Screen[] = [
  {
    name: 'start',
    part: 'lookup',
    does: {
      zh: '打开就是全市网格；点击地图，或输入地址、名称、编码、坐标。',
      en: 'The whole city at once; click the map, or type an address, a name, a code or coordinates.',
    },
    link: () => [everywhere],
    heading: messages.lookup_title,
    looks: [english, dark, phone],
  },
  {
    name: 'search',
    part: 'lookup',
    does: {
      zh: '边输入边查找，拼音首字母也可以；用上下键选择。',
      en: 'Found while it is typed, by pinyin initials as well; the arrow keys choose.',
    },
    link: () => [everywhere],
    heading: messages.lookup_title,
    complete: async (page) => {
      await page.locator('#search').fill('yl');
      await page.locator('#hits [data-code]').nth(3).waitFor();
    },
  },
  {
    name: 'answer',
    part: 'lookup',
    does: {
      zh: '谁负责、现在打给谁；正在边界上时给出提醒，相邻网格在图上标出。',
      en: 'Who is responsible and whom to call; a spot on a border is said to be, and the neighbours are drawn.',
    },
    link: ({ corner }) => [at(corner, 16), `at=${corner.join()}`],
    heading: messages.contact,
    complete: (page) => page.locator('#result [data-warning=on_boundary]').waitFor(),
    looks: [englishDark, phone],
  },
  {
    name: 'incidents',
    part: 'incidents',
    does: {
      zh: '待办事件随时更新，可筛选；列表与地图互相指认。',
      en: 'Open incidents as they come in, filtered; the list and the map point at each other.',
    },
    link: ({ grid }) => [at(grid.label, 14), 'task=incidents'],
    heading: messages.incidents_title,
    role: 'dispatcher',
    complete: (page) => page.locator('#incidents li').first().waitFor(),
    looks: [englishDark, phone],
  },
  {
    name: 'board',
    part: 'incidents',
    does: {
      zh: '看板按办理状态排列，地图留在上方。',
      en: 'The board sorts them by state, with the map still in sight.',
    },
    link: ({ grid }) => [at(grid.label, 14), 'task=incidents&board=true'],
    heading: deskMessages.board_title,
    role: 'dispatcher',
    complete: (page) => page.locator('#board li').first().waitFor(),
    looks: [englishDark],
  },
  {
    name: 'incident',
    part: 'incidents',
    does: {
      zh: '一件事件：现在能做的只有状态机允许的几步，下面是全部经过。',
      en: 'One incident: the buttons are the steps that its state allows and no others; below, all that has happened.',
    },
    link: ({ incident }) => [at(incident.spot, 16), `incident=${incident.code}`],
    heading: deskMessages.acts,
    role: 'dispatcher',
    complete: (page) => page.locator('#events li').first().waitFor(),
    looks: [phone],
  },
  {
    name: 'no-incidents',
    part: 'incidents',
    does: {
      zh: '筛选之后没有事件，就如实说明；条件都还在，改了就行。',
      en: 'A filter that leaves no incident says so, and stays there to be changed.',
    },
    link: ({ grid }) => [at(grid.label, 14), 'task=incidents&text=海啸'],
    heading: messages.incidents_title,
    role: 'dispatcher',
    complete: (page, _, language) => page.getByText(messages.incidents_none[language]).waitFor(),
  },
  {
    name: 'intake',
    part: 'incidents',
    does: {
      zh: '登记事件：粘贴来电记录，地点在图上标出，其余自动填入。',
      en: 'An incident is taken down: paste the message, see the spot on the map, and the rest is filled in.',
    },
    link: ({ grid }) => [at(grid.label, 16), `new=${grid.label.join()}`],
    heading: deskMessages.intake,
    role: 'dispatcher',
    complete: async (page) => {
      await page
        .locator('textarea[name=paste]')
        .fill('标题：沿街商铺占道经营\n内容：影响行人通过，请派人查看');
      await page.locator('[name=kind]').selectOption({ index: 2 });
    },
    looks: [dark],
  },
];
