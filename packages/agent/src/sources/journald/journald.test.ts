import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { manualClock } from '../../testing/clock.ts';
import { itemsOf, readUntil, textsOf } from '../../testing/read.ts';
import { chunkOf, journald } from './journald.ts';

const entry = (n: number, more: object = {}): string =>
  JSON.stringify({
    __CURSOR: `s=${n}`,
    __REALTIME_TIMESTAMP: String((1_772_416_800_000 + n) * 1000),
    _HOSTNAME: 'web01',
    SYSLOG_IDENTIFIER: 'sshd',
    _PID: '77',
    PRIORITY: '4',
    SYSLOG_FACILITY: '10',
    MESSAGE: `message ${n}`,
    ...more,
  });

/** Stands for journalctl: prints what a file holds for the first of its arguments that it knows, and writes down what it was asked. */
let folder: string;
let program: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'haetae-journal-'));
  program = join(folder, 'journalctl');
  writeFileSync(
    program,
    `#!/bin/sh
echo "$@" >> ${folder}/asked
case "$*" in
  *--cursor=s=9*--no-tail*) exit 0 ;;
  *--cursor=*) cat ${folder}/one ;;
  *--follow*) cat ${folder}/all; exec sleep 60 ;;
esac
`,
  );
  chmodSync(program, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const source = () => journald({ host: 'own', from: 'end', clock: manualClock(), program: [program] });

test('entries become messages, under their own host, program and time', async () => {
  writeFileSync(join(folder, 'all'), `-- Boot --\n${entry(1)}\n${entry(2)}\n`);
  const { chunks, bookmark } = await readUntil(source(), undefined, (all) => itemsOf(all) >= 2);
  expect(textsOf(chunks)).toEqual([
    '<84>1 2026-03-02T02:00:00.001Z web01 sshd 77 - - message 1',
    '<84>1 2026-03-02T02:00:00.002Z web01 sshd 77 - - message 2',
  ]);
  expect(JSON.parse(bookmark!)).toEqual({ cursor: 's=2', timeMs: 1_772_416_800_002 });
});

test('on from a cursor that is still there', async () => {
  writeFileSync(join(folder, 'one'), `${entry(2)}\n`);
  writeFileSync(join(folder, 'all'), `${entry(3)}\n`);
  const { chunks } = await readUntil(source(), '{"cursor":"s=2","timeMs":1}', (all) => itemsOf(all) >= 1);
  expect(textsOf(chunks)).toHaveLength(1);
  expect(readFileSync(join(folder, 'asked'), 'utf8')).toContain('--follow --no-tail --after-cursor=s=2');
});

test('a cursor that is gone is a blind band: journalctl would go on somewhere else and say nothing', async () => {
  writeFileSync(join(folder, 'all'), `${entry(20)}\n`);
  const mark = '{"cursor":"s=9","timeMs":1772416800009}';
  const { chunks } = await readUntil(source(), mark, (all) => itemsOf(all) >= 1);
  expect(textsOf(chunks)[0]).toBe('(overwritten)');
  expect(chunks[0]).toMatchObject({ gap: { fromMs: 1772416800009, count: null }, bookmark: mark });
});

test('bytes that are no UTF-8, a message that was too long, fields there twice', () => {
  const text = (more: object) => textsOf([chunkOf([entry(1, more)], 'own')!])[0]!.replace(/^.* - - ?/, '');
  expect(text({ MESSAGE: [104, 105] })).toBe('hi');
  expect(text({ MESSAGE: null })).toBe('');
  expect(text({ MESSAGE: ['first', 'second'] })).toBe('first');
  expect(text({ MESSAGE: '<Event><System/></Event>' })).toBe('<Event><System/></Event>');
});

test('a journalctl that fails, or is not there, throws: it is begun again later', async () => {
  const failing = journald({
    host: 'h',
    from: 'end',
    clock: manualClock(),
    program: ['sh', '-c', 'echo no >&2; exit 3'],
  });
  await expect(readUntil(failing, undefined, () => false)).rejects.toThrow('journalctl: no');
  const missing = journald({ host: 'h', from: 'end', clock: manualClock(), program: ['/nowhere/journalctl'] });
  await expect(readUntil(missing, undefined, () => false)).rejects.toThrow(/ENOENT/);
});
