import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { lastingFolder } from './fixtures.ts';

/** Where distributions and installers put the server's programs; the newest first. */
function programs(): string | undefined {
  const roots = ['/usr/lib/postgresql', '/usr/pgsql', '/opt/homebrew/opt', '/usr/local/opt'];
  const folders = roots
    .filter((root) => existsSync(root))
    .flatMap((root) => readdirSync(root).map((name) => join(root, name, 'bin')));
  return folders
    .filter((folder) => existsSync(join(folder, 'initdb')))
    .sort()
    .at(-1);
}

/** Why there is no server for a test; undefined where there can be one. */
export const noPostgres = (): string | undefined =>
  programs() === undefined ? 'PostgreSQL is not installed (Debian: apt-get install postgresql)' : undefined;

export interface PostgresServer {
  readonly url: string;
  /** Ends it at once, as a power cut would; `start` brings it back on the same port. */
  kill(): void;
  start(): void;
  stop(): void;
}

/** A server of the test's own on a free port of loopback; gone with the process at the latest. */
export async function startPostgres(): Promise<PostgresServer> {
  const bin = programs()!;
  const folder = lastingFolder();
  const data = join(folder, 'data');
  mkdirSync(data);
  const asOther = process.getuid?.() === 0 ? ['setpriv', '--reuid', 'nobody', '--clear-groups'] : [];
  if (asOther.length > 0) {
    chmodSync(folder, 0o755);
    execFileSync('chown', ['nobody', data]);
  }
  const run = (program: string, args: readonly string[], input = ''): void => {
    const [command, ...rest] = [...asOther, join(bin, program), ...args];
    execFileSync(command!, rest, {
      cwd: '/',
      input,
      stdio: ['pipe', 'ignore', 'pipe'],
      env: { PATH: process.env.PATH },
    });
  };
  run('initdb', ['-D', data, '-U', 'haetae', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']);
  run('postgres', ['--single', '-D', data, 'postgres'], 'CREATE DATABASE haetae\n');
  const port = await freePort();
  const settings = ['listen_addresses=127.0.0.1', `port=${port}`, "unix_socket_directories=''", 'fsync=off'];
  const start = (): void =>
    run('pg_ctl', [
      '-D',
      data,
      '-l',
      join(data, 'server.log'),
      '-w',
      '-t',
      '60',
      '-o',
      settings.map((s) => `-c ${s}`).join(' '),
      'start',
    ]);
  const stop = (mode: string): void => run('pg_ctl', ['-D', data, '-w', '-m', mode, 'stop']);
  start();
  process.once('exit', () => {
    const pid = readFileSync(join(data, 'postmaster.pid'), { encoding: 'utf8', flag: 'a+' }).split('\n', 1)[0]!;
    if (pid !== '') process.kill(Number(pid), 'SIGQUIT');
  });
  return {
    url: `postgres://haetae@127.0.0.1:${port}/haetae`,
    kill: () => stop('immediate'),
    start,
    stop: () => stop('fast'),
  };
}

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

/** Whether anybody listens at a port of loopback. */
export const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
