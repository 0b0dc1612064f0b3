// The screens of who looks at the whole: the report on a plan, coverage, divisions.
import type { Page } from 'playwright-core';
import { coverageMessages } from '../../src/coverage/messages';
import { messages } from '../../src/messages';
import { planTexts } from '../../src/plans/plan-texts';
import { mapReady } from '../browser';
import { at, dark, english, englishDark, everywhere, phone, scrolledTo, type Screen } from './screen';

async function drawnReport(page: Page): Promise<void> {
  await page.locator('#report[data-ready]').waitFor();
  await page.waitForFunction(() => {
    const all = [...document.querySelectorAll('#report figure')];
    return all.length > 2 && all.every((figure) => figure.getAttribute('data-map') === 'drawn');
  });
}

export const overview: Screen[] = [
  {
    name: 'report',
    part: 'plans',
    does: {
      zh: '可打印的报告：前后两图、数字、变更清单，每个街道社区一张征求意见表。',
      en: 'A report to print: maps before and after, figures, the list of changes, a consultation sheet for each body.',
    },
    link: ({ consulting }) => [everywhere, `plan=${consulting.code}&report=true`],
    heading: planTexts.report_title,
    role: 'planner',
    mapless: true,
    complete: drawnReport,
    long: true,
    looks: [english],
  },
  {
    name: 'report-print',
    part: 'plans',
    does: {
      zh: '报告打印在 A4 纸上的样子：没有按钮，表格不断行。',
      en: 'The report as an A4 sheet: no buttons, and no row is torn apart.',
    },
    link: ({ consulting }) => [everywhere, `plan=${consulting.code}&report=true`],
    heading: planTexts.report_title,
    role: 'planner',
    mapless: true,
    before: async (page) => {
      await page.setViewportSize({ width: 680, height: 1009 }); // A4 without its margins, at 96 dots an inch
      await page.emulateMedia({ media: 'print' });
    },
    complete: drawnReport,
    long: true,
  },
  {
    name: 'coverage',
    part: 'coverage',
    does: {
      zh: '任一指标分级上图，附图例与分布图。',
      en: 'Any figure in classes on the map, with its legend and histogram.',
    },
    link: () => [everywhere, 'task=coverage'],
    heading: coverageMessages.title,
    complete: (page) => page.locator('#classes tbody tr').first().waitFor(),
    looks: [englishDark, phone],
  },
  {
    name: 'coverage-lists',
    part: 'coverage',
    does: {
      zh: '缺口、重叠、未归属和无人的网格，逐条点击到现场。',
      en: 'Gaps, overlaps, what is in no grid and grids without anybody: lists that lead to the spot.',
    },
    link: () => [everywhere, 'task=coverage&figure=place_hazard&by=community'],
    heading: coverageMessages.look_into,
    complete: async (page) => {
      await scrolledTo(page, '#spots');
      const people = page.locator('#spots > details', { has: page.locator('.count.some') }).last();
      await people.locator('summary').click();
      await people.locator('li').first().waitFor();
      await mapReady(page);
    },
    looks: [english],
  },
  {
    name: 'coverage-charts',
    part: 'coverage',
    does: {
      zh: '排名与构成的小图，可另存为 PNG 和 CSV。',
      en: 'Small charts of ranks and counts, to be saved as PNG and CSV.',
    },
    link: () => [everywhere, 'task=coverage&figure=density&by=street'],
    heading: coverageMessages.title,
    complete: (page) => scrolledTo(page, '#coverage figure:nth-of-type(2)'),
    looks: [dark],
  },
  {
    name: 'divisions',
    part: 'coverage',
    does: {
      zh: '区划逐级展开：市、县（区）、街道（镇）、社区（村），到每个网格。',
      en: 'Divisions level by level, from the city down to every grid.',
    },
    link: ({ grid }) => [at(grid.label, 15), `task=divisions&division=${grid.code.slice(0, 12)}`],
    heading: messages.divisions_title,
    complete: (page) => page.locator('#divisions li').first().waitFor(),
    looks: [english],
  },
];
