import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ACTION_NAMES, type Order } from '@haetae/agent/protocol';
import { stepsOf } from '@haetae/agent/respond';
import { describe, expect, test } from 'vitest';
import { wordsOf } from '../../locale/index.ts';
import { readPlaybooks } from '../playbooks/read.ts';
import { ACTIONS } from '../registry.ts';
import { AT, someIncident } from '../testing/incident.ts';
import * as all from './index.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const process = { pid: 4000, startMs: AT, withinMs: 500, image: '/tmp/evil' };

/** One order of each. */
const ORDERS: { readonly [A in Order['action']]: Extract<Order, { action: A }> } = {
  'kill-process': { action: 'kill-process', process },
  'kill-tree': { action: 'kill-tree', process },
  'suspend-process': { action: 'suspend-process', process },
  'isolate-host': { action: 'isolate-host', minutes: 60 },
  'block-address': { action: 'block-address', address: '203.0.113.7' },
  'block-domain': { action: 'block-domain', domain: 'evil.example' },
  'disable-account': { action: 'disable-account', account: 'kim' },
  'disable-domain-account': { action: 'disable-domain-account', domain: 'CORP', account: 'kim' },
  'log-off-session': { action: 'log-off-session', account: 'kim', logonId: '0x1' },
  'quarantine-file': { action: 'quarantine-file', path: '/tmp/evil', sha256: '' },
  'remove-task': { action: 'remove-task', name: '\\Evil' },
  'remove-service': { action: 'remove-service', name: 'evil' },
  'remove-run-key': {
    action: 'remove-run-key',
    key: 'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Run',
    value: 'Evil',
  },
  'collect-triage': { action: 'collect-triage', files: [] },
  'run-script': { action: 'run-script', name: 'a.sh', text: 'true\n', signature: 'A'.repeat(86) },
};
const server = { address: '192.0.2.1', port: 8443 };

test('every order that a host knows is an action, and the folders are the actions', () => {
  expect([...ACTIONS.keys()].sort()).toEqual([...ACTION_NAMES].sort());
  const folders = readdirSync(FOLDER, { withFileTypes: true })
    .filter((one) => one.isDirectory())
    .map(({ name }) => name);
  expect(folders.sort()).toEqual([...ACTION_NAMES].sort());
});

describe.each([...ACTIONS.values()])('$name', (action) => {
  test('is exported under its name, and has words in both languages', () => {
    const camel = action.name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    expect((all as Record<string, unknown>)[camel]).toBe(action);
    expect(wordsOf('en').respond.actions[action.name]).not.toBe('');
    expect(wordsOf('ko').respond.actions[action.name]).toMatch(/[가-힣]/);
  });

  test('its example is a playbook without a remark, whose tests hold', () => {
    const path = `${action.name}/example.yml`;
    const { playbooks, problems } = readPlaybooks([{ path, text: readFileSync(join(FOLDER, path), 'utf8') }]);
    expect(problems).toEqual([]);
    expect(playbooks[0]!.do.map((step) => step.action)).toEqual([action.name]);
  });

  test('an incident that lacks what it needs gives nothing to be done', () => {
    const empty = someIncident({ findings: [{ host: '' }] });
    expect(action.candidates(empty, { minutes: 60 }).filter(({ kind }) => kind === 'order')).toEqual([]);
  });

  test.each(['windows', 'linux'] as const)(
    'on %s: steps are pure, end in time, are verified or say why not, go back or say why not',
    (system) => {
      const order: Order = ORDERS[action.name];
      const steps = stepsOf(order, system, server);
      if (steps === undefined) return;
      expect(stepsOf(order, system, server)).toEqual(steps);
      expect(steps.timeoutMs).toBeGreaterThan(0);
      expect(steps.timeoutMs).toBeLessThanOrEqual(600_000);
      expect(steps.undo.kind === 'steps').toBe(action.reverse !== null);
      for (const step of steps.steps) {
        if (step.kind !== 'run') continue;
        // No shell, no search path, no argument that is a command.
        expect(step.argv[0]).toMatch(/^(?:\/usr\/s?bin\/|\/bin\/|C:\\Windows\\System32\\)[\w.]+$/);
        expect(step.argv.slice(1).filter((one) => /^(?:-c|\/c|-Command|-EncodedCommand)$/i.test(one))).toEqual([]);
      }
      if (action.needs === 'process')
        expect(steps.guard.map(({ kind }) => kind)).toEqual(['same-process', 'not-protected', 'not-own-agent']);
    },
  );
});
