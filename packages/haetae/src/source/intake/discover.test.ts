import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { discover } from './index.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'haetae-test-'));
  mkdirSync(join(root, 'logs', 'deep'), { recursive: true });
  mkdirSync(join(root, 'logs [old]'));
  for (const name of ['logs/b.evtx', 'logs/a.json', 'logs/deep/c.csv', 'logs/.hidden', 'logs [old]/d.log'])
    writeFileSync(join(root, name), 'x');
  symlinkSync('..', join(root, 'logs', 'deep', 'loop'));
  symlinkSync('b.evtx', join(root, 'logs', '0-link'));
  symlinkSync('nowhere', join(root, 'logs', 'dangling'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const below = (path: string): string => (path === '-' ? path : path.slice(root.length + 1));

async function find(...paths: string[]) {
  const found = await discover(paths.map((path) => (path === '-' ? path : `${root}/${path}`)));
  return {
    files: found.files.map(({ path }) => below(path)),
    missed: found.missed.map((m) => [m.kind, below(m.path)]),
  };
}

const ALL = ['logs/.hidden', 'logs/a.json', 'logs/b.evtx', 'logs/deep/c.csv'];
const DANGLING = [['missing', 'logs/dangling']];

test.each([
  { name: 'a folder, links and loops once', paths: ['logs'], files: ALL, missed: DANGLING },
  { name: 'with a separator at its end', paths: ['logs/'], files: ALL, missed: DANGLING },
  {
    name: 'given twice, and a file of it again',
    paths: ['logs', 'logs/deep', 'logs/a.json'],
    files: ALL,
    missed: DANGLING,
  },
  { name: 'a file first named by a link', paths: ['logs/0-link'], files: ['logs/0-link'], missed: [] },
  { name: 'a glob', paths: ['logs/*.{evtx,json}'], files: ['logs/a.json', 'logs/b.evtx'], missed: [] },
  { name: 'a glob over folders', paths: ['logs/**/*.csv'], files: ['logs/deep/c.csv'], missed: [] },
  {
    name: 'a glob that finds a folder',
    paths: ['logs/dee?'],
    files: ['logs/deep/c.csv', 'logs/deep/loop/.hidden', 'logs/deep/loop/a.json', 'logs/deep/loop/b.evtx'],
    missed: [['missing', 'logs/deep/loop/dangling']],
  },
  { name: 'a path that exists is no glob', paths: ['logs [old]'], files: ['logs [old]/d.log'], missed: [] },
  { name: 'nothing there', paths: ['none.evtx'], files: [], missed: [['missing', 'none.evtx']] },
  { name: 'a glob without match', paths: ['none*.evtx'], files: [], missed: [['no-match', 'none*.evtx']] },
  { name: 'stdin comes first', paths: ['logs/a.json', '-', '-'], files: ['-', 'logs/a.json'], missed: [] },
])('$name', async ({ paths, files, missed }) => {
  expect(await find(...paths)).toEqual({ files, missed });
});

test('sizes are told', async () => {
  const { files } = await discover([join(root, 'logs', 'a.json')]);
  expect(files).toEqual([{ path: join(root, 'logs', 'a.json'), file: join(root, 'logs', 'a.json'), size: 1 }]);
});
