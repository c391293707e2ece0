import { type Family, SYSMON, told } from '../family.ts';
import { flag, hosts, imageRarity, imageWritable, number, rarity, variety } from '../features.ts';
import { hashShape } from '../hash.ts';
import { memo } from '../memo.ts';

const IMAGE = ['Image'];
const OBJECT = ['TargetObject'];

/** Keys from which Windows starts programs or loads code. Source: what Sysinternals Autoruns looks at. */
const AUTORUN =
  /\\currentversion\\(?:run(?:once|services|onceex)?(?:\\|$)|policies\\explorer\\run|winlogon\\|explorer\\(?:shell folders|user shell folders|browser helper objects|shellserviceobjects)|windows\\(?:load|run|appinit_dlls)|image file execution options\\|silentprocessexit\\|appcompatflags\\|shellserviceobjectdelayload|authentication\\)|\\services\\[^\\]+\\(?:imagepath|parameters\\servicedll|failurecommand)|\\control\\(?:lsa\\|session manager\\(?:bootexecute|appcertdlls|knowndlls)|print\\monitors|securityproviders\\|networkprovider\\)|\\environment\\userinitmprlogonscript|\\inprocserver32|\\localserver32|\\treatas|\\shell\\open\\command|\\command processor\\autorun|\\microsoft\\(?:netsh|office test|office\\[^\\]+\\[^\\]+\\addins)/;
const COMMAND =
  /\.(?:exe|dll|bat|cmd|ps1|vbs|js|hta|scr)\b|\b(?:powershell|rundll32|mshta|regsvr32|cmd|wscript|cscript)\b/i;

export const registry: Family = {
  id: 'registry',
  name: { en: 'registry change', ko: '레지스트리 변경' },
  kinds: [[SYSMON, [12, 13, 14]]],
  numbers: ['autorun', 'command', 'valueLength', 'imageWritable'],
  keys: [
    { id: 'image', fields: IMAGE, show: 'name' },
    { id: 'object', fields: OBJECT },
    { id: 'key', fields: OBJECT },
    { id: 'action', fields: ['EventType'] },
  ],
  words: false,
  features: [
    rarity(
      'imageKey',
      ['image', 'key'],
      'program → key rarity',
      '프로그램 → 키 희소성',
      'Programs write to their own keys.',
    ),
    rarity(
      'imageObject',
      ['image', 'object', 'action'],
      'program → value rarity',
      '프로그램 → 값 희소성',
      'Who else ever did this to that value?',
    ),
    rarity('object', ['object'], 'value rarity', '값 희소성', 'Names are compared without SIDs, GUIDs and digits.'),
    rarity('key', ['key'], 'key rarity', '키 희소성', 'A key that nobody touches.'),
    imageRarity(),
    hosts('object', 'hosts with this value', '이 값이 있는 호스트'),
    flag('autorun', OBJECT, 'autostart location', '자동 실행 위치', 'Windows starts programs or loads code from here.'),
    flag('command', ['Details'], 'a command as value', '값이 명령', 'What starts later is written now.'),
    number('valueLength', ['Details'], 'length of the value', '값 길이', 'characters', 'Payloads are kept in values.', {
      log: true,
    }),
    imageWritable(IMAGE),
    variety(
      'keys',
      'key',
      'image',
      'different keys of the program',
      '프로그램이 건드린 키 종류',
      'Settings tools touch many; a backdoor one.',
    ),
  ],
  read: reader(),
};

interface ObjectFacts {
  readonly object: number;
  readonly key: number;
  readonly autorun: number;
}

function reader(): Family['read'] {
  const facts = memo<ObjectFacts>((text) => ({
    object: hashShape(text),
    key: hashShape(text, 0, Math.max(0, text.lastIndexOf('\\'))),
    autorun: AUTORUN.test(text.toLowerCase()) ? 1 : 0,
  }));
  return (event, { path, word }, out, at) => {
    const object = told(event.get('TargetObject'));
    if (object === undefined) return false;
    const { object: whole, key, autorun } = facts(object);
    const details = event.eventId === 12 ? undefined : told(event.get(event.eventId === 13 ? 'Details' : 'NewName'));
    const image = path(event.get('Image'));
    out[at++] = autorun;
    out[at++] = details === undefined ? Number.NaN : COMMAND.test(details.slice(0, 1000)) ? 1 : 0;
    // To a quarter of a magnitude: what a value holds changes all the time.
    out[at++] = details === undefined ? Number.NaN : Math.round(2 ** (Math.round(2 * Math.log2(details.length)) / 2));
    out[at++] = image.writable;
    out[at++] = image.name;
    out[at++] = whole;
    out[at++] = key;
    out[at++] = word(event.get('EventType'));
    return true;
  };
}
