import { type Family, SECURITY, told } from '../family.ts';
import { flag, hour, MEASURES, masquerade, measures, number, rarity, words, writable } from '../features.ts';

const NAME = ['ServiceName', 'TaskName'];
const COMMAND = ['ImagePath', 'ServiceFileName', 'TaskContent'];

export const service: Family = {
  id: 'service',
  name: { en: 'new service or task', ko: '서비스·작업 등록' },
  kinds: [
    ['system', [7045]],
    [SECURITY, [4697, 4698]],
  ],
  numbers: [...MEASURES, 'nameEntropy', 'writable', 'masquerade', 'task'],
  keys: [
    { id: 'name', fields: NAME },
    { id: 'image', fields: COMMAND },
    { id: 'account', fields: ['AccountName', 'ServiceAccount', 'SubjectUserName'] },
    { id: 'hour', fields: [] },
  ],
  words: true,
  features: [
    rarity('name', ['name'], 'name rarity', '이름 희소성', 'Names are compared without digits.'),
    rarity('image', ['image'], 'program rarity', '프로그램 희소성', 'A tool that was brought along is new here.'),
    rarity('account', ['account'], 'account rarity', '계정 희소성', 'Who registers, or under whose name it will run.'),
    ...measures(COMMAND, 'command', '명령'),
    words(COMMAND),
    number(
      'nameEntropy',
      NAME,
      'entropy of the name',
      '이름 엔트로피',
      'bits a character',
      'Generated names use their alphabet evenly.',
    ),
    writable(COMMAND),
    masquerade(COMMAND),
    flag('task', [], 'scheduled task', '예약 작업', 'Security 4698.'),
    hour,
  ],
  read(event, reader, out, at) {
    const task = event.eventId === 4698;
    const name = told(event.get(task ? 'TaskName' : 'ServiceName'));
    if (name === undefined) return false;
    const given = event.get(task ? 'TaskContent' : event.eventId === 7045 ? 'ImagePath' : 'ServiceFileName') ?? '';
    const command = task ? commandOfTask(given) : given;
    const nameEntropy = reader.measure(name).entropy;
    const { length, entropy, symbols, digits } = reader.measure(command);
    const program = reader.path(programOf(command));
    out[at++] = length;
    out[at++] = entropy;
    out[at++] = symbols;
    out[at++] = digits;
    out[at++] = nameEntropy;
    out[at++] = program.writable;
    out[at++] = program.masquerade;
    out[at++] = task ? 1 : 0;
    out[at++] = reader.shape(name);
    out[at++] = program.path;
    out[at++] = reader.word(
      event.get(task ? 'SubjectUserName' : event.eventId === 7045 ? 'AccountName' : 'ServiceAccount'),
    );
    out[at++] = reader.hour(event);
    reader.tokens(command, out, at);
    return true;
  },
};

/** What a task runs, out of its XML; the whole where it runs nothing by name. */
export function commandOfTask(xml: string): string {
  const part = (name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';
  const command = `${part('Command')} ${part('Arguments')}`.trim();
  return command === '' ? xml : command;
}

/** The program of a command line: what stands in quotes, or ends with an extension that runs, or comes before the first blank. */
export function programOf(command: string): string {
  const quoted = /^\s*"([^"]+)"/.exec(command)?.[1];
  if (quoted !== undefined) return quoted;
  return /^\s*(.+?\.(?:exe|sys|dll|com|bat|cmd))(?:\s|$)/i.exec(command)?.[1] ?? command.trim().split(/\s/, 1)[0]!;
}
