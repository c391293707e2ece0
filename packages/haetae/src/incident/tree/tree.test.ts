import { expect, test } from 'vitest';
import { madeIncident } from '../testing/incident.ts';
import { treeRows } from './tree.ts';

const S32 = 'C:\\Windows\\System32\\';

test('hosts in the order in which the attack reached them, children below their parents, plain leaves folded', () => {
  const incident = madeIncident({
    processes: [
      { key: 'b', image: `${S32}cmd.exe`, host: 'SRV', time: '08:00:00' },
      { key: 'a', image: 'a.exe', time: '09:00:00' },
      { key: 'c2', image: 'c.exe', parent: 'a', time: '09:00:09' },
      { key: 'c1', image: 'c.exe', parent: 'a', time: '09:00:08' },
      { key: 'd', image: 'd.exe', parent: 'a', time: '09:00:05' },
      { key: 'e', image: 'e.exe', parent: 'd', time: '09:00:06' },
    ],
    findings: [
      { title: 'one', process: 'e', level: 'high' },
      { title: 'two', process: 'b', time: '10:00:00', host: 'SRV' },
      { title: 'three', process: 'a', level: 'low' },
    ],
    links: [{ kind: 'hop', from: 0, to: 1 }],
  });
  const rows = treeRows(incident).map((row) =>
    row.kind === 'host'
      ? `${row.host}${row.from === undefined ? '' : ` from ${row.from}`}`
      : `${row.branch}${row.node.key}${row.folded > 0 ? ` +${row.folded}` : ''}${row.level === null ? '' : ` ${row.level}`}`,
  );
  expect(rows).toEqual([
    'PC-1',
    '└─ a low',
    '   ├─ d',
    '   │  └─ e high',
    '   └─ c1 +1',
    'SRV from PC-1',
    '└─ b medium',
  ]);
});

test('a process that is its own ancestor ends there', () => {
  const made = madeIncident({
    processes: [
      { key: 'r', image: 'r.exe' },
      { key: 'x', image: 'x.exe', parent: 'r' },
    ],
    findings: [{ title: 'one', process: 'x' }],
  });
  const loop = {
    ...made,
    tree: made.tree.map((node) => (node.key === 'x' ? { ...node, children: ['r', 'x'] } : node)),
  };
  expect(treeRows(loop)).toHaveLength(3);
});
