import { expect, test } from 'vitest';
import type { ProcessNode } from '../incident.ts';
import { guid, Log, ms, SYSTEM32 } from '../testing/log.ts';

const CMD = `${SYSTEM32}cmd.exe`;
const PS = `${SYSTEM32}WindowsPowerShell\\v1.0\\powershell.exe`;
const start4688 = (log: Log, time: string, pid: number, image: string, parentPid: number, parent = ''): Log =>
  log.add('security', 4688, time, {
    NewProcessId: `0x${pid.toString(16)}`,
    NewProcessName: image,
    CommandLine: `${image} ${pid}`,
    ProcessId: `0x${parentPid.toString(16)}`,
    ParentProcessName: parent,
    SubjectUserName: 'kim',
    SubjectDomainName: 'CORP',
    SubjectLogonId: '0x5a1',
  });

/** `powershell.exe<cmd.exe` of the process that the first finding speaks of. */
async function way(log: Log): Promise<string> {
  const { tree, findings } = (await log.report()).incidents[0]!;
  const byKey = new Map(tree.map((node) => [node.key, node]));
  const names: string[] = [];
  for (let node: ProcessNode | undefined = byKey.get(findings[0]!.process!); node !== undefined; ) {
    names.push(node.commandLine || node.image);
    node = node.parent === null ? undefined : byKey.get(node.parent);
  }
  return names.map((name) => name.slice(name.lastIndexOf('\\') + 1)).join(' < ');
}
const only = async (log: Log): Promise<readonly ProcessNode[]> => (await log.report()).incidents[0]!.tree;

test('a start that is not in the logs is read out of the ProcessGuid, in whole seconds', async () => {
  const log = new Log()
    .add('sysmon', 3, '10:00', { ProcessGuid: guid(1, '07:31:05'), Image: PS, ProcessId: '77' })
    .flag('A');
  expect(await only(log)).toMatchObject([
    {
      pid: 77,
      image: PS,
      startMs: ms('07:31:05'),
      startFrom: 'guid',
      started: null,
      guid: guid(1, '07:31:05').slice(1, -1),
    },
  ]);
});

test('a start of its own event is that event', async () => {
  const log = new Log().start(1, '08:00:00.125', PS).flag('A');
  expect(await only(log)).toMatchObject([
    { startMs: ms('08:00:00.125'), startFrom: 'event', started: { file: 'log', line: 1 } },
  ]);
});

test('Security tells the parent by process id and time: the one that had the id then', async () => {
  const log = new Log();
  start4688(log, '08:00', 500, CMD, 4000);
  log.add('security', 4689, '08:30', { ProcessId: '0x1f4' });
  start4688(log, '08:40', 500, `${SYSTEM32}notepad.exe`, 4000);
  start4688(log, '08:10', 600, PS, 500, CMD).flag('A');
  expect(await way(log)).toBe('powershell.exe 600 < cmd.exe 500');
});

test('the second holder of a process id is another process', async () => {
  const log = new Log();
  start4688(log, '08:00', 500, PS, 4000).flag('A');
  log.add('security', 4689, '08:30', { ProcessId: '0x1f4' });
  start4688(log, '08:40', 500, PS, 4000).flag('B');
  expect(await log.groups()).toBe('A B');
});

test('an image that is not that of the holder is another process, whose start is not in the logs', async () => {
  const log = new Log();
  start4688(log, '08:00', 500, CMD, 4000).flag('A');
  log.add('security', 4656, '08:10', { ProcessId: '0x1f4', ProcessName: PS }).flag('B');
  expect(await log.groups()).toBe('A B');
});

test('one start that Sysmon and Security both tell is one process, and one piece of evidence', async () => {
  const log = new Log().start(1, '08:00:00.100', PS, { ParentProcessGuid: guid(9), ParentImage: CMD }).flag('A');
  start4688(log, '08:00:00.900', 1001, PS, 4000).flag('A').flag('B', 'medium');
  const { incidents } = await log.report();
  expect(incidents).toHaveLength(1);
  const [{ findings, tree, waterfall, counts }] = incidents as [(typeof incidents)[number]];
  expect(findings.map(({ rule, events, points }) => [rule!.title, events.length, points])).toEqual([
    ['A', 2, 55],
    ['B', 1, 0],
  ]);
  expect(tree.filter(({ image }) => image === PS)).toHaveLength(1);
  expect(waterfall.map(({ kind }) => kind)).toEqual(['rule', 'rarity']);
  expect(counts).toMatchObject({ findings: 3, folded: 2, events: 2 });
});

test('a clock that is off by hours between two channels is put right by the starts that both tell', async () => {
  const log = new Log().start(1, '12:00:00.100', PS, { CommandLine: `${PS} 1001` }).flag('A');
  start4688(log, '08:00:00.900', 1001, PS, 4000).flag('B');
  expect(await log.groups()).toBe('A+B');
});

test('PowerShell tells its process by the id of the writer of the event', async () => {
  const log = new Log()
    .start(1, '08:00', PS)
    .flag('A')
    .add('powershell', 4104, '08:10', { ScriptBlockText: 'iex', ScriptBlockId: 'x' }, { Execution_ProcessID: '1001' })
    .flag('B');
  expect(await log.groups()).toBe('A+B');
  expect((await only(log))[0]!.acts).toMatchObject([{ kind: 'script', what: 'iex', line: 2, count: 1 }]);
});

test('a command line with decoded text, and the script that PowerShell logs, are one', async () => {
  const script = 'Write-Output "a script that is long enough to tell it from others"';
  const log = new Log()
    .start(1, '08:00', PS)
    .flag('A')
    .add('powershell', 4104, '08:10', { ScriptBlockText: `${script}\r\n` })
    .flag('B');
  const findings = log.findings().map((finding) =>
    finding.rule!.title === 'A'
      ? {
          ...finding,
          decoded: [
            { field: 'CommandLine', kind: 'base64' as never, parent: -1, from: { start: 0, end: 1 }, text: script },
          ],
        }
      : finding,
  );
  const { incidentsOf } = await import('../incidents.ts');
  const { incidents } = await incidentsOf(findings, [log.traces()]);
  expect(incidents.map(({ links }) => links.map(({ kind }) => kind))).toEqual([['script']]);
});
