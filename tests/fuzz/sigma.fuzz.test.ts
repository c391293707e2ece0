/**
 * Damaged rules: whatever stands in a rule file, it is read or refused with its place, nothing throws once it is compiled, and
 * all ways to match agree. HAETAE_FUZZ sets the number of files (10,000), HAETAE_FUZZ_SEED another seed, HAETAE_FUZZ_CASE one
 * case by the number that a failure names. With HAETAE_DATA the rules of SigmaHQ are damaged, else those of our own pack.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { explain, linkRules, lintText, parseRules, type SavedRules } from '@haetae/sigma';
import { createWindowsRuleSet, type WindowsRuleSet, windowsEvent, windowsView } from '@haetae/sigma/windows';
import { describe, expect, test } from 'vitest';
import { type Random, random } from './mutate.ts';

const TOTAL = Number(process.env.HAETAE_FUZZ ?? 10_000);
const SEED = Number(process.env.HAETAE_FUZZ_SEED ?? 20_240_501);
const ONLY = process.env.HAETAE_FUZZ_CASE;
/** Milliseconds one file may take, on a busy machine. */
const HANG = 5000;
const PARTS = 4;

const root = process.env.HAETAE_DATA;
const folder =
  root === undefined
    ? fileURLToPath(new URL('../../packages/haetae/content/rules/', import.meta.url))
    : join(root, 'sigma', 'rules', 'windows');
const FILES = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yml'))
  .map((name) => readFileSync(join(folder, name), 'utf8'))
  .filter((text) => text.length < 8000);

const MODIFIERS = [
  ...['contains', 'startswith', 'endswith', 'all', 're', 'i', 'm', 's', 'cased', 'base64', 'base64offset', 'wide'],
  ...['utf16', 'windash', 'cidr', 'exists', 'fieldref', 'lt', 'gte', 'neq', 'expand', 'hour', 'week', 'nope', ''],
];
const VALUES = [
  ...['null', "''", 'true', '5', '-1', '0x1f', '1e400', '.nan', '[]', '{}', '[a, b]', '{a: b}', '~', '"\\x00"', "'*'"],
  ...["'(a+)+$'", "'%x%'", "'10.0.0.0/33'", "'?*\\*'", '&a b', '*a', '|\n        text', '>\n        x', '"\\ud800"'],
];
const CONDITIONS = [
  ...['1 of them', 'all of sel*', 'not selection', 'selection and', '(selection', '5 of them', '1 of *', '_x', ''],
  ...['not not not selection', 'selection | count() > 1', 'all of them and not them', 'selection or not 1 of filter_*'],
];

/** Puts other words, values and lines into a rule. */
function damaged(text: string, dice: Random): string {
  const lines = text.split('\n');
  for (let changes = 1 + dice.int(4); changes > 0; changes--) {
    const at = dice.int(lines.length);
    const line = lines[at] ?? '';
    const cut = dice.int(line.length + 1);
    switch (dice.int(8)) {
      case 0:
        lines[at] = line.replace(/^( *-? *[\w|]+)(?=:)/, (key) => `${key}|${dice.pick(MODIFIERS)}`);
        break;
      case 1:
        lines[at] = line.replace(/(?<=: |- ).*$/, () => dice.pick(VALUES));
        break;
      case 2: {
        const condition = lines.findIndex((l) => /^ +condition:/.test(l));
        if (condition >= 0) lines[condition] = lines[condition]!.replace(/:.*/, () => `: ${dice.pick(CONDITIONS)}`);
        break;
      }
      case 3:
        lines.splice(at, 1);
        break;
      case 4:
        lines.splice(at, 0, dice.pick(lines));
        break;
      case 5:
        lines[at] = line.slice(0, cut) + String.fromCharCode(dice.int(0x10000)) + line.slice(cut + dice.int(2));
        break;
      case 6:
        lines[at] = (dice.int(2) === 0 ? ' ' : '') + line.slice(dice.int(2));
        break;
      default: {
        const others = dice.pick(FILES).split('\n');
        const from = dice.int(others.length);
        lines.splice(at, dice.int(3), ...others.slice(from, from + dice.int(6)));
      }
    }
  }
  return lines.join('\n');
}

const SYSMON = 'Microsoft-Windows-Sysmon/Operational';
const FIELDS = {
  Image: String.raw`C:\Windows\System32\cmd.exe`,
  CommandLine: `cmd /c "powershell –enc AAAA" ${'a'.repeat(300)}`,
  ScriptBlockText: 'IEX (New-Object Net.WebClient)',
  TargetObject: String.raw`HKLM\System\CurrentControlSet`,
  User: '\ud800',
  UtcTime: '2024-01-01 00:00:00.000',
  DestinationIp: '10.0.0.1',
  Details: '',
};
const EVENTS = [
  [SYSMON, 1],
  [SYSMON, 13],
  [SYSMON, 3],
  ['Security', 4688],
  ['System', 7045],
  ['Microsoft-Windows-PowerShell/Operational', 4104],
].map(([channel, eventId]) =>
  windowsEvent({ channel: channel as string, provider: 'x', eventId: eventId as number, fields: FIELDS }),
);

const found = (set: WindowsRuleSet): string[] =>
  EVENTS.flatMap((event) => set.matchEvent(event).map(({ rule, via }) => `${rule.title} ${via}`));

/** Throws what is wrong. */
function examine(text: string): number {
  const parsed = parseRules(text, { file: 'm.yml' });
  expect(parsed.problems.filter(({ severity }) => severity === 'error')).toHaveLength(parsed.refused.length);
  const linked = linkRules([parsed]);
  const { read, loaded, refused } = linked.counts;
  expect(read).toBeGreaterThan(0);
  expect(loaded + refused).toBe(read);
  const set = createWindowsRuleSet(linked.rules, { effortBeforeGroup: 0 });
  expect(set.matchers.length + set.problems.length).toBe(linked.rules.length);
  const lines = text.split('\n').length;
  for (const { message, line } of [...linked.problems, ...set.problems]) {
    expect(message).toMatch(/^m\.yml:\d+:\d+: ./);
    expect(line).toBeLessThanOrEqual(lines);
  }
  for (const matcher of set.matchers) {
    for (const event of EVENTS) {
      const view = windowsView(event);
      const { matched } = explain(matcher, view);
      expect(matched).toBe(matcher.matches(view));
      if (!matched) expect(matcher.explain(view)).toEqual([]);
    }
  }
  const wanted = found(createWindowsRuleSet(linked.rules, { engine: 'plain' }));
  expect(found(set)).toEqual(wanted);
  const saved = JSON.parse(JSON.stringify(set.save())) as SavedRules;
  expect(found(createWindowsRuleSet(saved))).toEqual(wanted);
  for (const { line } of lintText(text)) expect(line).toBeLessThanOrEqual(lines);
  return set.matchers.length;
}

describe('damaged rules', () => {
  test.each(Array.from({ length: PARTS }, (_, part) => part))(
    'part %i',
    (part) => {
      const failures: string[] = [];
      let inForce = 0;
      const cases = Math.ceil(TOTAL / PARTS);
      for (let n = part * cases; n < (part + 1) * cases; n++) {
        if (ONLY !== undefined && n !== Number(ONLY)) continue;
        const dice = random(SEED + n);
        const text = damaged(dice.pick(FILES), dice);
        const begin = performance.now();
        try {
          inForce += examine(text);
        } catch (error) {
          failures.push(`HAETAE_FUZZ_CASE=${n}: ${(error as Error).message}\n${ONLY === undefined ? '' : text}`);
        }
        if (performance.now() - begin > HANG) failures.push(`HAETAE_FUZZ_CASE=${n} took more than ${HANG} ms`);
      }
      expect(failures.slice(0, 5)).toEqual([]);
      if (ONLY === undefined) expect(inForce).toBeGreaterThan(cases / 10);
    },
    600_000,
  );
});
