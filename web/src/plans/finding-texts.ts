/** What each quality rule found and what to do next, in both languages. */
import { formatArea, formatDistance, formatNumber } from '../format';
import { fill, type Language } from '../messages';
import type { Finding } from './plan';

/**
 * By rule; `_notice` where the same rule as a notice asks for something else, `_below` where less than the limit does.
 * `{grids}` are the codes, `{n}` what was measured, `{metres}` the same as a length; `{size}` the same as households, or as an area where
 * the finding has one, and `{norm}` the limit of it.
 */
export const findingTexts = {
  'QC-01': {
    zh: '{grids} 的边界无效（未闭合、自相交叉或越出市界）。请缩放到此处重新绘制。',
    en: 'The border of {grids} is not valid: open, crossing itself or out of the city. Zoom there and draw it again.',
  },
  'QC-02': {
    zh: '{grids} 的坐标系没有说明。请注明坐标系后重新导入。',
    en: 'It is not known which coordinate system {grids} came in. Name the system and import it again.',
  },
  'QC-03': {
    zh: '{grids} 相互重叠。每处只能属于一个网格：请移动其中一条边界。',
    en: '{grids} overlap, but every place belongs to one grid. Move the border of one of them.',
  },
  'QC-04': {
    zh: '{grids} 旁有空隙，没有网格。请划给相邻网格，或设为不设网格的区域。',
    en: 'There is a gap beside {grids}. Give it to a neighbour, or make it an area without grids.',
  },
  'QC-05': {
    zh: '{grids} 越出了所在社区或县（区）。请沿社区界线绘制边界。',
    en: '{grids} leaves its community or county. Draw its border along theirs.',
  },
  'QC-06': {
    zh: '{grids} 的公共边没有逐点重合。请在两侧放上相同的顶点，或清理后重新导入。',
    en: 'The shared border of {grids} does not match vertex for vertex. Put the same vertices into both, or clean it and import it again.',
  },
  'QC-07': {
    zh: '{grids} 在此处是狭长碎片。请拉直边界，或并入相邻网格。',
    en: '{grids} is a sliver there. Straighten its border, or merge it into a neighbour.',
  },
  'QC-08': {
    zh: '专属网格 {grids} 相互重叠。每处最多属于一个专属网格：请移动其中一条边界。',
    en: 'Dedicated grids {grids} overlap, but a place has one at most. Move the border of one of them.',
  },
  'QC-09': {
    zh: '专属网格 {grids} 越出了允许的范围，或主要部分已在别的社区。请把边界画到范围内，或移交给该社区。',
    en: 'Dedicated grid {grids} leaves the area it may be in, or lies mostly in another community. Draw its border inside, or transfer it to that community.',
  },
  'QC-09_notice': {
    zh: '专属网格 {grids} 跨出了原社区。请核对，并征求所涉社区的意见。',
    en: 'Dedicated grid {grids} leaves its home community. Look at it, and consult every community it touches.',
  },
  'QC-10': {
    zh: '{grids} 分成了多块，或者有洞。请把多余的块划给相邻网格，用本社区的网格填上洞。',
    en: '{grids} has several pieces, or a hole. Give the extra pieces to neighbours, and fill the hole with grids of the same community.',
  },
  'QC-10_notice': {
    zh: '{grids} 分成了多块，或者有洞，但已有理由或原来如此。请核对是否有意为之。',
    en: '{grids} has several pieces, or a hole, with a reason or as before. See whether that is meant.',
  },
  'QC-11': {
    zh: '{grids} 的编码重复，或不合编码规则。请换一个编码。',
    en: 'The code of {grids} is there twice, or malformed. Give it another code.',
  },
  'QC-12': {
    zh: '编码 {grids} 以前属于别的网格，编码不能重用。请换一个新编码。',
    en: 'The code {grids} was another grid’s before, and codes are never used again. Give it a new one.',
  },
  'QC-13': {
    zh: '{grids} 有 {size}，高于标准 {norm}。请拆分或划出一部分；确需例外请注明理由。',
    en: '{grids} has {size}, above the norm of {norm}. Split it or give some away, or note why it is an exception.',
  },
  'QC-13_below': {
    zh: '{grids} 有 {size}，低于标准 {norm}。请合并或划入一部分；确需例外请注明理由。',
    en: '{grids} has {size}, below the norm of {norm}. Merge it or take more in, or note why it is an exception.',
  },
  'QC-14': {
    zh: '{grids} 之间的新边界切开了建筑（{metres}）。请绕开建筑绘制。',
    en: 'The new border between {grids} cuts a building ({metres}). Draw it around the building.',
  },
  'QC-15': {
    zh: '{grids} 之间的新边界切开了重点场所或校园（{metres}）。请绕开绘制，使其完整。',
    en: 'The new border between {grids} cuts a key site or a school’s grounds ({metres}). Draw it around, so that they stay whole.',
  },
  'QC-16': {
    zh: '{grids} 之间的新边界 {n} 次穿越河流、铁路或主干路。请沿一侧绘制。',
    en: 'The new border between {grids} crosses a river, railway or trunk road {n} times. Draw it along one side.',
  },
  'QC-17': {
    zh: '{grids} 缺少有效的主体单位，或没有配备人员。请补上主体单位，并指定网格员。',
    en: '{grids} has no host that is known, or nobody posted to it. Name the host, and a worker.',
  },
  'QC-17_notice': {
    zh: '生效时 {grids} 没有在岗人员。请安排网格员。',
    en: 'Nobody is posted to {grids} when this takes effect. Appoint a worker.',
  },
  'QC-18': {
    zh: '生效后有 {n} 处场所或未办结事件易手。请在“影响”中核对。',
    en: '{n} places or open incidents change hands when this takes effect. See which under Consequences.',
  },
  'QC-19': {
    zh: '有 {n} 处场所将没有网格。请先用网格覆盖这些地方，再作决定。',
    en: '{n} places would have no grid. Cover them with one before this is decided.',
  },
  'QC-20': {
    zh: '{grids} 的边界与相邻县（区）不符，长 {metres}。请与对方商定同一条界线。',
    en: 'The border of {grids} does not follow the neighbouring county’s for {metres}. Agree on one line with them.',
  },
  'QC-21': {
    zh: '{grids} 的边界分别沿道路两侧，长 {metres}。请都画在道路中线上。',
    en: 'Borders of {grids} follow both sides of a road for {metres}. Draw both along its middle.',
  },
  'QC-22': {
    zh: '坐标像是别的坐标系的，整体偏移了。请核对坐标系，用正确的重新导入。',
    en: 'The coordinates look as if they were of another system. Find out which, and import again with that one.',
  },
  'QC-23': { zh: '{grids} 没有名称。请填写名称。', en: '{grids} has no name. Give it one.' },
  'QC-23_notice': {
    zh: '同一社区的 {grids} 名称相同。请给其中一个换名。',
    en: '{grids} of the same community have the same name. Give one of them another.',
  },
  'QC-24': {
    zh: '征求意见还没有完成。请在“征求意见”中补上未征求的对象、答复和对反对意见的回应。',
    en: 'The consultation is not complete. Ask who was not asked, wait for the answers, and reply to each objection.',
  },
} satisfies Record<string, Record<Language, string>>;

const unknownRule = {
  zh: '不符合规则 {rule}。请缩放到此处核对。',
  en: 'It does not keep rule {rule}. Zoom there and look.',
} satisfies Record<Language, string>;

const concerned = { zh: '所涉网格', en: 'the grids concerned' } satisfies Record<Language, string>;

/** How many codes a sentence names. */
const mostNamed = 4;

function named(codes: readonly string[], language: Language): string {
  if (codes.length === 0) return concerned[language];
  const some = codes.slice(0, mostNamed).join(language === 'zh' ? '、' : ', ');
  return codes.length <= mostNamed ? some : `${some} …`;
}

function textOf({ rule, class: kind, measured, threshold }: Told): Record<Language, string> {
  const below = measured !== null && threshold !== null && measured < threshold ? '_below' : '';
  const table: Record<string, Record<Language, string>> = findingTexts;
  return table[`${rule}_${kind}`] ?? table[rule + below] ?? table[rule] ?? unknownRule;
}

type Told = Pick<Finding, 'rule' | 'class' | 'grid_codes' | 'area_m2' | 'width_m' | 'measured' | 'threshold'>;

/** What was found and what to do next, with how large it is where that is known. */
export function findingText(finding: Told, language: Language): string {
  const { rule, grid_codes: codes, area_m2: area, width_m: width, measured, threshold } = finding;
  const sized = (value: number | null): string => {
    if (value === null) return '?';
    if (area !== null) return formatArea(value, language);
    const n = formatNumber(value, language);
    return language === 'zh' ? `${n} 户` : `${n} households`;
  };
  const text = textOf(finding)[language];
  const sentence = fill(text, {
    rule,
    grids: named(codes, language),
    n: measured === null ? '?' : formatNumber(measured, language),
    metres: measured === null ? '?' : formatDistance(measured, language),
    size: sized(measured),
    norm: sized(threshold),
  });
  const sizes = [
    area === null || text.includes('{size}') ? [] : [formatArea(area, language)],
    width === null
      ? []
      : [language === 'zh' ? '宽 ' : 'width '].map((of) => of + formatDistance(width, language)),
  ].flat();
  if (sizes.length === 0) return sentence;
  return language === 'zh' ? `${sentence}（${sizes.join('，')}）` : `${sentence} (${sizes.join(', ')})`;
}
