import { parseTimespan } from '../correlation/timespan.ts';
import { type At, SigmaError } from '../error.ts';
import { entry, type MapNode, type Node } from '../yaml/node.ts';
import { mapOf, type RuleExample, readExample, textOf, wholeOf } from './example.ts';

/** One of several events that happen after each other. */
export interface TimedExample extends RuleExample {
  readonly computer: string;
  /** Since the beginning of the sequence. */
  readonly afterMs: number;
}

/** Events of which a correlation makes a finding, or makes none. */
export interface RuleSequence {
  /** In the order of the text; what is repeated is written out. */
  readonly events: readonly TimedExample[];
  readonly name: string | undefined;
  readonly at: At;
}

const MORE = ['computer', 'after', 'times', 'every'];
const MOST_TIMES = 10_000;

export const isSequence = (node: Node): boolean => node.kind === 'map' && entry(node, 'events') !== undefined;

/**
 * `events`, a list of events that may tell the `computer`, how long `after` the beginning they happen (`5s`, `2h`; at once
 * when not told), and how many `times`, one `every` so long. `{n}` in a value or a computer is the number of the repetition, from 1.
 */
export function readSequence(node: Node, file: string | undefined): RuleSequence {
  const map = mapOf(node, 'a sequence is', ['name', 'events'], file);
  const events = entry(map, 'events')!.value;
  if (events.kind !== 'list') throw new SigmaError('bad-type', 'events is a list of events', { file, ...events.at });
  return {
    events: events.items.flatMap((item) => readTimed(item, file)),
    name: textOf(map, 'name', file),
    at: map.at,
  };
}

function readTimed(node: Node, file: string | undefined): TimedExample[] {
  const example = readExample(node, file, MORE);
  const map = node as MapNode;
  const times = wholeOf(map, 'times', file) ?? 1;
  if (times < 1 || times > MOST_TIMES)
    throw new SigmaError('bad-type', `times is a number from 1 to ${MOST_TIMES}`, {
      file,
      ...entry(map, 'times')!.value.at,
    });
  const [after, every] = [spanOf(map, 'after', file), spanOf(map, 'every', file)];
  const computer = textOf(map, 'computer', file) ?? '';
  return Array.from({ length: times }, (_, i) => {
    const numbered = (text: string): string => text.replaceAll('{n}', String(i + 1));
    return {
      ...example,
      fields: example.fields.map(([name, value]) => [name, numbered(value)] as const),
      computer: numbered(computer),
      afterMs: after + i * every,
    };
  });
}

function spanOf(map: MapNode, key: string, file: string | undefined): number {
  const text = textOf(map, key, file);
  return text === undefined ? 0 : parseTimespan(text, { file, ...entry(map, key)!.value.at }).ms;
}
