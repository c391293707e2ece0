import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AtomicFile } from './read.ts';
import { type ReviewBook, readReviews } from './review.ts';
import type { Shell } from './run/direct.ts';
import type { Domain, Machine } from './run/home.ts';
import { MOST_OUTPUT } from './run/record.ts';

/** The same whether this runs as source, compiled or bundled: each lies as deep below the package. */
const content = (name: string): string => {
  for (const up of ['../../../content/lab/', '../../content/lab/']) {
    const path = fileURLToPath(new URL(`${up}${name}`, import.meta.url));
    if (existsSync(path)) return path;
  }
  throw new Error(`content/lab/${name} is not there`);
};

export const isolationScript = (): string => readFileSync(content('isolate.sh'), 'utf8');
export const linuxReviews = (): ReviewBook =>
  readReviews(readFileSync(content('linux-reviewed.yml'), 'utf8'), 'content/lab/linux-reviewed.yml');

/** A file of tests, or all below a folder; undefined where there is nothing. */
export function atomicsAt(path: string): AtomicFile[] | undefined {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch {
    return undefined;
  }
  const files = isFolder ? yamlFiles(path).map((one) => join(path, one)) : [path];
  return files.map((file) => ({ path: file, text: readFileSync(file, 'utf8') }));
}

/** Named after their technique: what else lies in the folder (indexes, sources) is no test. */
const yamlFiles = (folder: string): string[] =>
  (readdirSync(folder, { recursive: true }) as string[])
    .filter((path) => /(?:^|[\\/])T\d{4}(?:\.\d{3})?\.ya?ml$/i.test(path))
    .map((path) => path.split(sep).join('/'))
    .sort();

export function thisMachine(): Machine {
  const system = process.platform === 'win32' ? 'windows' : process.platform === 'darwin' ? 'macos' : 'linux';
  return { system, host: hostname(), id: machineId(system), domain: domainOf(system) };
}

function machineId(system: Machine['system']): string {
  try {
    if (system === 'windows')
      return (
        /MachineGuid\s+REG_SZ\s+(\S+)/.exec(
          asked('reg', ['query', 'HKLM\\SOFTWARE\\Microsoft\\Cryptography', '/v', 'MachineGuid']),
        )?.[1] ?? ''
      );
    for (const path of ['/etc/machine-id', '/var/lib/dbus/machine-id'])
      if (existsSync(path)) return readFileSync(path, 'utf8').trim();
    // Of a machine without one (a container): its own host name is as near as it gets.
    return hostname();
  } catch {
    return '';
  }
}

function domainOf(system: Machine['system']): Domain {
  try {
    if (system === 'windows') {
      const text = asked('powershell', [
        '-NoProfile',
        '-NonInteractive',
        '-Command',
        '$c = Get-CimInstance Win32_ComputerSystem; "$($c.PartOfDomain) $($c.Domain)"',
      ]);
      const [, member, name = ''] = /^(True|False)\s*(\S*)/i.exec(text.trim()) ?? [];
      if (member === undefined) return { kind: 'unknown', why: text.trim().slice(0, 80) };
      return member.toLowerCase() === 'true' ? { kind: 'member', of: name } : { kind: 'none' };
    }
    const sign = [
      '/etc/krb5.keytab',
      '/etc/sssd/sssd.conf',
      '/var/lib/samba/private/secrets.tdb',
      '/etc/opt/quest/vas/host.keytab',
      '/etc/opt/omi/creds/omi.keytab',
    ].find((path) => existsSync(path));
    return sign === undefined ? { kind: 'none' } : { kind: 'member', of: sign };
  } catch (error) {
    return { kind: 'unknown', why: (error as Error).message.split('\n')[0]!.slice(0, 80) };
  }
}

const asked = (program: string, argv: readonly string[]): string =>
  execFileSync(program, argv, {
    encoding: 'utf8',
    timeout: 30_000,
    windowsHide: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });

/** A program of this machine; with it ends whatever it started. */
export const processShell: Shell = (argv, { ms, signal }) =>
  new Promise((resolve) => {
    let output = '';
    let timedOut = false;
    const isWindows = process.platform === 'win32';
    const child = spawn(argv[0]!, argv.slice(1), {
      detached: !isWindows,
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        if (output.length < MOST_OUTPUT) output += text;
      });
    const end = (): void => {
      if (child.pid === undefined) return;
      try {
        if (isWindows)
          execFileSync('taskkill', ['/T', '/F', '/PID', String(child.pid)], { stdio: 'ignore', windowsHide: true });
        else process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended by itself meanwhile.
      }
    };
    const timer = setTimeout(() => {
      timedOut = true;
      end();
    }, ms);
    signal?.addEventListener('abort', end, { once: true });
    if (signal?.aborted === true) end();
    const done = (pid: number | null, status: number | null): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve({ pid, status, timedOut, output });
    };
    child.once('error', (error) => {
      output += error.message;
      done(null, null);
    });
    child.once('close', (status) => done(child.pid ?? null, status));
  });
