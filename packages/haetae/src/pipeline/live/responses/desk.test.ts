import { type CommandOutcome, newIdentity, readCommand, type SignedCommand } from '@haetae/agent/protocol';
import { describe, expect, test } from 'vitest';
import { DEFAULT_BOUNDS, readPlaybooks } from '../../../respond/index.ts';
import { type AuditRecord, EVENT_FLAGS, type ResponseAction, type Store, StoreError } from '../../../store/index.ts';
import { ResponseDesk, type ResponseDeskParts } from './desk.ts';

const NOW = 1_800_000_000_000;
const key = newIdentity();
const KIM = { id: 'kim', name: 'Kim' };
const LEE = { id: 'lee', name: 'Lee' };
const { playbooks } = readPlaybooks([
  {
    path: 'p.yml',
    text: `id: 00000000-0000-4000-8000-000000000001
title: Stop
title_ko: 중지
when: { techniques: [T1486] }
do: [{ action: kill-process }]
approval: none
limits: { per_host_per_hour: 1, per_hour: 5 }
`,
  },
]);

/** An incident with one process, found by one event. */
const incident = (pid = 4000) => ({
  ...{ id: 'i1', merged: [], hosts: ['web01'], risk: 90, blind: [], links: [], entities: [], users: [] },
  findings: [
    {
      ...{
        detector: 'sigma',
        rule: { id: 'r', title: 'r' },
        level: 'critical',
        attack: { tactics: [], techniques: ['T1486'] },
      },
      ...{ host: 'web01', process: 'p', channel: 'Linux-Sysmon/Operational', eventId: 1, fields: {} },
      events: [{ file: '', record: 7, line: null, timeMs: NOW - 1000 }],
    },
  ],
  tree: [
    {
      ...{
        key: 'p',
        host: 'web01',
        pid,
        image: '/tmp/evil',
        user: 'kim',
        logonId: '',
        startMs: NOW - 1000,
        startFrom: 'event',
      },
      ...{ endMs: null, parent: null, children: [], findings: [0], acts: [] },
    },
  ],
});

/** Of no command: it is waited for behind whatever is queued. */
const STRAY: CommandOutcome = {
  ...{ command: '', number: 1, state: 'refused', reason: '', detail: '', atMs: NOW, verified: null, undoable: false },
};

function made(
  change: Partial<ResponseDeskParts> & {
    readonly event?: object;
    readonly isAway?: boolean;
    readonly isRevoked?: boolean;
  } = {},
) {
  const rows = new Map<string, ResponseAction>();
  const audit: AuditRecord[] = [];
  const sent: SignedCommand[] = [];
  const own = { id: 'a1', name: 'web01', kind: 'agent', revokedMs: null, hash: 'f'.repeat(64) };
  const event = { origin: 'a1', flags: 0, timeMs: NOW - 1000, receivedMs: NOW - 900, ...change.event };
  const accounts = new Map(['kim', 'lee'].map((id) => [id, { role: 'responder', disabled: false }]));
  let body = incident();
  let listed = 0;
  let disturbed = '';
  const store = {
    responses: {
      create: async (thing: ResponseAction) => {
        if (rows.has(thing.id)) throw new StoreError('taken', '');
        const row = { ...thing, version: 1, updatedMs: thing.createdMs, updatedBy: thing.createdBy };
        rows.set(row.id, row);
        return row;
      },
      get: async (id: string) => rows.get(id),
      list: async (wanted: Partial<ResponseAction> = {}) =>
        [...rows.values()].filter((row) =>
          Object.entries(wanted).every(([name, value]) => row[name as keyof ResponseAction] === value),
        ),
      update: async (id: string, version: number, what: Partial<ResponseAction>, by: string, nowMs: number) => {
        let row = rows.get(id)!;
        if (disturbed === id) {
          disturbed = '';
          row = { ...row, version: row.version + 1 };
          rows.set(id, row);
        }
        if (row.version !== version) throw new StoreError('conflict', '');
        const next = { ...row, ...what, version: version + 1, updatedMs: nowMs, updatedBy: by } as ResponseAction;
        rows.set(id, next);
        return next;
      },
    },
    incidents: {
      get: async () => ({ id: 'i1', mergedInto: null, status: 'new', updatedMs: NOW, body }),
      note: async () => ({}),
      changed: async () => [{ id: 'i1' }],
    },
    events: { get: async () => event },
    tokens: {
      list: async () => {
        listed++;
        return [own];
      },
      get: async () => ({ ...own, revokedMs: change.isRevoked === true ? NOW : null }),
    },
    users: { get: async (id: string) => accounts.get(id) },
    audit: { append: async (record: AuditRecord) => void audit.push(record) },
  } as unknown as Store;
  const parts = (): ResponseDeskParts => ({
    ...{ store, now: () => NOW, playbooks, bounds: DEFAULT_BOUNDS, key, automatic: true, log: () => {} },
    shared: false,
    send: async (_, signed) => {
      if (change.isAway === true) return false;
      sent.push(signed);
      return true;
    },
    connected: async () => ({ has: () => change.isAway !== true }),
    ...change,
  });
  const desk = new ResponseDesk(parts());
  /** Another server's, over the same store. */
  const beside = (): ResponseDesk => new ResponseDesk(parts());
  /** Somebody changes a row between the next look at it and the change that follows. */
  const between = (id: string): void => {
    disturbed = id;
  };
  const grow = async (pid?: number) => {
    if (pid !== undefined) body = incident(pid);
    desk.consider('i1');
    return (await desk.list('i1', 'en')).items;
  };
  /** Waits behind whatever is queued. */
  const settled = async (pid?: number) => {
    await grow(pid);
    await desk.outcome('a1', STRAY);
    return (await desk.list('i1', 'en')).items;
  };
  return { desk, audit, sent, settled, accounts, listed: () => listed, beside, between, grow };
}
const commandIn = (signed: SignedCommand) => {
  const read = readCommand(signed, { keys: [key.publicKey], agent: 'f'.repeat(64), nowMs: NOW });
  if (read.kind !== 'command') throw new Error(read.reason);
  return read.command;
};

test('by itself: a signed command for this agent, once, however often the incident grows', async () => {
  const { audit, sent, settled } = made();
  const items = await settled();
  await settled();
  expect(items.map(({ action, state, because }) => [action, state, because])).toEqual([
    ['kill-process', 'running', []],
  ]);
  expect(sent.map((one) => commandIn(one).does)).toMatchObject([
    { kind: 'do', apply: true, order: { action: 'kill-process', process: { pid: 4000 } } },
  ]);
  expect(audit.filter(({ action }) => action === 'response.send')).toHaveLength(1);
});

test.each([
  ['it is switched off', { automatic: false }, ['switched-off']],
  ['it was played in the lab', { event: { origin: 'lab' } }, ['provenance']],
  ['syslog told it', { event: { origin: 'a-token-of-syslog' } }, ['provenance']],
  ['the host is foreign to the sender', { event: { flags: EVENT_FLAGS.foreignHost } }, ['provenance']],
  ['it is an hour old', { event: { timeMs: NOW - 3_600_000 } }, ['stale']],
] as const)('it waits where %s, and nothing is sent', async (_, change, because) => {
  const { sent, settled } = made(change);
  expect((await settled()).map((one) => [one.state, one.because])).toEqual([['proposed', because]]);
  expect(sent).toEqual([]);
});

test('without a key nothing is proposed by itself, and nothing can be approved', async () => {
  const { desk, settled } = made({ key: undefined });
  expect(await settled()).toEqual([]);
  const { items, enabled } = await desk.plan('i1', { actions: ['kill-process'] }, KIM, 'en');
  expect([enabled, items.map(({ because }) => because[0])]).toEqual([false, ['asked']]);
  await expect(desk.vote(items[0]!.id, 1, 'approve', KIM, 'en')).rejects.toMatchObject({ code: 'invalid' });
});

test('the limit of a host: a second process within the hour waits', async () => {
  const { settled } = made();
  await settled();
  expect((await settled(5000)).map(({ state, because }) => [state, because])).toEqual([
    ['running', []],
    ['proposed', ['host-limit']],
  ]);
});

test('two persons are two accounts; a version that somebody changed is a conflict; a denied one is over', async () => {
  const { desk, sent } = made();
  const { items } = await desk.plan('i1', { actions: ['isolate-host', 'disable-account'] }, KIM, 'en');
  const disable = items.find(({ action }) => action === 'disable-account')!;
  const isolate = items.find(({ action }) => action === 'isolate-host')!;
  const once = await desk.vote(disable.id, disable.version, 'approve', KIM, 'en');
  const twice = await desk.vote(disable.id, once.version, 'approve', KIM, 'en');
  await expect(desk.vote(disable.id, disable.version, 'approve', LEE, 'en')).rejects.toMatchObject({
    code: 'conflict',
  });
  expect([once.state, twice.state, sent.length]).toEqual(['proposed', 'proposed', 0]);
  expect((await desk.vote(disable.id, twice.version, 'approve', LEE, 'en')).state).toBe('running');
  expect(commandIn(sent[0]!).by).toEqual(['Kim', 'Lee']);
  const denied = await desk.vote(isolate.id, isolate.version, 'deny', LEE, 'en');
  expect(denied.state).toBe('rejected');
  await expect(desk.vote(isolate.id, denied.version, 'approve', KIM, 'en')).rejects.toMatchObject({ code: 'conflict' });
});

test.each<[string, object | undefined]>([
  ['was disabled', { role: 'admin', disabled: true }],
  ['may no more', { role: 'analyst', disabled: false }],
  ['is gone', undefined],
])('the vote of an account that %s meanwhile counts no more', async (_, change) => {
  const { desk, sent, accounts } = made();
  const { items } = await desk.plan('i1', { actions: ['disable-account'] }, KIM, 'en');
  const once = await desk.vote(items[0]!.id, items[0]!.version, 'approve', KIM, 'en');
  if (change === undefined) accounts.delete('kim');
  else accounts.set('kim', change as never);
  const second = await desk.vote(once.id, once.version, 'approve', LEE, 'en');
  expect([second.state, second.votes.map(({ account }) => account), sent]).toEqual(['proposed', ['lee'], []]);
});

test('an agent that was revoked is sent nothing; lists of agents are not asked for by every question', async () => {
  const { desk, sent, listed } = made({ isRevoked: true });
  const { items } = await desk.plan('i1', { actions: ['isolate-host'] }, KIM, 'en');
  expect((await desk.vote(items[0]!.id, items[0]!.version, 'approve', KIM, 'en')).state).toBe('failed');
  for (let i = 0; i < 10; i++) await desk.list('i1', 'en');
  expect([sent, listed()]).toEqual([[], 1]);
});

test('an agent that is away is told to whoever approves, and the proposal stays', async () => {
  const { desk } = made({ isAway: true });
  const { items } = await desk.plan('i1', { actions: ['isolate-host'] }, KIM, 'en');
  await expect(desk.vote(items[0]!.id, items[0]!.version, 'approve', KIM, 'en')).rejects.toMatchObject({
    code: 'conflict',
  });
  expect((await desk.list('i1', 'en')).items[0]!.state).toBe('proposed');
});

test('outcomes: of its own agent alone, once each; what was done can be taken back', async () => {
  const { desk, sent, audit } = made();
  const { items } = await desk.plan('i1', { actions: ['isolate-host'] }, KIM, 'en');
  await desk.vote(items[0]!.id, items[0]!.version, 'approve', KIM, 'en');
  const { id: command } = commandIn(sent[0]!);
  const outcome: CommandOutcome = {
    command,
    number: 1,
    state: 'done',
    reason: '',
    detail: '',
    atMs: NOW,
    verified: true,
    undoable: true,
  };
  expect(await desk.outcome('a2', outcome)).toBe(false);
  expect((await desk.list('i1', 'en')).items[0]!.state).toBe('running');
  expect(await desk.outcome('a1', outcome)).toBe(true);
  expect(await desk.outcome('a1', outcome)).toBe(true);
  const [done] = (await desk.list('i1', 'en')).items;
  expect([done!.state, done!.undoable, done!.outcomes.length]).toEqual(['done', true, 1]);
  expect(audit.map(({ action }) => action).filter((one) => one.endsWith('stray'))).toEqual(['response.stray']);
  await desk.undo(done!.id, done!.version, LEE, 'en');
  const undo = commandIn(sent[1]!);
  expect(undo.does).toEqual({ kind: 'undo', of: command });
  await desk.outcome('a1', { ...outcome, number: 2, state: 'undone', undoable: false });
  await desk.outcome('a1', { ...outcome, command: undo.id, undoable: false });
  expect((await desk.list('i1', 'en')).items[0]).toMatchObject({ state: 'undone', undoable: false });
});

test('a command that came to the host twice is what it made of it the first time', async () => {
  const { desk, sent } = made();
  const { items } = await desk.plan('i1', { actions: ['isolate-host'] }, KIM, 'en');
  await desk.vote(items[0]!.id, items[0]!.version, 'approve', KIM, 'en');
  const { id: command } = commandIn(sent[0]!);
  const told = { command, number: 1, detail: '', atMs: NOW, verified: true, undoable: false };
  expect(await desk.outcome('a1', { ...told, state: 'done', reason: '' })).toBe(true);
  expect(await desk.outcome('a1', { ...told, number: 2, state: 'refused', reason: 'replayed' })).toBe(true);
  const [row] = (await desk.list('i1', 'en')).items;
  expect([row!.state, row!.outcomes.length]).toEqual(['done', 1]);
});

describe('several servers with one store', () => {
  test('two that plan the same at once plan it once, and one command is sent', async () => {
    const { desk, beside, sent } = made({ shared: true });
    const other = beside();
    for (const one of [desk, other]) one.consider('i1');
    await Promise.all([desk, other].map((one) => one.outcome('a1', STRAY)));
    expect((await desk.list('i1', 'en')).items.map(({ state }) => state)).toEqual(['running']);
    expect(sent).toHaveLength(1);
  });

  test('what the one sent counts for the limits of the other, which takes its outcome too', async () => {
    const { desk, beside, sent, grow, settled } = made({ shared: true });
    await settled();
    const other = beside();
    const { id: command } = commandIn(sent[0]!);
    const told = { command, number: 1, reason: '', detail: '', atMs: NOW, verified: true, undoable: false };
    expect(await other.outcome('a1', { ...told, state: 'done' })).toBe(true);
    expect((await desk.list('i1', 'en')).items[0]!.state).toBe('done');
    await grow(5000);
    other.consider('i1');
    await other.outcome('a1', STRAY);
    expect((await other.list('i1', 'en')).items.map(({ because }) => because)).toEqual([[], ['host-limit']]);
  });

  test('an outcome is kept although somebody changes the response meanwhile', async () => {
    const { desk, sent, settled, between } = made({ shared: true });
    const [row] = await settled();
    const { id: command } = commandIn(sent[0]!);
    between(row!.id);
    const told = { command, number: 1, reason: '', detail: '', atMs: NOW, verified: true, undoable: false };
    expect(await desk.outcome('a1', { ...told, state: 'done' })).toBe(true);
    expect((await desk.list('i1', 'en')).items[0]).toMatchObject({ state: 'done', outcomes: [{ state: 'done' }] });
  });

  test('who takes over detection plans what was cut off', async () => {
    const { desk, sent } = made({ shared: true });
    await desk.catchUp();
    await desk.outcome('a1', STRAY);
    expect(sent).toHaveLength(1);
  });
});
