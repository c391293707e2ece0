import { type Family, SYSMON, told } from '../family.ts';
import {
  flag,
  hosts,
  imageRarity,
  MEASURES,
  masquerade,
  measures,
  number,
  pace,
  rarity,
  variety,
  writable,
} from '../features.ts';

const IMAGE = ['Image'];
const QUERY = ['QueryName'];

export const dns: Family = {
  id: 'dns',
  name: { en: 'DNS query', ko: 'DNS 질의' },
  kinds: [[SYSMON, [22]]],
  numbers: [...MEASURES, 'labels', 'failed', 'writable', 'masquerade'],
  keys: [
    { id: 'image', fields: IMAGE, show: 'name' },
    { id: 'domain', fields: QUERY },
    { id: 'query', fields: QUERY },
  ],
  words: false,
  features: [
    rarity(
      'imageDomain',
      ['image', 'domain'],
      'program → domain rarity',
      '프로그램 → 도메인 희소성',
      'Programs ask for few domains.',
    ),
    rarity('domain', ['domain'], 'domain rarity', '도메인 희소성', 'Few here ask for a command server’s name.'),
    imageRarity(),
    hosts('domain', 'hosts that ask for it', '이 도메인을 질의한 호스트'),
    ...measures(QUERY, 'query', '질의'),
    number('labels', QUERY, 'labels of the name', '이름의 레이블 수', '', 'Data carried in names needs many.'),
    flag('failed', ['QueryStatus'], 'failed query', '실패한 질의', 'Generated domains mostly do not exist.'),
    variety(
      'names',
      'query',
      'domain',
      'different names below the domain',
      '도메인 하위 이름 종류',
      'A tunnel asks for a new name each time.',
    ),
    pace(
      'image',
      'queries of the program in that minute',
      '같은 분에 이 프로그램의 질의',
      'Tunnels and generated domains ask fast.',
    ),
    writable(IMAGE),
    masquerade(IMAGE),
  ],
  read(event, reader, out, at) {
    const query = told(event.get('QueryName'))?.replace(/\.$/, '');
    if (query === undefined) return false;
    const { length, entropy, symbols, digits } = reader.measure(query);
    const image = reader.path(event.get('Image'));
    out[at++] = length;
    out[at++] = entropy;
    out[at++] = symbols;
    out[at++] = digits;
    out[at++] = query.split('.').length;
    const status = told(event.get('QueryStatus'));
    out[at++] = status === undefined ? Number.NaN : status === '0' ? 0 : 1;
    out[at++] = image.writable;
    out[at++] = image.masquerade;
    out[at++] = image.name;
    out[at++] = reader.word(domainOf(query));
    out[at++] = reader.shape(query);
    return true;
  },
};

/** The registered domain, by the usual shapes: the last two labels, three below `co.kr` and its like. */
export function domainOf(name: string): string {
  const labels = name.split('.');
  const n = labels.length;
  if (n <= 2 || /^[\d.:]+$/.test(name)) return name;
  const isSecondLevel = labels[n - 1]!.length === 2 && labels[n - 2]!.length <= 3;
  return labels.slice(isSecondLevel ? -3 : -2).join('.');
}
