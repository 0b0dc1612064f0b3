/** The texts of the screen, which come with it and not with the page. */
import type { Language } from '../messages';

export const divideMessages = {
  title: { zh: '划分网格', en: 'Divide grids' },
  choose_first: {
    zh: '先在“方案”中选择一个草稿方案，它的改动就在这里绘制。',
    en: 'Choose a draft under Plans first: what it changes is drawn here.',
  },
  to_plans: { zh: '选择方案', en: 'Choose a plan' },
} satisfies Record<string, Record<Language, string>>;
