import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPasted, searchesOf } from './paste';

test('a case of a hotline', () => {
  const read = readPasted(
    '工单编号：12345-2026-0077\n诉求内容：小区门口井盖缺失，存在安全隐患。\n事发地址：学府路18号\n来电人：王先生 138-0013-8000',
  );
  assert.equal(read.caseNo, '12345-2026-0077');
  assert.equal(read.title, '小区门口井盖缺失，存在安全隐患');
  assert.equal(read.address, '学府路18号');
  assert.equal(read.removed, 2);
  assert.match(read.text, /来电人：… …$/);
  assert.equal(read.spot, null);
});

for (const [name, text, lon, lat] of [
  ['longitude first', '119.5104261, 33.507027', 119.5104261, 33.507027],
  ['latitude first, as some maps copy it', '33.507027,119.5104261', 119.5104261, 33.507027],
  ['full width', '１１９．５１，３３．５０', 119.51, 33.5],
  ['with wide signs', '经度＝120.3123，纬度＝31.5123', 120.3123, 31.5123],
  ['named', '纬度：33.507 经度：119.5104', 119.5104, 33.507],
  ['in JSON', '{"lng":119.5104,"lat":33.507}', 119.5104, 33.507],
  ['in a link', 'https://a.example/?location=119.5104,33.507&z=3', 119.5104, 33.507],
  ['among words', '有人报告 119.5104 33.507 处有明火', 119.5104, 33.507],
] as const) {
  test(`a spot: ${name}`, () => assert.deepEqual(readPasted(text).spot, { lon, lat }));
}

for (const text of ['2026.11.22', '电话 0517-83123456', '200.55, 91.22', '3.14', '一二三', '']) {
  test(`no spot: ${text}`, () => assert.equal(readPasted(text).spot, null));
}

test('an address without a label, and the first sentence as the title', () => {
  const read = readPasted('建设西路120号门口有电动车占用消防通道。请尽快处理');
  assert.match(read.address, /建设西路120号$/);
  assert.equal(read.title, '建设西路120号门口有电动车占用消防通道');
});

test('coordinates are no title', () => {
  assert.equal(readPasted('119.5104261, 33.507027\n路灯不亮').title, '路灯不亮');
  assert.equal(readPasted('119.5104261, 33.507027').title, '');
});

test('numbers that no incident may hold are left out, however they are written', () => {
  for (const number of [
    '13800138000',
    '138 0013 8000',
    '+86 13800138000',
    '１３８００１３８０００',
    '11010519491231002X',
    '0517-83123456',
  ]) {
    const { text, removed } = readPasted(`找 ${number} 谢`);
    assert.equal(removed, 1, number);
    assert.equal(text, '找 … 谢', number);
  }
  assert.equal(readPasted('门牌 120 号，共 1200 户').removed, 0);
});

for (const [text, want] of [
  ['楼道堵塞，报告人：李先生，请处理', '楼道堵塞，报告人：…，请处理'],
  ['联系人: 王小明\n井盖缺失', '联系人: …\n井盖缺失'],
  ['联系人：王先生反映学府路18号井盖缺失', '联系人：…反映学府路18号井盖缺失'],
  ['来电人：王小明反映学府路18号井盖缺失', '来电人：…反映学府路18号井盖缺失'],
  ['来电人：张师傅说路灯不亮', '来电人：…说路灯不亮'],
  ['Caller: Li. The lamp is out', 'Caller: …. The lamp is out'],
  ['市民张先生来电反映路灯不亮', '市民…来电反映路灯不亮'],
  ['王女士投诉夜间施工', '…投诉夜间施工'],
  ['来电人：买买提·吐尔逊，路灯不亮', '来电人：…，路灯不亮'],
  ['Blocked stairs. Caller: Mr Li Ming saw it', 'Blocked stairs. Caller: … saw it'],
  ['Caller: Mr. Li. Manhole cover missing', 'Caller: …. Manhole cover missing'],
] as const) {
  test(`who called is left out: ${text}`, () => {
    const { text: read, removed } = readPasted(text);
    assert.deepEqual([read, removed], [want, 1]);
  });
}

for (const text of [
  '来电人：楼上李女士反映漏水',
  '来电人：业主李女士',
  '联系人：物业李先生，路灯不亮',
  '来电人：居民李三，路灯不亮',
  '联系人：业主李三',
  '附近李先生反映路灯不亮',
  '邻居李女士投诉噪音',
  '隔壁李阿姨反映漏水',
  '来电人居民李三 13912345678',
]) {
  test(`who called is left out after what says who that is: ${text}`, () => {
    const read = readPasted(text);
    assert.ok(read.removed > 0);
    assert.doesNotMatch(read.text + read.title, /李/);
  });
}

for (const text of [
  '联系人很多，人民路拥堵',
  '来电人：\n诉求内容：小区门口井盖缺失',
  '来电人： 诉求内容：小区门口井盖缺失',
  '群众反映先生路积水',
  '来电人：王小明家路灯不亮', // where the name ends cannot be told
  '小学老师反映校门口拥堵',
  '居委会阿姨反映路灯不亮',
  '联系人：多次反映路灯不亮',
  '来电人：楼上住户反映漏水',
  '联系人：物业公司称已处理',
  'Caller: Broken lamp at Xuefu Road 18',
  'Contact person: Please call back',
  'Caller: the lamp is out',
  'Caller:\nContent: the lamp is out',
  'Caller: Content: the lamp is out',
]) {
  test(`nothing is left out: ${text}`, () => {
    const { text: read, removed } = readPasted(text);
    assert.deepEqual([read, removed], [text, 0]);
  });
}

test('a title is as it was written, and not who called', () => {
  assert.equal(
    readPasted('来电人：王先生 13800138000\n楼道堵塞（3楼），请处理！谢谢').title,
    '楼道堵塞（3楼），请处理',
  );
  assert.equal(readPasted('来电人：\n诉求内容：小区门口井盖缺失').title, '小区门口井盖缺失');
  assert.equal(readPasted('来电人：王先生 13800138000，反映路灯不亮').title, '反映路灯不亮');
});

for (const [text, title, address] of [
  [
    '市民张先生来电反映星津街道丹峰路2号楼道堆放电动车',
    '星津街道丹峰路2号楼道堆放电动车',
    '星津街道丹峰路2号',
  ],
  ['来电人李建国 13912345678 反映：人民路18号井盖缺失', '人民路18号井盖缺失', '人民路18号'],
  [
    '【12345热线】居民反映学府路3号路灯不亮，联系电话13912345678，身份证11010519491231002X',
    '学府路3号路灯不亮',
    '学府路3号',
  ],
  ['业主投诉物业不作为', '物业不作为', '物业不作为'],
  ['今日有居民反映路灯不亮', '路灯不亮', '路灯不亮'],
  // Where it is stands before who called, and is not lost.
  ['丹峰路2号居民反映楼道堆放电动车', '丹峰路2号楼道堆放电动车', '丹峰路2号'],
  ['学府路18号的业主多次投诉夜间施工', '学府路18号夜间施工', '学府路18号'],
  ['渡河苑3号楼2单元居民来电反映楼道堆放杂物，请处理', '渡河苑3号楼2单元楼道堆放杂物，请处理', '渡河苑3号'],
  ['幸福小区居民投诉噪音扰民', '幸福小区噪音扰民', '幸福小区'],
  ['市民在学府路3号门口反映路灯不亮', '学府路3号路灯不亮', '学府路3号'],
  ['家住学府路18号的市民来电反映楼上漏水', '学府路18号楼上漏水', '学府路18号'],
  ...['热心市民', '辖区居民', '今天上午居民', '11月22日市民来电', '近期有居民', '市长热线接市民'].map(
    (who) => [`${who}反映学府路3号路灯不亮`, '学府路3号路灯不亮', '学府路3号'] as const,
  ),
  ['据市民反映，学府路18号井盖缺失', '学府路18号井盖缺失', '学府路18号'],
  // Nor is anything else.
  ['居民楼充电桩投诉无人处理', '居民楼充电桩投诉无人处理', '居民楼充电桩投诉无人处理'],
  ['路灯坏了影响居民出行，多次投诉', '路灯坏了影响居民出行，多次投诉', '路灯坏了影响居民出行，多次投诉'],
  ['路灯不亮，多次电话催促……', '路灯不亮，多次电话催促……', '路灯不亮，多次电话催促……'],
] as const) {
  test(`what a call is about, without who called: ${text}`, () => {
    const read = readPasted(text);
    assert.deepEqual([read.title, read.address], [title, address]);
    assert.doesNotMatch(read.text, /张|李建国|139/);
  });
}

for (const [text, want] of [
  ['联系人：王小明、李小红\n井盖缺失', '联系人：…、…\n井盖缺失'],
  ['联系人：王小明和李小红，井盖缺失', '联系人：…和…，井盖缺失'],
  ['来电人：王小明、李小红反映井盖缺失', '来电人：…、…反映井盖缺失'],
] as const) {
  test(`two who called are both left out: ${text}`, () => {
    const read = readPasted(text);
    assert.deepEqual([read.text, read.removed], [want, 2]);
    assert.match(read.title, /井盖缺失$/);
    assert.doesNotMatch(read.title, /李小红/);
  });
}

test('an empty field has nothing of the next one', () => {
  assert.equal(readPasted('事发地址：\n诉求内容：井盖缺失').address, '');
  assert.equal(readPasted('事发地址：\n学府路18号').address, '学府路18号');
  assert.notEqual(readPasted('诉求内容：\n事发地址：学府路18号').address, '');
});

test('a name that cannot be told from what follows is no title without its label', () => {
  assert.equal(readPasted('来电人：王小明家路灯不亮').title, '来电人：王小明家路灯不亮');
});

test('an address is searched for as it is, up to its number, and without one', () => {
  assert.deepEqual(searchesOf('星津街道丹峰路３号云谷雅居２幢'), [
    '星津街道丹峰路3号云谷雅居2幢',
    '星津街道丹峰路3号',
    '星津街道丹峰路',
  ]);
  assert.deepEqual(searchesOf('渡河苑'), ['渡河苑']);
});

test('the name of a place, without the number that is not known there', () => {
  assert.match(readPasted('渡河苑3号楼2单元楼道堆放杂物，有火灾隐患，请处理').address, /^渡河苑3号/);
  assert.deepEqual(searchesOf('渡河苑3号楼').slice(-1), ['渡河苑']);
  assert.deepEqual(searchesOf('学府路１８号').slice(-1), ['学府路']);
  assert.deepEqual(searchesOf('3号楼'), ['3号楼']);
});

test('a long text is read in bounded time', () => {
  const { text } = readPasted('路'.repeat(100_000));
  assert.equal(text.length, 4000);
  readPasted('1.'.repeat(2000));
  readPasted(`${'a'.repeat(3990)}号`);
  readPasted(`来电人：${' '.repeat(3990)}`);
  readPasted(`来电人：${'王'.repeat(3990)}`);
  readPasted('来电人王'.repeat(1000));
  readPasted('市民张先生'.repeat(800));
  readPasted(`Caller: ${'Li '.repeat(1300)}:`);
});
