/** Reads what was pasted of a call, a message or a case of another system: where it is, its number there, and what it is about. */

export interface Pasted {
  /** In degrees; in which system the text does not say. */
  spot: { lon: number; lat: number } | null;
  /** Words that may say where it is, to search for. */
  address: string;
  caseNo: string;
  title: string;
  /** The text without what no incident may hold. */
  text: string;
  /** How many names, phone and identity numbers were left out of it (BR-60). */
  removed: number;
}

/** No longer text is read. */
export const maxPasted = 4000;

const maxTitle = 60;

const number = String.raw`[+-]?\d{1,3}\.\d{2,}`;
const pair = new RegExp(String.raw`(?<![\d.])(${number})\s*[°度]?\s*[,，;；、\s/|]\s*(${number})(?![\d.])`);
const longitude = new RegExp(
  String.raw`(?:经度|东经|longitude|\blon|\blng)["'\s]*[:：=为是]?\s*(${number})`,
  'i',
);
const latitude = new RegExp(String.raw`(?:纬度|北纬|latitude|\blat)["'\s]*[:：=为是]?\s*(${number})`, 'i');

/** Between a label and its value: the next line only where that has no label of its own. */
const gap = String.raw`[^\S\n]*(?:\n(?![^\n]{1,12}[:：]))?[^\S\n]*`;
const labelled = (names: string, value: string): RegExp =>
  new RegExp(String.raw`(?:${names})\s*[:：]${gap}(${value})`, 'i');

const caseNo = labelled(
  '(?:工单|案件|事件|受理|流水|诉求)(?:编号|单号|号码|号)|编号|单号|case(?: no\\.?| number)?|ticket(?: no\\.?)?|ref\\.?',
  '[A-Za-z0-9][A-Za-z0-9_/-]{2,63}',
);
const addressLabel = labelled(
  '(?:事发|详细|具体|来电|诉求)?(?:地址|地点|位置)|address|location|place',
  '[^\\n。；;]{2,100}',
);
const contentLabel = labelled(
  '(?:诉求|来电|反映|事件|主要)?(?:内容|标题|描述|事由)|content|title|subject|summary',
  '[^\\n]{2,200}',
);
/** A road with a number, a village, a compound: as much as is written together. */
const addressWords =
  /[\p{Script=Han}A-Za-z\d]{1,20}?(?:路|街|大道|巷|弄|小区|花园|公园|公寓|家园|苑|新村|村|社区|广场|大厦|市场|医院|学校|小学|中学)[\p{Script=Han}A-Za-z\d-]{0,20}?(?:\d+(?:号|弄|栋|幢|室)|(?=[,，。；;：:\s]|$))/u;

const digit = '[0-9０-９]';
/** What introduces who called; a label of one field has nothing of the next line. */
const reporterLabel = String.raw`(?:(?:报告|来电|诉求|举报|投诉|联系|反映|报警|报案)人(?:姓名)?|\b(?:[Cc]aller|[Rr]eporter|[Rr]eported by|[Cc]ontact person))[^\S\n]*[:：][^\S\n]*`;
/** Words that stand where a name might, and are none by themselves. */
const noNames =
  '小学|中学|大学|学校|幼儿园|医院|社区|街道|居委|村委|物业|公司|业委|楼上|楼下|隔壁|附近|住户|邻居|业主|居民|多次|有人|多名|几位|工作|值班|客服|保安|电话|手机|号码|微信';
const titles = '先生|女士|小姐|同志|师傅|阿姨|大爷|大妈|老师|医生';
/** A name with how one addresses its bearer. */
const titled = String.raw`(?!(?:${noNames})(?:会|办)?(?:${titles}))\p{Script=Han}{1,3}?(?:${titles})`;
const says = '(?:来电|致电|电话|联系)?(?:反映|投诉|举报|报告|反馈|称|说)';
/** A name by itself, as short as it may be, and where such a one ends. */
const name = String.raw`(?!(?:${noNames})+(?:${says}|电话|手机|号码|微信|\P{Script=Han}|$))\p{Script=Han}{2,4}?`;
const ends = String.raw`(?![\p{Script=Han}·]|[^\S\n]*[:：])`;
const word = String.raw`\p{Lu}[\p{L}'’-]*`;
/** Who called, where the text names them so and it can be told where the name ends; of another name nobody can say that it is one. */
const reporter = [
  titled,
  String.raw`\p{Script=Han}{1,8}(?:·\p{Script=Han}{1,8})+(?![\p{Script=Han}·])`,
  `${name}(?:${ends}|(?=${says}|[和及与]${name}(?:${says}|${ends})))`,
  String.raw`(?:Mrs?|Ms|Dr)\.? ${word}(?: ${word}){0,3}(?![\p{L}'’-]|[^\S\n]*[:：])`,
  String.raw`${word}(?: ${word}){1,3}(?![\p{L}'’-]|[^\S\n]*[:：])`,
  String.raw`${word}(?=[^\S\n]*(?:[,;.]|\n|$))`, // one word alone may be the first of a sentence
].map((named) => new RegExp(`(?<=${reporterLabel})${named}`, 'gu'));
/** Who called, where no mark stands before the name: it ends with how one addresses people, or with the number that follows. */
const callers = [
  new RegExp(`(?<=${reporterLabel}…[、和及与])(?!电话|手机|住址|地址)${name}(?:(?=${says})|${ends})`, 'gu'),
  ...['市民|群众|居民|村民|业主|住户|租户|商户|网友|来电人|报告人|联系人', '(?:^|[\\s，,。；;：:】])'].map(
    (before) => new RegExp(`(?<=${before})${titled}(?=${says})`, 'gu'),
  ),
  new RegExp(
    String.raw`(?<=(?:来电|报告|举报|投诉|联系|反映|报警|报案)人)[^\S\n]?${name}(?=[^\S\n，,]*(?:电话|手机|[（(]|[1１][3-9３-９][0-9０-９]))`,
    'gu',
  ),
];
/** How a text begins that says who called: what stands before that, what stands between that and that something is said. */
const intro =
  /^(?:【[^】\n]*】)?([^\n，,。；;：:]{0,40}?)(?:(?:市民|群众|居民|村民|业主|住户|租户|商户|网友)(?![楼区点委会])|来电|致电|…)([^\n，,。；;：:]{0,16}?)(?:反映|投诉|举报|报告|反馈|称)[:：、，,]?\s*/u;
/** More than that before who called, where it names no place, is what the text is about. */
const maxOpening = 12;
/** What is left of a number and its label at the end of a sentence. */
const leftOver = /[，,、\s]*(?:联系|来电|手机|身份证|电话)[^，,。；;…]{0,6}…(?!…(?!…))/gu; // …… is the writer's own
const aboutReporter = new RegExp(`^\\s*${reporterLabel}(?:…[…、和及与\\s]*[,，;；]?\\s*|$)`, 'u');

const personal = [
  ...reporter,
  ...callers,
  new RegExp(`(?<!${digit})${digit}{17}[0-9０-９xXｘＸ](?!${digit})`, 'gu'),
  new RegExp(
    `(?<!${digit})(?:\\+?86[- ]?)?[1１][3-9３-９]${digit}([- .]?)${digit}{4}\\1${digit}{4}(?!${digit})`,
    'gu',
  ),
  new RegExp(`(?<!${digit})[0０]${digit}{2,3}[-－ ]${digit}{7,8}(?!${digit})`, 'gu'),
];

/** Reads a pasted text. What it does not say is null or "". */
export function readPasted(pasted: string): Pasted {
  let text = pasted.slice(0, maxPasted).replace(/\r\n?/g, '\n').trim();
  let removed = 0;
  for (const pattern of personal) {
    text = text.replace(pattern, () => (removed++, '…'));
  }
  const plain = narrow(text);
  const spot = spotIn(plain);
  const said = (pattern: RegExp): string => (pattern.exec(plain)?.[1] ?? '').trim();
  const title = titleOf(plain);
  const short = spot === null && !plain.includes('\n') && plain.length <= 40;
  const { about, place } = withoutIntro(plain);
  const address = said(addressLabel) || place || (addressWords.exec(about)?.[0] ?? (short ? title : ''));
  return { spot, address: cut(address, 100), caseNo: said(caseNo), title, text, removed };
}

/** A text without who called at its beginning, and the place that is named there. */
function withoutIntro(text: string): { about: string; place: string } {
  const [lead, before = '', between = ''] = intro.exec(text) ?? [''];
  for (const words of [before, between]) {
    const there = words
      .replace(/^.*?(?:居住在|家住|住在|位于|在)(?=\p{L}{2})/u, '')
      .replace(/的.*$/u, '')
      .replace(/(?:附近|门口|多名|部分|来电)+$/u, '');
    const place = addressWords.exec(there)?.[0];
    if (place !== undefined) return { about: there + text.slice(lead.length), place };
  }
  return { about: before.length > maxOpening ? text : text.slice(lead.length), place: '' };
}

/** What to search an address for, the first that finds something: all of it, it up to its number, what it names without a number. */
export function searchesOf(address: string): string[] {
  const plain = narrow(address.trim());
  const upToNumber = /^.*?\p{L}{2}.*?\d+(?:号|弄)/u.exec(plain)?.[0] ?? ''; // 3号 is anywhere
  return [...new Set([plain, upToNumber, withoutNumber(plain)])].filter((words) => words !== '');
}

/** What an address names without its number: to search for where the number is not known. "" where that is nothing else. */
function withoutNumber(address: string): string {
  const plain = narrow(address);
  const [name = ''] = plain.split(/\d/, 1);
  return name === plain || name.trim().length < 2 ? '' : name.trim();
}

/** The text with digits, letters and what stands in numbers of one width; the marks that Chinese is written with stay. */
const narrow = (text: string): string =>
  text.replace(/[０-９Ａ-Ｚａ-ｚ．－＋／＝　]/gu, (wide) => wide.normalize('NFKC'));

/** The first pair of numbers that may be a place; in China the longitude is the one above 60, in whichever order they stand. */
function spotIn(text: string): { lon: number; lat: number } | null {
  const [lonText, latText] = [longitude.exec(text)?.[1], latitude.exec(text)?.[1]];
  if (lonText !== undefined && latText !== undefined) return valid(Number(lonText), Number(latText));
  const [, first, second] = pair.exec(text) ?? [];
  if (first === undefined || second === undefined) return null;
  const [a, b] = [Number(first), Number(second)];
  return Math.abs(a) <= 60 && Math.abs(b) > 60 ? valid(b, a) : valid(a, b);
}

const valid = (lon: number, lat: number): { lon: number; lat: number } | null =>
  Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? { lon, lat } : null;

/** What it is about, in a line: what is named so, else the first sentence that is more than numbers and labels. */
function titleOf(text: string): string {
  const named = contentLabel.exec(text)?.[1];
  const lines = named === undefined ? text.split('\n') : [named];
  for (const line of lines) {
    const plain = line.replace(/^[【[(（].*?[】\])）]\s*/, '').replace(aboutReporter, '');
    const [sentence = ''] = withoutIntro(plain)
      .about.replace(leftOver, '')
      .split(/[。；;!?！？]/);
    const other = [longitude, latitude, pair, caseNo].some((pattern) => pattern.test(sentence));
    if (!other && /\p{L}{2}/u.test(sentence)) return cut(sentence.trim(), maxTitle);
  }
  return '';
}

const cut = (text: string, most: number): string => [...text].slice(0, most).join('').trim();
