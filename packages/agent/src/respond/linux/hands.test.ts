import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Order } from '../../protocol/index.ts';
import { COLLECTED, type Refused } from '../hands.ts';
import type { RunArgv } from '../program.ts';
import { stepsOf } from '../steps/steps.ts';
import { linuxHands } from './hands.ts';
import { assertUnprotected, descendantsOf, factsOf, pidfds, procFolders, startMsOf } from './process.ts';
import { type Attributes, xattrs } from './xattrs.ts';

/** Real processes and files: only such as a test made itself. Programs that change the system are not run here. */
let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'haetae-hands-')));
  mkdirSync(join(folder, 'state'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const noPrograms: RunArgv = async () => ({ status: 0, out: '', err: '' });
const opens = [
  ['by pidfd', pidfds],
  ['by its folder in /proc', async () => procFolders],
] as const;

/** Node doing nothing, or what the script says. */
async function start(script = 'setInterval(() => {}, 1e6)'): Promise<number> {
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  while (!readFileSync(`/proc/${child.pid}/cmdline`, 'utf8').includes('-e')) await sleep(5);
  return child.pid!;
}
const refOf = (pid: number) => ({
  pid,
  startMs: startMsOf(factsOf(pid)!, Date.now()),
  withinMs: 500,
  image: process.execPath,
});
const handsWith = async (open: (typeof opens)[number][1], attributes?: Attributes) =>
  linuxHands({
    open: (await open())!,
    attributes,
    run: noPrograms,
    now: Date.now,
    sleep,
    state: join(folder, 'state'),
    server: undefined,
    collect: COLLECTED,
    scriptKeys: [],
    timeoutMs: 10_000,
    hosts: join(folder, 'hosts'),
  });

/** Guard, steps and verification of an order; undo where asked. The reason where it is refused. */
async function carry(order: Order, open: (typeof opens)[number][1] = opens[0][1], back = false): Promise<string> {
  const steps = stepsOf(order, 'linux')!;
  const hands = await handsWith(open);
  try {
    for (const check of steps.guard) await hands.check(check);
    for (const step of steps.steps) await hands.perform(step);
    for (const one of steps.verify) await hands.verify(one);
    if (back && steps.undo.kind === 'steps') for (const step of steps.undo.steps) await hands.perform(step);
    return 'done';
  } catch (error) {
    return (error as Refused).reason;
  } finally {
    hands.close();
  }
}
const stateOf = (pid: number): string => factsOf(pid)?.state ?? 'gone';

describe.runIf(process.platform === 'linux').each(opens)('a process, held %s', (_, open) => {
  test('is ended, and no other', async () => {
    const [pid, other] = [await start(), await start()];
    expect(await carry({ action: 'kill-process', process: refOf(pid) }, open)).toBe('done');
    expect(['Z', 'gone']).toContain(stateOf(pid));
    expect(['Z', 'gone']).not.toContain(stateOf(other));
  });

  test('is stopped, and goes on again', async () => {
    const pid = await start();
    expect(await carry({ action: 'suspend-process', process: refOf(pid) }, open)).toBe('done');
    expect(stateOf(pid)).toBe('T');
    const hands = await handsWith(open);
    await hands.perform({ kind: 'signal', signal: 'SIGCONT', process: refOf(pid), tree: false });
    hands.close();
    while (stateOf(pid) === 'T') await sleep(5);
    expect(['S', 'R', 'D']).toContain(stateOf(pid));
  });

  test('is ended with all that descends from it', async () => {
    const grandchild = "require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'])";
    const pid = await start(
      `const c = require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(`${grandchild}; setInterval(() => {}, 1e6)`)}]); setInterval(() => {}, 1e6)`,
    );
    while (descendantsOf(pid).length < 2) await sleep(20);
    const all = [pid, ...descendantsOf(pid)];
    expect(await carry({ action: 'kill-tree', process: refOf(pid) }, open)).toBe('done');
    expect(all.filter((one) => !['Z', 'gone'].includes(stateOf(one)))).toEqual([]);
  });

  test.each([
    ['whose id another has by now', { startMs: Date.now() - 3_600_000 }, 'process-differs'],
    ['that runs another image', { image: '/usr/bin/true' }, 'process-differs'],
  ])('one %s is left alone', async (_name, change, reason) => {
    const pid = await start();
    expect(await carry({ action: 'kill-process', process: { ...refOf(pid), ...change } }, open)).toBe(reason);
    expect(['S', 'R', 'D']).toContain(stateOf(pid));
  });

  test('neither this one nor what it descends from', async () => {
    expect(await carry({ action: 'kill-process', process: refOf(process.pid) }, open)).toBe('own-agent');
  });

  test('one that is gone is told', async () => {
    const pid = await start();
    const ref = refOf(pid);
    children[0]!.kill('SIGKILL');
    while (factsOf(pid) !== undefined) await sleep(5);
    expect(await carry({ action: 'kill-process', process: ref }, open)).toBe('process-gone');
  });

  test('one that an administrator marked as not to be killed is refused by that mark, and its tree too', async ({
    skip,
  }) => {
    const pid = await start(
      "require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']); setInterval(() => {}, 1e6)",
    );
    while (descendantsOf(pid).length < 1) await sleep(20);
    const [child] = descendantsOf(pid);
    try {
      writeFileSync(`/proc/${child}/oom_score_adj`, '-1000');
    } catch {
      skip('this account may not mark a process (CAP_SYS_RESOURCE)');
    }
    expect(await carry({ action: 'kill-tree', process: refOf(pid) }, open)).toBe('protected');
    expect([stateOf(pid), stateOf(child!)].every((state) => ['S', 'R', 'D'].includes(state))).toBe(true);
    expect(await carry({ action: 'kill-process', process: refOf(child!) }, open)).toBe('protected');
  });
});

describe.runIf(process.platform === 'linux')('a file', () => {
  const BYTES = Buffer.from('#!/bin/sh\nevil\n\u0000\u00ff');
  const sha256 = createHash('sha256').update(BYTES).digest('hex');
  let path: string;
  beforeEach(() => {
    path = join(folder, 'evil');
    writeFileSync(path, BYTES, { mode: 0o754 });
    utimesSync(path, 1_700_000_000, 1_600_000_000);
  });

  test('is taken away, and comes back byte for byte, with owner, mode and times', async () => {
    const before = statSync(path);
    const order: Order = { action: 'quarantine-file', path, sha256 };
    expect(await carry(order)).toBe('done');
    expect(existsSync(path)).toBe(false);
    expect(statSync(join(folder, 'state', 'file')).mode & 0o777).toBe(0o600);
    const hands = await handsWith(opens[0][1]);
    await hands.perform({ kind: 'restore', path });
    const after = statSync(path);
    expect(readFileSync(path)).toEqual(BYTES);
    for (const name of ['uid', 'gid', 'mode', 'mtimeMs', 'nlink'] as const) expect(after[name]).toBe(before[name]);
  });

  test('keeps its extended attributes; what cannot be set again is told', async (context) => {
    const attributes = await xattrs();
    const mark = [['user.origin', Buffer.from('하하\0').toString('base64')]] as const;
    const at = <T>(work: (file: number) => T): T => {
      const file = openSync(path, 'r');
      try {
        return work(file);
      } finally {
        closeSync(file);
      }
    };
    // Not every file system has them, and koffi may be missing.
    if (attributes === undefined || at((file) => attributes.write(file, mark)).length > 0) return context.skip();
    for (const [having, kept, said] of [
      [attributes, mark, ''],
      [undefined, [], 'without user.origin'],
    ] as const) {
      at((file) => attributes.write(file, mark));
      const away = await handsWith(opens[0][1], attributes);
      await away.check({ kind: 'plain-file', path, sha256 });
      await away.perform({ kind: 'quarantine', path, sha256 });
      away.close();
      const back = await handsWith(opens[0][1], having);
      expect(await back.perform({ kind: 'restore', path })).toBe(said);
      expect(at((file) => attributes.read(file).filter(([name]) => name.startsWith('user.')))).toEqual(kept);
      rmSync(join(folder, 'state', 'file'));
    }
  });

  test('that is there again is not written over', async () => {
    await carry({ action: 'quarantine-file', path, sha256 });
    writeFileSync(path, 'new');
    const hands = await handsWith(opens[0][1]);
    await expect(hands.perform({ kind: 'restore', path })).rejects.toMatchObject({ reason: 'not-undoable' });
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  const link = (from: string, to: string): string => {
    symlinkSync(from, to);
    return to;
  };
  test.each([
    ['of another hash', 'file-differs', () => path, '0'.repeat(64)],
    ['that is gone', 'file-gone', () => `${path}2`, sha256],
    ['that is a link', 'not-plain-file', () => link(path, `${path}-link`), sha256],
    [
      'with a second name',
      'hard-link',
      () => {
        linkSync(path, `${path}-too`);
        return path;
      },
      sha256,
    ],
    ['behind a link', 'not-plain-file', () => join(link(folder, `${folder}-link`), 'evil'), sha256],
    ['that is a folder', 'not-plain-file', () => join(folder, 'state'), ''],
  ])('%s is left alone: %s', async (_, reason, of, hash) => {
    expect(await carry({ action: 'quarantine-file', path: of(), sha256: hash })).toBe(reason);
    rmSync(`${folder}-link`, { force: true });
    expect(readFileSync(path)).toEqual(BYTES);
  });
});

describe.runIf(process.platform === 'linux')('the rest', () => {
  test('init is protected', () =>
    expect(() => assertUnprotected(1)).toThrow(expect.objectContaining({ reason: 'protected' })));

  test('a domain goes into the hosts file once, and out again; the other lines stay', async () => {
    writeFileSync(join(folder, 'hosts'), '127.0.0.1 localhost\n');
    const order: Order = { action: 'block-domain', domain: 'evil.example' };
    await carry(order);
    expect(await carry(order)).toBe('done');
    expect(readFileSync(join(folder, 'hosts'), 'utf8')).toBe('127.0.0.1 localhost\n0.0.0.0 evil.example # haetae\n');
    await carry(order, opens[0][1], true);
    expect(readFileSync(join(folder, 'hosts'), 'utf8')).toBe('127.0.0.1 localhost\n');
  });

  test('root is disabled by nobody, and an account that is not here neither', async () => {
    expect(await carry({ action: 'disable-account', account: 'root' })).toBe('last-admin');
    expect(await carry({ action: 'disable-account', account: 'nobody-of-ours' })).toBe('not-local');
  });

  test('a script that no key of this host signed is not run', async () => {
    expect(await carry({ action: 'run-script', name: 'a.sh', text: 'true\n', signature: 'A'.repeat(86) })).toBe(
      'script-signature',
    );
  });

  test('evidence is gathered into a zip that reads back; what could not be had is told in it', async () => {
    writeFileSync(join(folder, 'evil'), 'evil '.repeat(1000));
    expect(await carry({ action: 'collect-triage', files: [join(folder, 'evil'), join(folder, 'state')] })).toBe(
      'done',
    );
    const files = unzip(readFileSync(join(folder, 'state', 'triage.zip')));
    expect(files.get(`files${join(folder, 'evil')}`)?.toString()).toBe('evil '.repeat(1000));
    expect(files.get('missed.txt')?.toString()).toContain(`${join(folder, 'state')}: `);
    expect(files.get('processes.json')?.toString()).toContain(`"pid": ${process.pid}`);
  });
});

/** By its directory, as every reader of zips does. */
function unzip(bytes: Buffer): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  const end = bytes.lastIndexOf(Buffer.from('504b0506', 'hex'));
  let at = bytes.readUInt32LE(end + 16);
  for (let n = bytes.readUInt16LE(end + 10); n > 0; n--) {
    const [packed, label] = [bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28)];
    const start = bytes.readUInt32LE(at + 42);
    const name = bytes.toString('utf8', at + 46, at + 46 + label);
    const from = start + 30 + bytes.readUInt16LE(start + 26);
    found.set(name, inflateRawSync(bytes.subarray(from, from + packed)));
    at += 46 + label;
  }
  return found;
}
