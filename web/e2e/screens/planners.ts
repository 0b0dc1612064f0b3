// The screens of planners: divide, plans, coverage.
import type { Page } from 'playwright-core';
import { degrees } from '../../src/divide/lattice';
import { divideMessages } from '../../src/divide/messages';
import type { Part } from '../../src/divide/partition';
import type { Language } from '../../src/messages';
import { planMessages } from '../../src/plans/messages';
import { planTexts } from '../../src/plans/plan-texts';
import { Desk, inTheMiddle, metres } from '../desk';
import { send } from '../client';
import { tagOf } from '../plan';
import { at, dark, english, englishDark, phone, scrolledTo, type Screen } from './screen';
import { drawing, sharing, splitting, type Scenery } from './scenery';

const titled = (title: string): Record<Language, string> => ({ zh: title, en: title });

/** The desk about the grid of the pictures, its working set there. */
async function deskOf(page: Page, { grid, draft }: Scenery, language: Language): Promise<Desk> {
  const desk = new Desk(page, draft, language, grid.label);
  await desk.opened();
  return desk;
}

async function gridOf(desk: Desk, { grid }: Scenery): Promise<Part> {
  const part = (await desk.partition()).all().find(({ code }) => code === grid.code);
  if (part === undefined) throw new Error('the grid is not open');
  return part;
}

/** What another planner draws meanwhile: the grid is split from west to east. */
async function splitElsewhere({ grid, shared }: Scenery): Promise<void> {
  const [lon, lat] = grid.label;
  const coordinates = [
    [lon - 0.01, lat],
    [lon + 0.01, lat],
  ];
  const change = { op: 'split', grid: grid.code, line: { type: 'LineString', coordinates }, crs: 'wgs84' };
  await send('planner', 'POST', `/v1/plans/${shared}/changes`, change, await tagOf(shared));
}

const working: Screen['link'] = ({ grid, draft }) => [at(grid.label, 16), `plan=${draft}&task=divide`];

/** The line between the sides would lie on the border that is new. */
const compared: Screen['link'] = ({ plan }) => {
  const [lon, lat] = plan.grid.label;
  return [at([lon - 0.0012, lat], 16), `plan=${plan.code}&compare=now_${plan.code}`];
};

export const planners: Screen[] = [
  {
    name: 'divide',
    part: 'divide',
    does: {
      zh: '选择可以绘制的方案，或新建一个。',
      en: 'Choose a plan to draw on, or begin one.',
    },
    link: ({ grid }) => [at(grid.label, 15), 'task=divide'],
    heading: divideMessages.title,
    role: 'planner',
    complete: (page) => page.locator('[aria-labelledby=drafts-title] li').first().waitFor(),
  },
  {
    name: 'desk',
    part: 'divide',
    does: {
      zh: '打开视野内的网格，选工具，在地图上画：这里正用一条线切分网格。',
      en: 'Open the grids in sight, take a tool and draw: here a line is about to split a grid.',
    },
    link: working,
    heading: titled(drawing),
    role: 'planner',
    complete: async (page, of, language) => {
      const desk = await deskOf(page, of, language);
      const part = await gridOf(desk, of);
      await page.getByLabel(divideMessages.tool_split[language], { exact: true }).check();
      const [top, bottom] = desk.across(part);
      // By keyboard and then by mouse: two quick clicks are a double click, which ends the line.
      const place = page.getByLabel(divideMessages.corner_to[language]);
      await place.fill(degrees(top).join());
      await place.press('Enter');
      await desk.clickAt(degrees(inTheMiddle(part)));
      const { x, y } = await desk.pixel(degrees(bottom));
      await page.mouse.move(x, y);
      await page.getByText(divideMessages.points[language].replace('{n}', '2')).waitFor();
    },
    looks: [englishDark],
  },
  {
    name: 'refused',
    part: 'divide',
    does: {
      zh: '每一笔都由服务器证明；不成立的一笔不改动任何东西，原因就标在原处。',
      en: 'The server proves every stroke; one that does not hold changes nothing, and its fault is shown at the spot.',
    },
    link: working,
    heading: titled(drawing),
    role: 'planner',
    expected: /status of 4\d\d/,
    complete: async (page, of, language) => {
      const desk = await deskOf(page, of, language);
      const part = await gridOf(desk, of);
      await page.getByLabel(divideMessages.tool_split[language], { exact: true }).check();
      await page.getByLabel(divideMessages.catch[language]).uncheck();
      const from = inTheMiddle(part);
      await desk.clickAt(degrees(metres(from, -60, 40)));
      const end = await desk.pixel(degrees(metres(from, 60, -40)));
      await page.mouse.dblclick(end.x, end.y);
      await page.getByRole('button', { name: divideMessages.refused_show[language] }).waitFor();
    },
  },
  {
    name: 'shared-draft',
    part: 'divide',
    does: {
      zh: '两人同画一个方案：别人刚画过的，这一笔不会盖掉；对方的改动已载入，看过再画。',
      en: 'Two planners draw on one plan: a stroke does not go over what the other has just drawn, which is loaded and seen.',
    },
    link: ({ grid, shared }) => [at(grid.label, 16), `plan=${shared}&task=divide`],
    heading: titled(sharing),
    role: 'planner',
    expected: /status of 412/,
    complete: async (page, of, language) => {
      const desk = await deskOf(page, { ...of, draft: of.shared }, language);
      const part = await gridOf(desk, of);
      await page.getByLabel(divideMessages.tool_split[language], { exact: true }).check();
      const [top, bottom] = desk.across(part);
      await desk.clickAt(degrees(top));
      await splitElsewhere(of);
      const end = await desk.pixel(degrees(bottom));
      await page.mouse.dblclick(end.x, end.y);
      await page.locator('#outcome.bad').waitFor();
    },
  },
  {
    name: 'void-area',
    part: 'divide',
    does: {
      zh: '水面、山林等不设网格的范围：写明事由，画出一圈。',
      en: 'Water, woods and the like, where no grid is to be: say why, and draw the ring.',
    },
    link: working,
    heading: titled(drawing),
    role: 'planner',
    complete: async (page, of, language) => {
      const desk = await deskOf(page, of, language);
      await page.getByLabel(divideMessages.tool_void[language], { exact: true }).check();
      const place = page.getByLabel(divideMessages.corner_to[language]);
      const middle = inTheMiddle(await gridOf(desk, of));
      for (const [east, north] of [
        [-70, 30],
        [30, 90],
        [60, -40],
      ] as const) {
        await place.fill(degrees(metres(middle, east, north)).join());
        await place.press('Enter');
      }
      await page.getByText(divideMessages.points[language].replace('{n}', '3')).waitFor();
    },
  },
  {
    name: 'rename-transfer',
    part: 'divide',
    does: {
      zh: '所选网格：更名，或移交给相邻社区。',
      en: 'The chosen grid: give it another name, or transfer it to the community beside it.',
    },
    link: working,
    heading: titled(drawing),
    role: 'planner',
    complete: async (page, of, language) => {
      const desk = await deskOf(page, of, language);
      await desk.pick(await gridOf(desk, of));
      await page.locator('#part').waitFor();
      await scrolledTo(page, '#part');
    },
    looks: [englishDark],
  },
  {
    name: 'live',
    part: 'divide',
    does: {
      zh: '调整前后：户数、负荷、均衡，以及移交了什么，随每一笔更新。',
      en: 'Before and after: households, load, balance and what changes hands, as of the last stroke.',
    },
    link: ({ plan }) => [at(plan.grid.label, 16), `plan=${plan.code}&task=divide`],
    heading: titled(splitting),
    role: 'planner',
    complete: async (page) => {
      await page.locator('#live table').first().waitFor();
      await scrolledTo(page, '#live');
    },
    looks: [dark],
  },
  {
    name: 'plans',
    part: 'plans',
    does: {
      zh: '全部方案与各自的状态。',
      en: 'All plans, and how far each has come.',
    },
    link: ({ grid }) => [at(grid.label, 15), 'task=plans&plans=all'],
    heading: planMessages.plans_title,
    role: 'planner',
    complete: (page) => page.locator('#plans li').first().waitFor(),
    looks: [english],
  },
  {
    name: 'plan',
    part: 'plans',
    does: {
      zh: '方案走到哪一步、下一步由谁做；草案画在现行网格之上。',
      en: 'How far a plan has come and who does what next; its draft lies over what is in force.',
    },
    link: ({ plan }) => [at(plan.grid.label, 16), `plan=${plan.code}`],
    heading: titled(splitting),
    role: 'planner',
    complete: async (page) => {
      await page.locator('#draft li').first().waitFor();
      await page.locator('.legend .draft').waitFor({ state: 'attached' }); // a phone has it folded
    },
    looks: [englishDark, phone],
  },
  {
    name: 'checklist',
    part: 'plans',
    does: {
      zh: '征求意见、决定、备案是一张带日期的清单；各街道、社区的答复逐一登记。',
      en: 'Consultation, decision and filing are a checklist with dates; the answers are written down body by body.',
    },
    link: ({ consulting }) => [at(consulting.grid.label, 16), `plan=${consulting.code}`],
    heading: planTexts.course_title,
    role: 'planner',
    complete: (page) => scrolledTo(page, '#course [data-step=answers]'),
    looks: [dark],
  },
  {
    name: 'consequences',
    part: 'plans',
    does: {
      zh: '方案的影响：移交的面积、户数、场所、事件，负荷是否更均衡。',
      en: 'What the plan does: area, households, places and incidents that change hands, and whether load is more even.',
    },
    link: ({ plan }) => [at(plan.grid.label, 16), `plan=${plan.code}`],
    heading: planMessages.impact_title,
    complete: (page) => scrolledTo(page, '#impact'),
  },
  {
    name: 'findings',
    part: 'plans',
    does: {
      zh: '质检结果：每条说明问题和办法，点击到现场。',
      en: 'What the check found: each finding says what is wrong and what to do, and leads to the spot.',
    },
    link: ({ plan }) => [at(plan.grid.label, 16), `plan=${plan.code}`],
    heading: planMessages.findings_title,
    role: 'planner',
    complete: (page) => scrolledTo(page, '#findings'),
    looks: [english],
  },
  {
    name: 'conflicts',
    part: 'plans',
    does: {
      zh: '县（区）已有新版本：哪些网格冲突、与哪个方案冲突，怎样更新到现行版本。',
      en: 'The county has moved on: which grids are in the way and of which plan, and how to bring this one up to date.',
    },
    link: ({ overtaken }) => [at(overtaken.grid.label, 16), `plan=${overtaken.code}`],
    heading: planTexts.rebase_title,
    role: 'planner',
    expected: /409/,
    complete: async (page, _, language) => {
      await page.getByRole('button', { name: planTexts.do_rebase[language], exact: true }).click();
      await page.locator('#conflicts li').first().waitFor();
      await scrolledTo(page, '#conflicts');
    },
    looks: [englishDark],
  },
  {
    name: 'compare',
    part: 'plans',
    does: {
      zh: '两个方案或版本左右对比，拖动分界线；下面是同样内容的表格。',
      en: 'Two plans or editions side by side, divided by a line that is dragged; below, the same as a table.',
    },
    link: compared,
    heading: planTexts.compare_title,
    role: 'planner',
    complete: async (page) => {
      await page.locator('#differs li').first().waitFor();
      await page.getByRole('slider').waitFor();
    },
    looks: [dark],
  },
  {
    name: 'compare-table',
    part: 'plans',
    does: {
      zh: '对比的表格：每个变化的网格，左右各是多少。',
      en: 'The comparison as a table: every grid that differs, with its figures on both sides.',
    },
    link: compared,
    heading: planTexts.compare_table,
    complete: (page) => scrolledTo(page, '#compared'),
  },
];
