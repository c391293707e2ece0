import { parseInstant, type Zone } from '../../locale/index.ts';
import { ReportError } from '../error.ts';
import { type Clock, clocksOf } from './clocks.ts';
import { type Reader, readerOf } from './read.ts';

/** What logs cannot tell and people add to a report, in a file that they write. Every member may be absent. */
export interface CaseFacts {
  readonly organisation?: string;
  readonly author?: string;
  readonly contact?: string;
  readonly caseNumber?: string;
  readonly classification?: string;
  readonly systems: readonly CaseSystem[];
  readonly damage?: string;
  readonly leak?: {
    readonly state: 'confirmed' | 'denied' | 'unknown';
    readonly what?: string;
    readonly persons?: number;
  };
  readonly cause?: string;
  readonly actions: readonly CaseAction[];
  readonly prevention: readonly string[];
  /** In place of those that come with the product. */
  readonly clocks?: readonly Clock[];
}

export interface CaseSystem {
  readonly host: string;
  readonly address?: string;
  readonly system?: string;
  readonly purpose?: string;
}

export interface CaseAction {
  readonly state: 'done' | 'open';
  readonly what: string;
  readonly by?: string;
  readonly timeMs?: number;
}

export const NO_FACTS: CaseFacts = { systems: [], actions: [], prevention: [] };

/** A `--case` file. Times without an offset are of `zone`. Throws a ReportError that says where what is wrong. */
export function readFacts(text: string, file: string, zone: Zone): CaseFacts {
  const top = readerOf(text, file);
  top.only(
    ...['organisation', 'author', 'contact', 'caseNumber', 'classification', 'systems', 'damage', 'leak', 'cause'],
    ...['actions', 'prevention', 'clocks'],
  );
  const leak = top.member('leak');
  leak?.only('state', 'what', 'persons');
  const clocks = top.member('clocks');
  return {
    ...texts(top, 'organisation', 'author', 'contact', 'caseNumber', 'classification', 'damage', 'cause'),
    systems: (top.member('systems')?.list() ?? []).map((one) => {
      one.only('host', 'address', 'system', 'purpose');
      return { host: needed(one, 'host').text(), ...texts(one, 'address', 'system', 'purpose') };
    }),
    ...(leak !== undefined && {
      leak: {
        state: needed(leak, 'state').oneOf(['confirmed', 'denied', 'unknown']),
        ...texts(leak, 'what'),
        ...(leak.member('persons') !== undefined && { persons: leak.member('persons')!.number() }),
      },
    }),
    actions: (top.member('actions')?.list() ?? []).map((one) => {
      one.only('state', 'what', 'by', 'time');
      const time = one.member('time');
      return {
        state: one.member('state')?.oneOf(['done', 'open']) ?? 'done',
        what: needed(one, 'what').text(),
        ...texts(one, 'by'),
        ...(time !== undefined && { timeMs: instantOf(time, zone) }),
      };
    }),
    prevention: (top.member('prevention')?.list() ?? []).map((one) => one.text()),
    ...(clocks !== undefined && { clocks: clocksOf(clocks) }),
  };
}

function texts<K extends string>(of: Reader, ...names: K[]): { [N in K]?: string } {
  const found: { [N in K]?: string } = {};
  for (const name of names) {
    const value = of.member(name)?.text();
    if (value !== undefined && value.trim() !== '') found[name] = value;
  }
  return found;
}

function needed(of: Reader, name: string): Reader {
  const found = of.member(name);
  if (found === undefined) throw new ReportError('invalid', `${of.at}${name} is missing`);
  return found;
}

function instantOf(of: Reader, zone: Zone): number {
  const time = parseInstant(of.text(), zone, 'start');
  if (time === undefined) throw new ReportError('invalid', `${of.at}not a time; write 2026-06-23T09:00`);
  return time;
}
