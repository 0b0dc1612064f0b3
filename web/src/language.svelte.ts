/** The language in use. Whatever reads it through these functions is redrawn when it changes. */
import type { Codes, Problem } from './api';
import {
  fill,
  firstLanguage,
  format,
  isMessageKey,
  locales,
  type Language,
  type MessageKey,
  type Values,
} from './messages';
import { recall, remember } from './remember';
import { ruleTexts } from './rule-texts';

const state = $state<{ language: Language; codes: Codes }>({ language: 'zh', codes: {} });

export function language(): Language {
  return state.language;
}

export function setLanguage(next: Language): void {
  state.language = next;
  document.documentElement.lang = locales[next];
  document.title = pageTitle();
}

/** The page's name, in both languages, the one in use first. */
export function pageTitle(): string {
  return format('title', state.language) + (state.language === 'zh' ? ' Wangge' : ' 网格');
}

/** Takes a language that the reader has chosen, and keeps it for the next visit. */
export function chooseLanguage(next: Language): void {
  remember('language', next);
  setLanguage(next);
}

export function chooseFirstLanguage(linked: Language | null): void {
  setLanguage(firstLanguage(linked, [recall('language') ?? '', ...navigator.languages]));
}

/** The server's enumerations; until they are set, codes are shown as they are. */
export function setCodes(codes: Codes): void {
  state.codes = codes;
}

/** Words of the page for what happened a while ago: read where they are shown, they are in the language that is in use by then. */
export type Words = () => string;

export function t(key: MessageKey, values?: Values): string {
  return format(key, state.language, values);
}

/** What `t` is, for a table of texts that comes with its screen and not with the page. */
export function textsOf<K extends string>(table: Record<K, Record<Language, string>>) {
  return (key: K, values: Values = {}): string => fill(table[key][state.language], values);
}

/** The page's own text for prefix + code, e.g. `place_` + `hazard`; a code we have no text for is shown as it is. */
export function own(prefix: string, code: string): string {
  const key = prefix + code;
  return isMessageKey(key) ? t(key) : code;
}

/** The label of a code of an enumeration of the server. */
export function label(enumeration: string, code: string): string {
  return state.codes[enumeration]?.find((entry) => entry.code === code)?.[state.language] ?? code;
}

/** The codes of an enumeration of the server, in its order. */
export function codesOf(enumeration: string): string[] {
  return state.codes[enumeration]?.map(({ code }) => code) ?? [];
}

/** The codes of an enumeration of the server by their labels, in both languages. */
export function codesByLabel(enumeration: string): Record<string, string> {
  return Object.fromEntries(
    (state.codes[enumeration] ?? []).flatMap(({ code, zh, en }) => [
      [zh, code],
      [en, code],
    ]),
  );
}

/** Problems that say which rule is broken: its text is better than theirs. */
const ofRules = ['bad_request', 'invalid', 'invalid_geometry', 'conflict'];

/** What a broken rule, of a field, means and what to do next, null for a rule without a text. */
export function ruleText(rule: string, field = ''): string | null {
  const texts: Record<string, Record<Language, string>> = ruleTexts;
  const key = [`${rule}/${field}`, rule].find((key) => Object.hasOwn(texts, key));
  return key === undefined ? null : (texts[key]?.[state.language] ?? null);
}

/** What went wrong and what to do next, in the reader's words; what the server says of it is never part of it. */
export function explain(problem: Problem): string {
  if (problem.status === 401) return t('token_missing');
  const broken =
    ofRules.includes(problem.code) && problem.rule ? ruleText(problem.rule, problem.field) : null;
  if (broken !== null) return broken;
  // Proxies refuse what is too large without a document of ours.
  const code = problem.code === 'http' && problem.status === 413 ? 'too_large' : problem.code;
  const key = `problem_${code}`;
  return isMessageKey(key) ? t(key) : t('problem_other');
}
