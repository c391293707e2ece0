import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FiledFinding } from '../../detect/index.ts';
import { type Incident, incidentsOf, storyOf } from '../index.ts';
import { fleetLog, type Step } from '../testing/fleet.ts';
import { guid, Log, ms, SYSTEM32 } from '../testing/log.ts';
import { createTracer } from '../trace/tracer.ts';
import type { LiveIncident, LiveOptions } from './contract.ts';
import { createLiveIncidents } from './live.ts';

/** Follows what is told, as a store would. */
class Told {
  readonly incidents = new Map<string, Incident>();
  readonly findings = new Map<number, string>();
  readonly merged = new Map<string, string>();

  take(changes: readonly LiveIncident[]): void {
    for (const { id, incident, findingIds, mergedInto } of changes) {
      expect(this.merged.has(id)).toBe(false);
      for (const finding of findingIds) this.findings.set(finding, id);
      if (mergedInto !== null) {
        this.incidents.delete(id);
        this.merged.set(id, mergedInto);
      } else this.incidents.set(id, incident);
    }
  }
}

/** What must be the same live and at once; ids may differ where an older finding came later. */
const content = (incidents: Iterable<Incident>): string[] =>
  [...incidents]
    .filter(({ risk }) => risk >= 15)
    .map(({ id: _, rank: __, merged: ___, ...rest }) => JSON.stringify(rest))
    .sort();

const steps = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: 15 }),
    fc.integer({ min: 0, max: 4 }),
    fc.integer({ min: 0, max: 59 }),
    fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 2400 })),
  ) satisfies fc.Arbitrary<Step>,
  { minLength: 1, maxLength: 60 },
);

test.each([
  ['as it is', {}],
  ['with a small budget, and every incident paced', { budget: 12, paced: 1, paceMs: 1000 }],
] as [string, LiveOptions][])(
  'live equals batch in any order within the lateness, with updates and restarts anywhere: %s',
  async (_, options) => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.array(fc.integer({ min: 0, max: 90_000 }), { minLength: 60, maxLength: 60 }),
        fc.array(fc.constantFrom('go', 'update', 'restart'), { minLength: 60, maxLength: 60 }),
        async (chosen, late, between) => {
          const log = fleetLog(chosen);
          const arriving = log.events
            .map((event, i) => ({ event, at: event.timeMs + late[i]! }))
            .sort((a, b) => a.at - b.at);
          const found = new Map<number, FiledFinding[]>();
          for (const one of log.findings()) {
            const { position } = one.event;
            const line = position.kind === 'line' ? position.line : 0;
            found.set(line, [...(found.get(line) ?? []), one]);
          }
          let live = createLiveIncidents(options);
          // The same calls without a restart must be answered alike.
          const twin = createLiveIncidents(options);
          const told = new Told();
          const numbered: { finding: FiledFinding; id: number }[] = [];
          arriving.forEach(({ event, at }, i) => {
            live.see(event, 'log');
            twin.see(event, 'log');
            const { position } = event;
            for (const finding of found.get(position.kind === 'line' ? position.line : 0) ?? []) {
              numbered.push({ finding, id: numbered.length + 1 });
              live.add(finding, numbered.length);
              twin.add(finding, numbered.length);
            }
            if (between[i] === 'update') {
              const changes = live.update(at);
              expect(changes).toEqual(twin.update(at));
              told.take(changes);
            }
            if (between[i] === 'restart') live = createLiveIncidents(options, live.save());
          });
          const after = ms('2026-03-19T00:00:00');
          for (let i = 0; i < 20 || live.waits; i++) told.take(live.update(after + i * 10_000));
          const tracer = createTracer();
          for (const event of [...log.events].sort((a, b) => a.timeMs - b.timeMs)) tracer.see(event);
          numbered.sort((a, b) => a.finding.event.timeMs! - b.finding.event.timeMs! || a.id - b.id);
          const whole = await incidentsOf(
            numbered.map(({ finding }) => finding),
            [tracer.take('log')],
          );
          expect(content(told.incidents.values())).toEqual(content(whole.incidents));
          for (const [, id] of told.findings) expect(told.incidents.has(id) || told.merged.has(id)).toBe(true);
        },
      ),
      { seed: 1, numRuns: 150 },
    );
  },
  120_000,
);

const PS = `${SYSTEM32}WindowsPowerShell\\v1.0\\powershell.exe`;
const CMD = `${SYSTEM32}cmd.exe`;
const SVC = { parent: 99, parentImage: `${SYSTEM32}svchost.exe` };

/** Two chains of processes, of which the second is found first; a file joins them late. */
const story = (): Log =>
  new Log()
    .start(1, '08:00', PS, SVC)
    .flag('A', 'high', ['execution'])
    .start(3, '09:00', CMD, SVC)
    .flag('B', 'medium', ['persistence'])
    .add('sysmon', 11, '09:01', { ProcessGuid: guid(3), Image: CMD, TargetFilename: 'C:\\ProgramData\\5.dll' })
    .add('sysmon', 7, '11:00', { ProcessGuid: guid(1), Image: PS, ImageLoaded: 'C:\\ProgramData\\5.dll' })
    .flag('C', 'medium', ['stealth']);

test('an incident keeps its id; one that goes into an older one is told once with where it went', () => {
  const log = story();
  const live = createLiveIncidents({});
  const findings = log.findings();
  const told: string[] = [];
  const tell = (time: string): void => {
    for (const { id, findingIds, mergedInto } of live.update(ms(time)))
      told.push(`${time} ${id}: ${findingIds}${mergedInto === null ? '' : ` → ${mergedInto}`}`);
  };
  live.see(log.events[0]!, 'log');
  live.add(findings[0]!, 10);
  tell('08:00');
  tell('08:01');
  for (const event of log.events.slice(1, 3)) live.see(event, 'log');
  live.add(findings[1]!, 11);
  tell('09:02');
  live.see(log.events[3]!, 'log');
  live.add(findings[2]!, 12);
  tell('11:00');
  tell('11:01');
  const [a, b] = [told[0]!.split(' ')[1]!.slice(0, -1), told[1]!.split(' ')[1]!.slice(0, -1)];
  expect(told).toEqual([`08:00 ${a}: 10`, `09:02 ${b}: 11`, `11:00 ${a}: 11,12`, `11:00 ${b}:  → ${a}`]);
});

test('the story is told of the body alone, after JSON too, in both languages', () => {
  const log = story();
  const live = createLiveIncidents({});
  for (const event of log.events) live.see(event, 'log');
  log.findings().forEach((finding, i) => {
    live.add(finding, i);
  });
  const [{ incident }] = live.update(ms('11:00')) as [LiveIncident];
  const body = JSON.parse(JSON.stringify(incident)) as Incident;
  for (const language of ['en', 'ko'] as const) expect(storyOf(body, language)).toEqual(storyOf(incident, language));
  expect(storyOf(body, 'en').sentences.length).toBeGreaterThan(2);
});
