import { type Family, SYSMON } from '../family.ts';
import { flag, hosts, imageRarity, number, rarity, variety, writable } from '../features.ts';

const SOURCE = ['SourceImage'];
const TARGET = ['TargetImage'];

/** Rights by which one process takes over or reads another. Source: learn.microsoft.com process-security-and-access-rights. */
const STRONG: readonly number[] = [
  0x0002, // CREATE_THREAD
  0x0008, // VM_OPERATION
  0x0010, // VM_READ
  0x0020, // VM_WRITE
  0x0040, // DUP_HANDLE
  0x0080, // CREATE_PROCESS
];

export const processAccess: Family = {
  id: 'process_access',
  name: { en: 'access to a process', ko: '프로세스 접근' },
  kinds: [[SYSMON, [10]]],
  numbers: ['strongRights', 'unbacked', 'lsass', 'writable'],
  keys: [
    { id: 'image', fields: SOURCE, show: 'name' },
    { id: 'target', fields: TARGET, show: 'name' },
    { id: 'access', fields: ['GrantedAccess'] },
  ],
  words: false,
  features: [
    rarity(
      'sourceTarget',
      ['image', 'target'],
      'source → target rarity',
      '접근 주체 → 대상 희소성',
      'Few programs open others; who opens whom hardly changes.',
    ),
    rarity(
      'sourceTargetOnHost',
      ['image', 'target'],
      'source → target rarity on this host',
      '이 호스트에서의 접근 주체 → 대상 희소성',
      'The same, held against this host alone.',
      'host',
    ),
    rarity(
      'targetAccess',
      ['target', 'access'],
      'target → access mask rarity',
      '대상 → 접근 권한 희소성',
      'Credential tools ask for masks that nothing else asks for.',
    ),
    rarity('access', ['access'], 'access mask rarity', '접근 권한 희소성', 'The same, whatever the target.'),
    imageRarity('source rarity', '접근 주체 희소성'),
    hosts('image', 'hosts with this source', '이 접근 주체가 있는 호스트'),
    number(
      'strongRights',
      ['GrantedAccess'],
      'strong rights asked for',
      '요청한 강한 권한 수',
      '',
      'Of: create thread, operate on, read and write memory, duplicate handles, create process.',
      { most: 6 },
    ),
    flag(
      'unbacked',
      ['CallTrace'],
      'call from memory without a file',
      '파일 없는 메모리에서 호출',
      'UNKNOWN in the call trace: injected or unpacked code.',
    ),
    flag('lsass', TARGET, 'target is lsass.exe', '대상이 lsass.exe', 'It holds the credentials.'),
    writable(SOURCE),
    variety(
      'targets',
      'target',
      'image',
      'different targets of the source',
      '접근한 대상 종류',
      'Enumeration opens everything.',
    ),
  ],
  read(event, reader, out, at) {
    const source = reader.path(event.get('SourceImage'));
    const targetText = event.get('TargetImage');
    const target = reader.path(targetText);
    if (source.path === 0 || target.path === 0) return false;
    const access = event.get('GrantedAccess');
    const mask = Number(access);
    let strong = 0;
    for (const right of STRONG) if ((mask & right) !== 0) strong++;
    const trace = event.get('CallTrace');
    out[at++] = Number.isNaN(mask) ? Number.NaN : strong;
    out[at++] = trace === undefined || trace === '' ? Number.NaN : trace.includes('UNKNOWN') ? 1 : 0;
    out[at++] = /\\lsass\.exe$/i.test(targetText!) ? 1 : 0;
    out[at++] = source.writable;
    out[at++] = source.name;
    out[at++] = target.name;
    out[at++] = reader.word(access);
    return true;
  },
};
