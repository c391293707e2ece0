import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Collected, Refused } from '../hands.ts';
import type { RunArgv } from '../program.ts';
import { writeZip, type ZipEntry } from '../zip.ts';
import { copyPlain } from './file.ts';

const LOGS = [
  '/var/log/syslog',
  '/var/log/messages',
  '/var/log/auth.log',
  '/var/log/secure',
  '/var/log/audit/audit.log',
];
const AUTORUNS = [
  '/etc/crontab',
  '/etc/rc.local',
  '/etc/ld.so.preload',
  '/root/.ssh/authorized_keys',
  '/etc/passwd',
  '/etc/sudoers',
];
const AUTORUN_FOLDERS = ['/etc/cron.d', '/var/spool/cron/crontabs', '/etc/systemd/system', '/etc/profile.d'];
const WAIT_MS = 120_000;

/** Gathers what the policy lets be gathered into one zip in `state`; what could not be had is told in it. */
export async function collect(
  files: readonly string[],
  { parts, state, run }: { readonly parts: readonly Collected[]; readonly state: string; readonly run: RunArgv },
): Promise<string> {
  const work = mkdtempSync(join(state, 'collect-'));
  const entries: ZipEntry[] = [];
  const missed: string[] = [];
  const has = (part: Collected): boolean => parts.includes(part);
  const copy = (path: string, name = path.slice(1)): void => {
    const to = join(work, String(entries.length));
    try {
      copyPlain(path, to);
      entries.push({ name, bytes: { path: to } });
    } catch (error) {
      if (error instanceof Refused && error.reason === 'file-gone') return;
      missed.push(`${path}: ${(error as Error).message}`);
    }
  };
  const output = async (name: string, ...argv: string[]): Promise<void> => {
    try {
      const { out } = await run(argv, { timeoutMs: WAIT_MS });
      entries.push({ name, bytes: Buffer.from(out, 'utf8') });
    } catch (error) {
      missed.push(`${argv[0]}: ${(error as Error).message}`);
    }
  };
  try {
    if (has('event-logs')) {
      for (const path of LOGS) copy(path);
      await output(
        'journal.json',
        '/usr/bin/journalctl',
        '-o',
        'json',
        '--since',
        '-7 days',
        '--no-pager',
        '-n',
        '200000',
      );
    }
    if (has('processes')) {
      entries.push({ name: 'processes.json', bytes: Buffer.from(`${JSON.stringify(processes(), null, 1)}\n`, 'utf8') });
      for (const name of ['tcp', 'tcp6', 'udp', 'udp6'])
        entries.push({ name: `net-${name}.txt`, bytes: Buffer.from(readOr(`/proc/net/${name}`), 'utf8') });
    }
    if (has('autoruns')) {
      for (const path of AUTORUNS) copy(path);
      for (const folder of AUTORUN_FOLDERS) for (const name of namesIn(folder)) copy(join(folder, name));
      await output('timers.txt', '/usr/bin/systemctl', 'list-timers', '--all', '--no-pager');
      await output('unit-files.txt', '/usr/bin/systemctl', 'list-unit-files', '--no-pager');
    }
    if (has('files')) for (const path of files) copy(path, `files${path}`);
    else if (files.length > 0) missed.push(`${files.length} files: this host lets none be collected`);
    entries.push({ name: 'missed.txt', bytes: Buffer.from(missed.map((line) => `${line}\n`).join(''), 'utf8') });
    const path = join(state, 'triage.zip');
    const { files: count, bytes } = writeZip(path, entries);
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    return `${path}: ${count} files, ${bytes} bytes, SHA-256 ${sha256}${missed.length === 0 ? '' : `; ${missed.length} could not be had`}`;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const readOr = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};
const namesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((one) => one.isFile())
      .map(({ name }) => name)
      .sort();
  } catch {
    return [];
  }
};

function processes(): object[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      let image = '';
      try {
        image = readlinkSync(`/proc/${pid}/exe`);
      } catch {
        // A thread of the kernel, or gone.
      }
      return {
        pid: Number(pid),
        image,
        argv: readOr(`/proc/${pid}/cmdline`).split('\0').slice(0, -1),
        stat: readOr(`/proc/${pid}/stat`).trim(),
      };
    });
}
