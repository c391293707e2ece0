import { cut, type Phrase, printable, type StoryWords } from '../../locale/index.ts';
import type { IncidentFinding, ProcessNode } from '../incident.ts';
import { fileName } from '../text.ts';
import { speaksForItself } from './compose.ts';
import type { Deed } from './deed.ts';

/** Columns of a command, a decoded text, a path in a sentence: the whole stands in the tree and in the log. */
const COMMAND = 120;
const DECODED = 160;
const PATH = 96;

/** Text of a log on one line, safe to print, cut to `columns`. */
export const oneLine = (text: string, columns: number): string =>
  cut(
    printable(
      text
        .slice(0, columns * 8)
        .replace(/\s+/g, ' ')
        .trim(),
    ),
    columns,
  );

/** A path with its end, which tells most, and its beginning. */
export function pathText(path: string): string {
  const text = printable(path.replace(/\s+/g, ' ').replace(/S-1-5-21-[\d-]+-(\d+)/g, 'S-1-5-21-…-$1'));
  if (text.length <= PATH) return text;
  return `${text.slice(0, 30)}…${text.slice(text.length - PATH + 31)}`;
}

const QUOTED = /^"([^"]+)"\s*|^(\S+)\s*/;

/** A command without the folder and `.exe` of its program: `net group "Domain Admins" /domain`. */
export function shortCommand(
  { image, commandLine }: Pick<ProcessNode, 'image' | 'commandLine'>,
  columns: number,
): string {
  const name = fileName(image).replace(/\.exe$/i, '');
  const args = commandLine.trim().replace(QUOTED, '').trim();
  return oneLine(args === '' ? name || commandLine : `${name} ${args}`, columns);
}

export interface Told {
  readonly words: StoryWords;
  readonly findings: readonly IncidentFinding[];
  readonly node: (key: string | null) => ProcessNode | undefined;
  /** Whether a text of a script or command was not told before; telling it once is enough. */
  readonly fresh: (text: string) => boolean;
  /** A finding's title in the language of the story. */
  readonly titleOf: (finding: IncidentFinding) => string;
}

/** The predicate of a deed; a `run` is told by {@link runPhrase}, since several make one. */
export function phraseOf(deed: Deed, told: Told): Phrase {
  const { words: w } = told;
  const [one = '', two = ''] = deed.what.map((value) => printable(value.replace(/\s+/g, ' ')));
  const { count } = deed;
  const noted = (phrase: Phrase, note: string): Phrase => (note === '' ? phrase : { ...phrase, note });
  switch (deed.kind) {
    case 'run':
      return runPhrase([deed], told);
    case 'connection':
      return w.connected(two === '' || one.startsWith(two) ? one : `${two}(${one})`, count);
    case 'reached':
      return w.wasReached(one, two);
    case 'dns':
      return w.askedName(one);
    case 'file':
      return w.wrote(pathText(one));
    case 'deleted':
      return w.deleted(pathText(one));
    case 'download':
      return w.downloaded(pathText(one));
    case 'file-time':
      return w.setTime(pathText(one));
    case 'registry':
      return w.setRegistry(pathText(one), two === '(Empty)' ? '' : cut(two, 60));
    case 'thread':
      return w.madeThread(fileName(one));
    case 'access':
      return noted(w.opened(fileName(one)), two === '' ? '' : w.note.access(two));
    case 'tamper':
      return w.tampered(one);
    case 'module':
      return w.loaded(/^[a-z]:\\windows\\/i.test(one) ? fileName(one) : pathText(one));
    case 'driver':
      return w.loadedDriver(pathText(one));
    case 'pipe':
      return w.pipe(cut(one, 60));
    case 'script':
      return noted(
        speaksForItself(deed) ? w.scriptRan(count) : w.ranScript(count),
        told.fresh(deed.what[0]!) ? oneLine(commandsOf(deed.what[0]!), DECODED) : '',
      );
    case 'service':
      return noted(w.service(cut(one, 60)), two === '' ? '' : w.note.runs(decodedOr(deed, told, two)));
    case 'task':
      return noted(w.task(cut(one, 80)), two === '' ? '' : w.note.runs(decodedOr(deed, told, two)));
    case 'wmi':
      return noted(w.wmi(cut(one, 60)), two === '' ? '' : w.note.runs(decodedOr(deed, told, two)));
    case 'share':
      return w.share(cut(one, 80), two);
    case 'account-used':
      return w.usedAccount(one, two === 'localhost' ? '' : two);
    case 'logon':
      return w.loggedOn(one, two === '' ? '' : w.logonType(two));
    case 'logon-failed':
      return noted(w.failedLogon(one, count), two === '' ? '' : w.logonType(two));
    case 'privileged':
      return w.privileged();
    case 'account-made':
      return w.madeAccount(one);
    case 'account-changed':
      return w.changedAccount(one);
    case 'group':
      return w.addedTo(two, one);
    case 'cleared':
      return w.clearedLog(one);
    case 'ticket':
      return w.ticket(one, two);
    case 'directory':
      return w.directory(cut(one, 80));
    case 'object':
      return w.object(pathText(one), count);
    case 'protection-off':
      return w.protectionOff();
    case 'threat':
      return w.threat(one, pathText(two));
    case 'sysmon':
      return w.sysmon(cut(one, 60));
    case 'unusual':
      return w.unusual(one);
    case 'found': {
      const title = printable(told.titleOf(told.findings[Number(deed.what[2])]!));
      return deed.process !== null ? w.left(title, two, count) : w.found(title, two, count);
    }
    default:
      return deed.kind satisfies never;
  }
}

/** Module logging (4103) writes each command with its parameters on lines of their own: the commands alone tell enough. */
function commandsOf(text: string): string {
  const commands = [...text.matchAll(/CommandInvocation\(([^)]*)\)/g)].map(([, name]) => name!);
  return commands.length === 0 ? text : [...new Set(commands)].join(', ');
}

/** What was decoded out of the event stands for the command that hid it. */
function decodedOr({ findings }: Deed, told: Told, otherwise: string): string {
  const decoded = findings.map((i) => told.findings[i]!.decoded).find((text) => text !== undefined);
  if (decoded === undefined) return cut(otherwise, COMMAND);
  return `${cut(otherwise, 40)}; ${told.words.note.decoded(oneLine(decoded, DECODED))}`;
}

/** One program with its command or what was hidden in it; several as a list of short commands. */
export function runPhrase(deeds: readonly Deed[], told: Told, acts: readonly Deed[] = []): Phrase {
  const { words: w } = told;
  const named = deeds[0]!.process !== null || deeds[0]!.actor !== '';
  const say = (images: string): Phrase => (named ? w.ran(images) : w.wasStarted(images));
  const nodes = deeds.map(({ child }) => told.node(child)!);
  if (deeds.length > 1) {
    const each = nodes.length <= 3 ? 100 : 56;
    const short = [...new Set(nodes.map((node) => shortCommand(node, each)))];
    return say(w.list(short.slice(0, 6), short.length - Math.min(6, short.length)));
  }
  const [node] = nodes as [ProcessNode];
  // What reg.exe wrote says all that its command does.
  const note = acts[0]?.kind === 'registry' && acts.length === 1 ? '' : runNote(deeds[0]!, node, told);
  const phrase = say(imageText(node, told));
  return note === '' ? phrase : { ...phrase, note };
}

export const imageText = ({ image }: ProcessNode, { words }: Told): string =>
  image === '' ? words.unknownProcess : printable(fileName(image));

function runNote({ findings }: Deed, node: ProcessNode, { findings: all, words: w, fresh }: Told): string {
  const decoded = findings.map((i) => all[i]!.decoded).find((text) => text !== undefined && text.trim() !== '');
  if (decoded !== undefined) return fresh(decoded) ? w.note.decoded(oneLine(decoded, DECODED)) : '';
  const args = node.commandLine.trim().replace(QUOTED, '').trim();
  if (args !== '' && fresh(node.commandLine)) return w.note.command(oneLine(node.commandLine, COMMAND));
  if (args !== '') return '';
  return /^[a-z]:\\(?:windows|program files)/i.test(node.image) || node.image === fileName(node.image)
    ? ''
    : w.note.via(pathText(node.image));
}
