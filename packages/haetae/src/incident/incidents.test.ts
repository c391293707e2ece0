import fc from 'fast-check';
import { expect, test } from 'vitest';
import { incidentsOf } from './incidents.ts';
import { guid, Log, SYSTEM32 } from './testing/log.ts';

const PS = `${SYSTEM32}WindowsPowerShell\\v1.0\\powershell.exe`;
const CMD = `${SYSTEM32}cmd.exe`;
const SVC = { parent: 99, parentImage: `${SYSTEM32}svchost.exe` };

/** Two chains of processes that a file joins late, with acts. */
function story(): Log {
  const log = new Log()
    .start(1, '08:00', PS, SVC)
    .flag('A', 'high', ['execution'])
    .start(2, '08:10', CMD, { parent: 1, parentImage: PS })
    .flag('B', 'medium', ['discovery'])
    .start(3, '09:00', CMD, SVC)
    .flag('C', 'medium', ['persistence'])
    .flag('D', 'medium', ['persistence']);
  for (let i = 0; i < 100; i++)
    log.add('sysmon', 11, `09:${String(10 + Math.floor(i / 10))}:0${i % 10}`, {
      ProcessGuid: guid(3),
      Image: CMD,
      TargetFilename: `C:\\ProgramData\\${i % 70}.dll`,
    });
  return log
    .add('sysmon', 7, '11:00', { ProcessGuid: guid(2), Image: CMD, ImageLoaded: 'C:\\ProgramData\\5.dll' })
    .flag('E', 'low', ['stealth']);
}

test('an incident keeps the id of its oldest finding; younger incidents that a later link joins are told', async () => {
  const log = story();
  const whole = await log.report();
  const before = await incidentsOf(
    log.findings().filter(({ rule }) => rule!.title !== 'E'),
    [log.traces()],
  );
  expect(before.incidents).toHaveLength(2);
  expect(whole.incidents).toHaveLength(1);
  const [old, young] = before.incidents as [(typeof before.incidents)[number], (typeof before.incidents)[number]];
  expect(whole.incidents[0]!.id).toBe(old.id);
  expect(whole.incidents[0]!.merged).toEqual([young.id]);
  expect(old.id).toMatch(/^[0-9a-f]{16}$/);
});

test('links are a tree over the findings, each with its reason and what shows it', async () => {
  const { links, findings } = (await story().report()).incidents[0]!;
  expect(findings.map(({ rule }) => rule!.title)).toEqual(['A', 'B', 'C', 'D', 'E']);
  expect(links.map(({ kind, from, to, by }) => `${from}-${to} ${kind} ${by}`)).toEqual([
    '0-1 ancestor powershell.exe → cmd.exe',
    '2-3 process cmd.exe',
    '1-4 process cmd.exe',
    '2-4 file c:\\programdata\\5.dll',
  ]);
  expect(links.at(-1)).toMatchObject({ apart: 7_200_000, shownBy: [{ file: 'log', line: 9 }] });
});

test('files in any order, cut anywhere, give the same incidents to the byte', async () => {
  const log = story();
  const whole = JSON.stringify(await log.report());
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.integer({ min: 1, max: log.events.length - 1 }), { maxLength: 5 }),
      fc.boolean(),
      async (cuts, reversed) => {
        const ends = [...cuts.sort((a, b) => a - b), log.events.length];
        const parts = ends.map((end, i) => log.traces('log', log.events.slice(ends[i - 1] ?? 0, end)));
        if (reversed) parts.reverse();
        expect(JSON.stringify(await incidentsOf(log.findings(), parts))).toBe(whole);
      },
    ),
    { seed: 1, numRuns: 40 },
  );
});

test('a process that did very much keeps the first of each kind, and the number of the rest', async () => {
  const tree = (await story().report()).incidents[0]!.tree;
  const { acts, moreActs } = tree.find(({ guid: own }) => own === guid(3).slice(1, -1))!;
  expect(acts.filter(({ kind }) => kind === 'file')).toHaveLength(60);
  expect(acts[0]).toMatchObject({ what: 'C:\\ProgramData\\0.dll', line: 4, count: null });
  expect(moreActs).toEqual({ file: 40 });
});

test('duplicates fold and are counted; findings of low weight that nothing joins are told aside', async () => {
  const log = new Log().start(1, '08:00', PS, SVC);
  for (const second of ['01', '02', '03'])
    log
      .add('sysmon', 10, `08:00:${second}`, { SourceProcessGUID: guid(1), SourceImage: PS, TargetImage: 'C:\\x.exe' })
      .flag('A');
  log.start(2, '08:10', CMD, SVC).flag('noise', 'low').start(3, '08:20', CMD, SVC).flag('noise', 'low');
  const { incidents, loose, findings } = await log.report();
  expect(incidents.map(({ findings: own }) => own.map(({ events }) => events.map(({ line }) => line)))).toEqual([
    [[2, 3, 4]],
  ]);
  expect(loose).toMatchObject([{ rule: { title: 'noise' }, level: 'low', host: 'PC1', count: 2, first: { line: 5 } }]);
  expect(findings).toBe(5);
});
