import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Incident, Level } from '../incident.ts';
import { budgetOf } from '../index.ts';
import { Log, SYSTEM32 } from '../testing/log.ts';
import { levelOf } from './score.ts';

const PS = `${SYSTEM32}WindowsPowerShell\\v1.0\\powershell.exe`;
const SVC = { parent: 99, parentImage: `${SYSTEM32}svchost.exe` };
const parts = ({ waterfall }: Incident): string => waterfall.map(({ kind, points }) => `${kind} ${points}`).join(', ');
const one = async (log: Log, assets?: ReadonlyMap<string, number>): Promise<Incident> =>
  (await log.report(assets === undefined ? {} : { assets })).incidents[0]!;
const alone = (level: Level): Log => new Log().start(1, '08:00', PS, SVC).flag('A', level);

test.each<[Level, number, Level]>([
  ['critical', 84, 'critical'],
  ['high', 59, 'high'],
  ['medium', 26, 'low'],
])('a finding of level %s alone is a risk of %i, level %s', async (level, risk, of) => {
  const incident = await one(alone(level));
  expect([incident.risk, incident.level, parts(incident)]).toEqual([risk, of, `rule ${risk - 4}, rarity 4`]);
});

test('a finding of level low alone is no incident', async () =>
  expect((await alone('low').report()).incidents).toEqual([]));

test("what one of Windows' own processes did is worth seven tenths", async () => {
  const log = new Log().start(1, '08:00', `${SYSTEM32}svchost.exe`, SVC).flag('A', 'high');
  expect(parts(await one(log))).toBe('rule 39, rarity 4');
});

test('several rules on one event count once; other events add a share, and tactics their steps', async () => {
  const log = new Log()
    .start(1, '08:00', PS, SVC)
    .flag('A', 'high', ['execution'])
    .flag('B', 'high', ['execution'])
    .start(2, '08:01', PS, { parent: 1, parentImage: PS })
    .flag('C', 'medium', ['discovery'])
    .start(3, '08:02', PS, { parent: 1, parentImage: PS })
    .flag('D', 'medium', ['impact']);
  // 22 / 4 + 22 / 8
  expect(parts(await one(log))).toBe('rule 55, corroboration 8, rarity 4, chain 6');
});

test('a cleared log near it, the weight of its host, and the end of the scale', async () => {
  const log = new Log()
    .add('system', 104, '07:55', { Channel: 'Application' })
    .start(1, '08:00', PS, SVC)
    .flag('A', 'critical');
  expect(parts(await one(log))).toBe('rule 80, rarity 4, blind 8');
  expect(parts(await one(log, new Map([['pc1', 2]])))).toBe('rule 80, rarity 4, blind 8, asset 23, limit -15');
  expect(parts(await one(log, new Map([['pc1', 0]])))).toBe('rule 80, rarity 4, blind 8, asset -23');
});

test('parts add up to the risk, which lies between 0 and 100 and has its level', async () => {
  const levels: readonly Level[] = ['informational', 'low', 'medium', 'high', 'critical'];
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...levels), fc.integer({ min: 0, max: 3 })), { maxLength: 12 }),
      async (flags) => {
        const log = new Log().start(0, '08:00', PS, SVC);
        flags.forEach(([level, n], i) => {
          log
            .start(i + 1, `08:${String(i + 10)}`, PS, { parent: 0, parentImage: PS })
            .flag(`rule ${n}`, level, ['execution', 'impact'].slice(n % 2));
        });
        for (const { risk, waterfall, level } of (await log.report()).incidents) {
          expect(waterfall.reduce((sum, { points }) => sum + points, 0)).toBe(risk);
          expect(risk >= 15 && risk <= 100 && level === levelOf(risk)).toBe(true);
        }
      },
    ),
    { seed: 1, numRuns: 60 },
  );
});

test('risk of host, user and process rises with each piece of evidence', async () => {
  const log = new Log()
    .start(1, '08:00', PS, { ...SVC, User: 'CORP\\kim' })
    .flag('A', 'high')
    .start(2, '08:05', PS, { parent: 1, parentImage: PS, User: 'CORP\\kim' })
    .flag('B', 'medium');
  const { entities } = await one(log);
  expect(
    entities.map(({ kind, name, steps }) => [kind, kind === 'process' ? '' : name, steps.map(({ risk }) => risk)]),
  ).toEqual([
    ['host', 'PC1', [55, 65]],
    ['user', 'CORP\\kim', [55, 65]],
    ['process', '', [55]],
    ['process', '', [22]],
  ]);
});

test('a budget of alerts sets the threshold of each host; incidents of one risk are alerts together or not at all', async () => {
  const log = new Log();
  for (const [i, level] of (['high', 'high', 'critical', 'medium', 'medium'] as const).entries())
    log.start(i + 1, `08:0${i}`, PS, SVC).flag(`rule ${i}`, level);
  const { incidents } = await log.report();
  const shown = (perDay: number) =>
    budgetOf(incidents, perDay, 1).hosts.map(({ host, threshold, alerts, below, held }) => [
      host,
      threshold,
      alerts.length,
      below.length,
      held,
    ]);
  expect(shown(1)).toEqual([['PC1', 60, 1, 1, 4]]);
  expect(shown(2)).toEqual([['PC1', 60, 1, 1, 4]]);
  expect(shown(3)).toEqual([['PC1', 27, 3, 1, 2]]);
  expect(shown(20)).toEqual([['PC1', 26, 5, 0, 0]]);
});
