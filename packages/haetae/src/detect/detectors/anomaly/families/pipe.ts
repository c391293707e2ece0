import { type Family, SYSMON, told } from '../family.ts';
import { flag, hosts, imageRarity, number, rarity, variety, writable } from '../features.ts';

const IMAGE = ['Image'];
const PIPE = ['PipeName'];

export const pipe: Family = {
  id: 'pipe',
  name: { en: 'named pipe', ko: '명명된 파이프' },
  kinds: [[SYSMON, [17, 18]]],
  numbers: ['entropy', 'digits', 'created', 'writable'],
  keys: [
    { id: 'image', fields: IMAGE, show: 'name' },
    { id: 'pipe', fields: PIPE },
  ],
  words: false,
  features: [
    rarity(
      'imagePipe',
      ['image', 'pipe'],
      'program → pipe rarity',
      '프로그램 → 파이프 희소성',
      'Programs have their own pipes.',
    ),
    rarity('pipe', ['pipe'], 'pipe rarity', '파이프 희소성', 'Names are compared without digits and GUIDs.'),
    imageRarity(),
    hosts('pipe', 'hosts with this pipe', '이 파이프가 있는 호스트'),
    number(
      'entropy',
      PIPE,
      'entropy of the name',
      '이름 엔트로피',
      'bits a character',
      'Generated names use their alphabet evenly.',
    ),
    number('digits', PIPE, 'digit share of the name', '이름의 숫자 비율', '%', 'Generated names are full of digits.'),
    flag('created', [], 'pipe created', '파이프 생성', 'Sysmon 17; 18 is a connection to one.'),
    writable(IMAGE),
    variety(
      'pipes',
      'pipe',
      'image',
      'different pipes of the program',
      '프로그램이 쓰는 파이프 종류',
      'Tools that try them all.',
    ),
  ],
  read(event, reader, out, at) {
    const name = told(event.get('PipeName'));
    if (name === undefined) return false;
    const { entropy, digits } = reader.measure(name);
    const image = reader.path(event.get('Image'));
    out[at++] = Math.round(2 * entropy) / 2;
    out[at++] = Math.round(digits / 10) * 10;
    out[at++] = event.eventId === 17 ? 1 : 0;
    out[at++] = image.writable;
    out[at++] = image.name;
    out[at++] = reader.shape(name);
    return true;
  },
};
