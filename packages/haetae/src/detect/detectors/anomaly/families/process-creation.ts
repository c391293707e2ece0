import { integrityLevel } from '@haetae/event';
import { type Family, SECURITY, SYSMON, told } from '../family.ts';
import {
  flag,
  hosts,
  hour,
  imageOnHost,
  imageRarity,
  MEASURES,
  masquerade,
  measures,
  number,
  pace,
  pathRarity,
  rarity,
  variety,
  words,
  writable,
} from '../features.ts';

/** As Sysmon writes them, with a rank. */
const INTEGRITY: Readonly<Record<string, number>> = {
  untrusted: 0,
  appcontainer: 1,
  low: 1,
  medium: 2,
  mediumplus: 2,
  high: 3,
  system: 4,
  protected: 4,
};
const IMAGE = ['Image', 'NewProcessName'];
const PARENT = ['ParentImage', 'ParentProcessName'];

export const processCreation: Family = {
  id: 'process_creation',
  name: { en: 'process creation', ko: '프로세스 생성' },
  kinds: [
    [SYSMON, [1]],
    [SECURITY, [4688]],
  ],
  numbers: [...MEASURES, 'writable', 'masquerade', 'renamed', 'integrity'],
  keys: [
    { id: 'image', fields: IMAGE, show: 'name' },
    { id: 'path', fields: IMAGE },
    { id: 'parent', fields: PARENT, show: 'name' },
    { id: 'hour', fields: [] },
  ],
  words: true,
  features: [
    rarity(
      'parentChild',
      ['parent', 'image'],
      'parent → child rarity',
      '부모 → 자식 희소성',
      'Each program starts few others; a document that starts a shell is told by the pair.',
    ),
    rarity(
      'parentChildOnHost',
      ['parent', 'image'],
      'parent → child rarity on this host',
      '이 호스트에서의 부모 → 자식 희소성',
      'The same, held against this host alone.',
      'host',
    ),
    imageRarity(),
    imageOnHost,
    pathRarity,
    hosts('path', 'hosts with this program', '이 프로그램이 있는 호스트'),
    writable(IMAGE),
    masquerade(IMAGE),
    flag(
      'renamed',
      ['OriginalFileName'],
      'renamed program',
      '이름이 바뀐 프로그램',
      'The name in the file’s own version resource is another one.',
    ),
    ...measures(['CommandLine'], 'command line', '명령줄'),
    words(['CommandLine']),
    number(
      'integrity',
      ['IntegrityLevel', 'MandatoryLabel'],
      'integrity level',
      '무결성 수준',
      '',
      '0 untrusted, 1 low, 2 medium, 3 high, 4 system.',
    ),
    variety(
      'fanOut',
      'image',
      'parent',
      'different children of the parent',
      '부모가 실행한 프로그램 종류',
      'A shell in the hands of an intruder starts many different tools.',
    ),
    pace(
      'parent',
      'children of the parent in that minute',
      '같은 분에 부모가 만든 자식',
      'Scripts start programs faster than people.',
    ),
    hour,
  ],
  read(event, reader, out, at) {
    const isSysmon = event.eventId === 1;
    const text = event.get(isSysmon ? 'Image' : 'NewProcessName');
    const image = reader.path(text);
    if (image.path === 0) return false;
    const command = told(event.get('CommandLine'));
    if (command === undefined) {
      out[at++] = Number.NaN;
      out[at++] = Number.NaN;
      out[at++] = Number.NaN;
      out[at++] = Number.NaN;
    } else {
      const { length, entropy, symbols, digits } = reader.measure(command);
      out[at++] = length;
      out[at++] = entropy;
      out[at++] = symbols;
      out[at++] = digits;
    }
    out[at++] = image.writable;
    out[at++] = image.masquerade;
    const original = isSysmon ? told(event.get('OriginalFileName')) : undefined;
    out[at++] = original === undefined || original === '?' ? Number.NaN : isRenamed(text!, original) ? 1 : 0;
    const integrity = isSysmon ? event.get('IntegrityLevel') : integrityLevel(event.get('MandatoryLabel') ?? '');
    out[at++] = INTEGRITY[integrity?.toLowerCase() ?? ''] ?? Number.NaN;
    out[at++] = image.name;
    out[at++] = image.path;
    out[at++] = reader.path(event.get(isSysmon ? 'ParentImage' : 'ParentProcessName')).name;
    out[at++] = reader.hour(event);
    reader.tokens(command ?? '', out, at);
    return true;
  },
};

/** Version resources write `PowerShell.EXE`, and `7zFM.exe.mui` where the text is in a language file. */
function isRenamed(image: string, original: string): boolean {
  const name = image.slice(image.lastIndexOf('\\') + 1).toLowerCase();
  const own = original.toLowerCase().replace(/\.mui$/, '');
  return name !== own && name.replace(/\.exe$/, '') !== own.replace(/\.(?:exe|dll)$/, '');
}
