import { spawn } from 'node:child_process';
import { Refused } from './hands.ts';

export interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

const MOST = 256 * 1024;

/** A program with exactly these arguments, no shell, nothing of our environment but the search path; ended when it takes too long. */
export type RunArgv = (
  argv: readonly string[],
  options: { readonly stdin?: string; readonly timeoutMs: number },
) => Promise<Ended>;

export const runArgv: RunArgv = ([program, ...args], { stdin, timeoutMs }) =>
  new Promise((resolve, reject) => {
    const env =
      process.platform === 'win32'
        ? { SystemRoot: process.env.SystemRoot ?? 'C:\\Windows', TEMP: process.env.TEMP ?? '' }
        : { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };
    const child = spawn(program!, args, { stdio: ['pipe', 'pipe', 'pipe'], env, windowsHide: true, shell: false });
    let out = '';
    let err = '';
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (out.length < MOST) out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (err.length < MOST) err += text;
    });
    child.stdin.on('error', () => {});
    child.once('error', (error) => {
      clearTimeout(timer);
      const { code } = error as NodeJS.ErrnoException;
      reject(new Refused(code === 'ENOENT' ? 'unsupported' : 'failed', `${program}: ${error.message}`, error));
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      if (isLate) reject(new Refused('timeout', `${program}: not through after ${timeoutMs} ms`));
      else resolve({ status: code ?? -1, out, err });
    });
    child.stdin.end(stdin ?? '');
  });

/** The same, where only success will do. */
export async function mustRun(run: RunArgv, argv: readonly string[], options: Parameters<RunArgv>[1]): Promise<Ended> {
  const ended = await run(argv, options);
  if (ended.status !== 0) throw new Refused('failed', `${argv[0]}: ${ended.status} ${ended.err.trim()}`.slice(0, 1000));
  return ended;
}
