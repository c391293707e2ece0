import { type Family, SYSMON } from '../family.ts';
import { hosts, imageRarity, imageWritable, masquerade, number, rarity, writable } from '../features.ts';

const IMAGE = ['Image'];
const MODULE = ['ImageLoaded'];

export const imageLoad: Family = {
  id: 'image_load',
  name: { en: 'image load', ko: '모듈 로드' },
  kinds: [[SYSMON, [7]]],
  numbers: ['signature', 'writable', 'masquerade', 'imageWritable'],
  keys: [
    { id: 'image', fields: IMAGE, show: 'name' },
    { id: 'module', fields: MODULE, show: 'name' },
    { id: 'modulePath', fields: MODULE },
    { id: 'signer', fields: ['Signature'] },
  ],
  words: false,
  features: [
    rarity(
      'imageModule',
      ['image', 'module'],
      'program → module rarity',
      '프로그램 → 모듈 희소성',
      'Injected and side-loaded code brings modules that the program never loads.',
    ),
    rarity(
      'imageModuleOnHost',
      ['image', 'module'],
      'program → module rarity on this host',
      '이 호스트에서의 프로그램 → 모듈 희소성',
      'The same, held against this host alone.',
      'host',
    ),
    rarity('module', ['module'], 'module rarity', '모듈 희소성', 'A library that was brought along is new here.'),
    rarity(
      'modulePath',
      ['modulePath'],
      'module path rarity',
      '모듈 경로 희소성',
      'A known library at a new place may be side-loaded.',
    ),
    rarity('signer', ['signer'], 'signer rarity', '서명자 희소성', 'Few signers sign what a host runs.'),
    imageRarity(),
    hosts('modulePath', 'hosts with this module', '이 모듈이 있는 호스트'),
    number(
      'signature',
      ['Signed', 'SignatureStatus'],
      'signature state',
      '서명 상태',
      '',
      '0 valid, 1 there but not valid, 2 none.',
      { most: 2 },
    ),
    writable(MODULE, 'module in a user-writable folder', '사용자 쓰기 가능 폴더의 모듈'),
    imageWritable(IMAGE),
    masquerade(MODULE),
  ],
  read(event, reader, out, at) {
    const module = reader.path(event.get('ImageLoaded'));
    if (module.path === 0) return false;
    const image = reader.path(event.get('Image'));
    const signed = event.get('Signed');
    const isSigned = signed === 'true' || signed === 'True';
    out[at++] =
      signed === undefined || signed === '' || signed === '-'
        ? Number.NaN
        : isSigned
          ? event.get('SignatureStatus') === 'Valid'
            ? 0
            : 1
          : 2;
    out[at++] = module.writable;
    out[at++] = module.masquerade;
    out[at++] = image.writable;
    out[at++] = image.name;
    out[at++] = module.name;
    out[at++] = module.path;
    out[at++] = isSigned ? reader.word(event.get('Signature')) : 0;
    return true;
  },
};
