/** An answer as a text to paste into a message: who is responsible, whom to call, where. */
import type { Answer } from '../api';
import { formatCoordinates } from '../coordinates';
import { dotted, formatTime } from '../format';
import { format, isMessageKey, type Language, type MessageKey } from '../messages';
import { fromTop } from './chain';

/** The lines of an answer. `asOf` is the instant that was asked about, null for now. */
export function answerText(answer: Answer, language: Language, asOf: string | null): string {
  const t = (key: MessageKey): string => format(key, language);
  const line = (key: MessageKey, value: string): string =>
    value === '' ? '' : `${t(key)}${language === 'zh' ? '：' : ': '}${value}`;
  const person = (of: { name: string | null; work_phone: string | null }): string =>
    dotted(of.name, of.work_phone);
  const { responsible, contact } = answer;
  return [
    responsible === null
      ? t('no_grid')
      : line('responsible', `${responsible.name} ${responsible.code}`.trim()),
    contact ? line('contact', person(contact)) : '',
    ...(answer.chain ?? [])
      .filter((step) => !step.used && person(step) !== '')
      .map((step) => `  ${stepName(step.step, language)} ${person(step)}`),
    line(
      'chain',
      fromTop(answer.divisions)
        .map(({ name }) => name)
        .join(' · '),
    ),
    line('location', `${formatCoordinates(answer.location.lon, answer.location.lat)} (WGS 84)`),
    ...answer.warnings.map(({ code }) => warning(code, language)),
    asOf === null ? '' : line('as_of', formatTime(asOf, language)),
  ]
    .filter((text) => text.trim() !== '')
    .join('\n');
}

function stepName(step: string, language: Language): string {
  const key = `step_${step}`;
  return isMessageKey(key) ? format(key, language) : step;
}

function warning(code: string, language: Language): string {
  const key = `warning_${code}`;
  return isMessageKey(key) ? format(key, language) : '';
}
