import { readFileSync, readlinkSync } from 'node:fs';

/** Clock ticks of /proc: every Linux that Node runs on has 100. */
const HZ = 100;

/** When a process started, by /proc: ms since 1970. */
export function startedMs(pid: number, nowMs = Date.now()): number {
  const uptimeMs = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000;
  return Math.round(nowMs - uptimeMs + (Number(statOf(pid)[19]) * 1000) / HZ);
}

/** What stands behind the name in /proc/PID/stat: state first. */
export const statOf = (pid: number): string[] => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
};

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

export interface Told {
  readonly host: string;
  readonly record: number;
  readonly more?: Readonly<Record<string, string>>;
  readonly startMs?: number;
}

/** What Sysmon for Linux tells of the start of a process, after the schema of its events; from /proc, where it has it too. */
function dataOf(pid: number, startMs: number, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const seconds = Math.floor(startMs / 1000)
    .toString(16)
    .padStart(8, '0');
  return {
    RuleName: '-',
    UtcTime: new Date(startMs).toISOString().replace('T', ' ').replace('Z', ''),
    ProcessGuid: `{00000000-${seconds.slice(0, 4)}-${seconds.slice(4)}-${pid.toString(16).padStart(4, '0').slice(-4)}-000000000000}`,
    ProcessId: String(pid),
    Image: readlinkSync(`/proc/${pid}/exe`),
    CommandLine: readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim(),
    CurrentDirectory: '/',
    User: 'root',
    ParentProcessGuid: '{00000000-0000-0000-0000-000000000000}',
    ParentProcessId: statOf(pid)[1]!,
    ParentImage: '-',
    ParentCommandLine: '-',
    ...more,
  };
}

/** As Sysmon for Linux writes it into syslog. */
export function processStarted(pid: number, { host, record, more, startMs = startedMs(pid) }: Told): string {
  const time = new Date(startMs).toISOString();
  const data = dataOf(pid, startMs, more);
  const xml = Object.entries(data).map(([name, value]) => `<Data Name="${name}">${escaped(value)}</Data>`);
  const system =
    '<Provider Name="Linux-Sysmon" Guid="{ff032593-a8d3-4f13-b0d6-01fc615a0f97}"/><EventID>1</EventID><Version>5</Version><Level>4</Level><Task>1</Task><Opcode>0</Opcode>' +
    `<Keywords>0x8000000000000000</Keywords><TimeCreated SystemTime="${time}"/><EventRecordID>${record}</EventRecordID><Correlation/>` +
    `<Execution ProcessID="1" ThreadID="1"/><Channel>Linux-Sysmon/Operational</Channel><Computer>${host}</Computer><Security UserId="0"/>`;
  return `${time} ${host} sysmon[1]: <Event><System>${system}</System><EventData>${xml.join('')}</EventData></Event>\n`;
}

/** The same as a shipper of others would send it, a JSON object. */
export const processFields = (pid: number, { host, record, more, startMs = startedMs(pid) }: Told): object => ({
  Provider: 'Linux-Sysmon',
  Channel: 'Linux-Sysmon/Operational',
  EventID: 1,
  EventRecordID: record,
  Computer: host,
  SystemTime: new Date(startMs).toISOString(),
  ...dataOf(pid, startMs, more),
});
