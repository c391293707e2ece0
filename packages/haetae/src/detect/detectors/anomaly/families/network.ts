import { type Family, SECURITY, SYSMON } from '../family.ts';
import {
  flag,
  hosts,
  hour,
  imageRarity,
  masquerade,
  pace,
  pathRarity,
  rarity,
  variety,
  writable,
} from '../features.ts';
import { mix } from '../hash.ts';

const IMAGE = ['Image', 'Application'];
const PEER = ['DestinationIp', 'DestAddress', 'SourceIp'];
const PORT = ['DestinationPort', 'DestPort'];

/** Ports from here on are handed out by chance. Source: RFC 6335, and Windows since Vista. */
const FIRST_EPHEMERAL = 49_152;
const EPHEMERAL = mix(FIRST_EPHEMERAL, 1);

/** Loopback, private, link-local, shared and multicast addresses, v4 and v6 (mapped too). Source: RFC 6890. */
const INSIDE =
  /^(?:::ffff:)?(?:0\.|127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|2(?:2[4-9]|[345]\d)\.)|^(?:::1?$|f[cdef]|0:0:0:0:0:0:0:[01]$)/i;

export const network: Family = {
  id: 'network',
  name: { en: 'network connection', ko: '네트워크 연결' },
  kinds: [
    [SYSMON, [3]],
    [SECURITY, [5156]],
  ],
  numbers: ['outside', 'inbound', 'writable', 'masquerade'],
  keys: [
    { id: 'image', fields: IMAGE, show: 'name' },
    { id: 'path', fields: IMAGE },
    { id: 'peer', fields: PEER },
    { id: 'port', fields: PORT },
    { id: 'hour', fields: [] },
  ],
  words: false,
  features: [
    rarity(
      'imagePeer',
      ['image', 'peer'],
      'program → destination rarity',
      '프로그램 → 목적지 희소성',
      'Programs talk to few places; a new one is worth a look.',
    ),
    rarity(
      'imagePort',
      ['image', 'port'],
      'program → port rarity',
      '프로그램 → 포트 희소성',
      'A shell on port 443, a browser on 4444.',
    ),
    rarity('peer', ['peer'], 'destination rarity', '목적지 희소성', 'Few here talk to a command server.'),
    rarity('port', ['port'], 'port rarity', '포트 희소성', 'Ports handed out by chance (from 49152) count as one.'),
    imageRarity(),
    pathRarity,
    hosts('peer', 'hosts that talk to it', '이 목적지와 통신한 호스트'),
    flag('outside', PEER, 'outside address', '외부 주소', 'Neither private, loopback, link-local nor multicast.'),
    flag('inbound', ['Initiated', 'Direction'], 'inbound', '인바운드', 'Clients are seldom called.'),
    writable(IMAGE),
    masquerade(IMAGE),
    variety(
      'spread',
      'peer',
      'image',
      'different destinations of the program',
      '프로그램의 목적지 종류',
      'Scans and spreading touch many hosts.',
    ),
    pace(
      'image',
      'connections of the program in that minute',
      '같은 분에 이 프로그램의 연결',
      'Scans and spreading are fast.',
    ),
    hour,
  ],
  read(event, reader, out, at) {
    const sysmon = event.eventId === 3;
    const image = reader.path(event.get(sysmon ? 'Image' : 'Application'));
    const inbound = sysmon ? event.get('Initiated') === 'false' : event.get('Direction') === '%%14592';
    // In 5156 the source is this host's end, whoever began; in Sysmon it is the end that began.
    const peer = event.get(sysmon ? (inbound ? 'SourceIp' : 'DestinationIp') : 'DestAddress');
    const port = Number(event.get(sysmon ? 'DestinationPort' : inbound ? 'SourcePort' : 'DestPort'));
    const peerKey = reader.word(peer);
    if (image.path === 0 && peerKey === 0) return false;
    out[at++] = peerKey === 0 ? Number.NaN : INSIDE.test(peer!) ? 0 : 1;
    out[at++] = inbound ? 1 : 0;
    out[at++] = image.writable;
    out[at++] = image.masquerade;
    out[at++] = image.name;
    out[at++] = image.path;
    out[at++] = peerKey;
    out[at++] = port >= FIRST_EPHEMERAL ? EPHEMERAL : port > 0 ? mix(port, 1) : 0;
    out[at++] = reader.hour(event);
    return true;
  },
};
