/** The consultation sheets of a plan: one for each street and community whose area or line it changes. */
import type { DivisionRef } from '../api';
import type { DraftPart } from './draft';
import type { Concerned, Consultation } from './plan';

export interface Sheet {
  level: 'street' | 'community';
  code: string;
  name: string;
  /** What changes there. */
  parts: DraftPart[];
  /** What the body was asked and said, null before. */
  asked: Consultation | null;
}

/** The communities of which a plan moves a border, and those that the server says it concerns. */
export function communitiesOf(parts: readonly DraftPart[], concerned: readonly Concerned[] = []): string[] {
  const told = concerned.filter(({ body_kind: kind }) => kind === 'committee');
  const touched = parts.filter(moved).flatMap(({ communities }) => communities);
  return [...new Set([...touched, ...told.map(({ body_code: code }) => code)])].sort();
}

/** Whether a part's border runs otherwise; one that was bent only has a vertex more. */
const moved = ({ change }: DraftPart): boolean => change !== 'attributes' && change !== 'bent';

/**
 * The sheets in code order, communities after their street. `chains` has the divisions from the city down to each community.
 * Whoever has been asked and is required to answer has a sheet too, though no part is of its own: a dedicated grid may lie over it.
 */
export function sheetsOf(
  parts: readonly DraftPart[],
  consultations: readonly Consultation[],
  chains: readonly (readonly DivisionRef[])[],
): Sheet[] {
  const sheets = new Map<string, Sheet>();
  const add = (level: Sheet['level'], code: string, name: string, of: DraftPart[]): void => {
    const sheet = sheets.get(code) ?? { level, code, name, parts: [], asked: null };
    sheet.parts = [...new Set([...sheet.parts, ...of])];
    sheets.set(code, sheet);
  };
  for (const chain of chains) {
    const community = chain.at(-1)?.code ?? '';
    const there = parts.filter((part) => moved(part) && part.communities.includes(community));
    for (const { level, code, name } of chain) {
      if (level === 'street' || level === 'community') add(level, code, name, there);
    }
  }
  for (const asked of consultations) {
    const { body_kind: kind, body_code: code, required } = asked;
    if (code === null || !required || (kind !== 'street' && kind !== 'committee')) continue;
    add(kind === 'street' ? 'street' : 'community', code, asked.body_name ?? code, []);
    const sheet = sheets.get(code);
    if (sheet) sheet.asked = asked;
  }
  return [...sheets.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
}
