import { expect, test } from 'vitest';
import { someIncident } from '../../testing/incident.ts';
import { killTree } from './kill-tree.ts';

test('the topmost of what was found: what descends from it goes with it, also across one about which nothing was found', () => {
  const incident = someIncident({
    processes: [
      { key: 'explorer' },
      { key: 'word', parent: 'explorer' },
      { key: 'cmd', parent: 'word' },
      { key: 'evil', parent: 'cmd' },
      { key: 'other', parent: 'explorer' },
    ],
    findings: [{ process: 'word' }, { process: 'evil' }, { process: 'other' }],
  });
  const pids = killTree.candidates(incident, { minutes: 1 }).map(({ about }) => about.slice(-6));
  expect(pids).toEqual(['(4001)', '(4004)']);
});
