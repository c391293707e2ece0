import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlainEvent } from '@haetae/event';
import { parseRules } from '@haetae/sigma';
import { createWindowsRuleSet } from '@haetae/sigma/windows';
import { expect, test } from 'vitest';
import { hiddenIn, overlayOf } from './hidden.ts';
import { MUTATIONS, type ProcessFields } from './testing/mutations.ts';

const CONTENT = join(import.meta.dirname, '../../content/rules');
/** Of all mutations that change something. A base64 text in other letter case is another text, and a rule on parents needs its parent. */
const WANTED = 0.8;

/** Positive examples of the rules on process creations, as pack.test.ts holds them to fire. */
function examples(): { rule: string; fires: (fields: ProcessFields) => boolean; fields: ProcessFields }[] {
  const files = readdirSync(CONTENT, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.yml') && !/^(?:base|tests)\b/.test(name),
  );
  return files.sort().flatMap((path) => {
    const { rules } = parseRules(readFileSync(join(CONTENT, path), 'utf8'), { file: path });
    const rule = rules[0];
    if (rule?.logsource.category !== 'process_creation') return [];
    const set = createWindowsRuleSet([rule]);
    const fires = (fields: ProcessFields): boolean => {
      const event = toEvent(fields);
      return set.matchEvent(event, overlayOf(hiddenIn(event))).length > 0;
    };
    const frame = 'title: examples\nlogsource: {product: windows}\ndetection: {any: [any], condition: any}\n';
    const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
    const held = parseRules(frame + readFileSync(join(CONTENT, 'tests', name), 'utf8')).rules[0]!.raw;
    return (held.positive as { eventId: number; fields: ProcessFields }[])
      .filter(({ eventId }) => eventId === 1)
      .map(({ fields }) => ({ rule: path, fires, fields }));
  });
}

const toEvent = (fields: ProcessFields): PlainEvent =>
  new PlainEvent({
    timeMs: 0,
    computer: 'PC01',
    channel: 'Microsoft-Windows-Sysmon/Operational',
    provider: 'Microsoft-Windows-Sysmon',
    eventId: 1,
    position: { kind: 'line', line: 1 },
    names: Object.keys(fields),
    values: Object.values(fields),
  });

test('rules on process creations see through what attackers change about a command', () => {
  const all = examples();
  const rows = MUTATIONS.map(({ name, apply }) => {
    const tried = all.flatMap(({ rule, fires, fields }) => {
      const mutated = apply(fields);
      return mutated === undefined ? [] : [{ rule, seen: fires(mutated) }];
    });
    const missed = tried.filter(({ seen }) => !seen).map(({ rule }) => rule);
    return { name, of: tried.length, seen: tried.length - missed.length, missed };
  });
  const of = rows.reduce((sum, row) => sum + row.of, 0);
  const seen = rows.reduce((sum, row) => sum + row.seen, 0);
  const share = (n: number, total: number): string => `${n} of ${total}, ${((100 * n) / total).toFixed(1)} %`;
  const lines = rows.map((row) => `${row.name}: ${share(row.seen, row.of)}`);
  process.stdout.write(`\n${all.length} examples\n${lines.join('\n')}\nall mutations: ${share(seen, of)}\n`);
  if (process.env.HAETAE_MUTATIONS === 'missed')
    for (const { name, missed } of rows) process.stdout.write(`\n${name}\n  ${missed.join('\n  ')}\n`);
  expect(seen / of).toBeGreaterThanOrEqual(WANTED);
});
