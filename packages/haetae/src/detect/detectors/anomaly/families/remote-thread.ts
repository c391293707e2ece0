import { type Family, SYSMON, told } from '../family.ts';
import { flag, hosts, imageRarity, rarity, variety, writable } from '../features.ts';

const SOURCE = ['SourceImage'];
const TARGET = ['TargetImage'];

export const remoteThread: Family = {
  id: 'remote_thread',
  name: { en: 'remote thread', ko: '원격 스레드 생성' },
  kinds: [[SYSMON, [8]]],
  numbers: ['noModule', 'writable'],
  keys: [
    { id: 'image', fields: SOURCE, show: 'name' },
    { id: 'target', fields: TARGET, show: 'name' },
    { id: 'function', fields: ['StartFunction'] },
  ],
  words: false,
  features: [
    rarity(
      'sourceTarget',
      ['image', 'target'],
      'source → target rarity',
      '생성 주체 → 대상 희소성',
      'Debuggers and Windows itself start threads in others; who does hardly changes.',
    ),
    rarity('target', ['target'], 'target rarity', '대상 희소성', 'Injection picks long-lived programs.'),
    rarity(
      'function',
      ['function'],
      'start function rarity',
      '시작 함수 희소성',
      'LoadLibrary as a start function loads a library into another program.',
    ),
    imageRarity('source rarity', '생성 주체 희소성'),
    hosts('image', 'hosts with this source', '이 생성 주체가 있는 호스트'),
    flag('noModule', ['StartModule'], 'start address in no module', '모듈 밖 시작 주소', 'Code without a file.'),
    writable(SOURCE),
    variety(
      'targets',
      'target',
      'image',
      'different targets of the source',
      '스레드를 만든 대상 종류',
      'Csrss has all; a tool has one.',
    ),
  ],
  read(event, reader, out, at) {
    const source = reader.path(event.get('SourceImage'));
    if (source.path === 0) return false;
    out[at++] = told(event.get('StartModule')) === undefined ? 1 : 0;
    out[at++] = source.writable;
    out[at++] = source.name;
    out[at++] = reader.path(event.get('TargetImage')).name;
    out[at++] = reader.word(event.get('StartFunction'));
    return true;
  },
};
