import { type Family, SECURITY, told } from '../family.ts';
import { flag, hosts, hour, pace, rarity, variety } from '../features.ts';

const USER = ['TargetUserName'];
const SOURCE = ['IpAddress', 'WorkstationName', 'TargetServerName'];

export const logon: Family = {
  id: 'logon',
  name: { en: 'logon', ko: '로그온' },
  kinds: [[SECURITY, [4624, 4625, 4648]]],
  numbers: ['failed', 'explicit', 'elevated', 'machine'],
  keys: [
    { id: 'user', fields: USER },
    { id: 'source', fields: SOURCE },
    { id: 'type', fields: ['LogonType'] },
    { id: 'package', fields: ['LogonProcessName', 'AuthenticationPackageName'] },
    { id: 'image', fields: ['ProcessName'], show: 'name' },
    { id: 'hour', fields: [] },
  ],
  words: false,
  features: [
    rarity(
      'userSource',
      ['user', 'source'],
      'user → source rarity',
      '사용자 → 출발지 희소성',
      'People log on from where they sit.',
    ),
    rarity(
      'userOnHost',
      ['user'],
      'user rarity on this host',
      '이 호스트에서의 사용자 희소성',
      'People log on to few hosts.',
      'host',
    ),
    rarity(
      'userType',
      ['user', 'type'],
      'user → logon type rarity',
      '사용자 → 로그온 유형 희소성',
      'A service account that logs on with a screen.',
    ),
    rarity('source', ['source'], 'source rarity', '출발지 희소성', 'A new machine asks.'),
    rarity(
      'package',
      ['package'],
      'authentication rarity',
      '인증 방식 희소성',
      'Old or forged authentication stands out.',
    ),
    rarity('image', ['image'], 'asking program rarity', '요청 프로그램 희소성', 'Few programs log anyone on.'),
    hosts('user', 'hosts with this user', '이 사용자가 로그온한 호스트'),
    flag('failed', [], 'failed', '실패', 'Security 4625.'),
    flag('explicit', [], 'explicit credentials', '명시적 자격 증명', 'Security 4648: someone used another’s name.'),
    flag('elevated', ['ElevatedToken'], 'elevated token', '상승된 토큰', 'With administrator’s rights.'),
    flag('machine', USER, 'machine account', '컴퓨터 계정', 'Names that end with $.'),
    variety(
      'users',
      'user',
      'source',
      'different users from the source',
      '출발지가 사용한 계정 종류',
      'Spraying tries many.',
    ),
    pace('source', 'logons from the source in that minute', '같은 분에 이 출발지의 로그온', 'Guessing is fast.'),
    hour,
  ],
  read(event, reader, out, at) {
    const user = told(event.get('TargetUserName'));
    if (user === undefined) return false;
    const { eventId } = event;
    const elevated = event.get('ElevatedToken');
    const address = told(event.get('IpAddress'));
    const name = told(event.get(eventId === 4648 ? 'TargetServerName' : 'WorkstationName'));
    const process = event.get('LogonProcessName')?.trim() ?? '';
    out[at++] = eventId === 4625 ? 1 : 0;
    out[at++] = eventId === 4648 ? 1 : 0;
    out[at++] = elevated === undefined ? Number.NaN : elevated === '%%1842' ? 1 : 0;
    out[at++] = user.endsWith('$') ? 1 : 0;
    out[at++] = reader.word(user);
    out[at++] = reader.word(address ?? name);
    out[at++] = reader.word(event.get('LogonType'));
    out[at++] = reader.word(process === '' ? undefined : `${process} ${event.get('AuthenticationPackageName') ?? ''}`);
    out[at++] = reader.path(event.get('ProcessName')).name;
    out[at++] = reader.hour(event);
    return true;
  },
};
