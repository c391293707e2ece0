import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Command, newIdentity, type Order, signCommand } from '../protocol/index.ts';
import { manualClock } from '../testing/clock.ts';
import { Bell } from '../uplink/bell.ts';
import { RespondDesk } from './desk.ts';
import { type Hands, Refused } from './hands.ts';
import { IsolationFile } from './isolation.ts';
import { Journal } from './journal.ts';
import type { Reach } from './network.ts';
import { DEFAULT_POLICY, policyIn, type ResponsePolicy, readPolicy } from './policy.ts';

const key = newIdentity();
const AGENT = 'a'.repeat(64);
const server = { address: '192.0.2.1', port: 8443 };
const KILL: Order = { action: 'kill-process', process: { pid: 4000, startMs: 1, withinMs: 500, image: '/tmp/evil' } };
const ISOLATE: Order = { action: 'isolate-host', minutes: 240 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haetae-desk-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** A desk whose hands only write down what they are asked to do. */
function deskOf({
  policy = { ...DEFAULT_POLICY, allow: ['kill-process', 'isolate-host', 'suspend-process'] },
  fails = () => undefined,
  reach = async ({ address }) => address === server.address,
  clock = manualClock(),
}: {
  policy?: ResponsePolicy;
  fails?: (did: string) => Refused | undefined;
  reach?: Reach;
  clock?: ReturnType<typeof manualClock>;
} = {}) {
  const did: string[] = [];
  const act = async (what: string): Promise<string> => {
    did.push(what);
    const failure = fails(what);
    if (failure !== undefined) throw failure;
    return '';
  };
  const hands: Hands = {
    check: async ({ kind }) => void (await act(`check ${kind}`)),
    perform: (step) =>
      act(
        step.kind === 'run'
          ? `run ${step.stdin?.includes('policy drop') ? 'isolate' : 'release'}`
          : step.kind === 'signal'
            ? step.signal
            : step.kind,
      ),
    verify: async ({ kind }) => void (await act(`verify ${kind}`)),
    close: () => did.push('close'),
  };
  const desk = new RespondDesk({
    folder,
    system: 'linux',
    agent: AGENT,
    serverKey: key.publicKey,
    policy: () => ({ kind: 'policy', policy }),
    hands: () => hands,
    reach,
    isOwn: (address) => address === '192.0.2.77',
    clock,
    news: new Bell(),
    log: () => {},
  });
  desk.connected(server);
  let n = 0;
  const send = async (does: Command['does'], change: Partial<Command> = {}, signer = key): Promise<string> => {
    const command: Command = {
      haetae: 'command.1',
      id: id(++n),
      agent: AGENT,
      issuedMs: clock.nowMs,
      expiresMs: clock.nowMs + 60_000,
      does,
      by: ['kim'],
      ...change,
    };
    await desk.take(signCommand(command, signer));
    return command.id;
  };
  const told = () =>
    desk
      .waiting()
      .map(({ command, state, reason, verified, undoable }) => [command.slice(-2), state, reason, verified, undoable]);
  return { desk, did, send, told, clock };
}
const doIt = (order: Order, apply = true): Command['does'] => ({ kind: 'do', order, apply });

test('guard, step, verification, in this order, then the outcome', async () => {
  const { did, send, told } = deskOf();
  await send(doIt(KILL));
  expect(did).toEqual([
    'check same-process',
    'check not-protected',
    'check not-own-agent',
    'SIGKILL',
    'verify process-gone',
    'close',
  ]);
  expect(told()).toEqual([['01', 'done', '', true, false]]);
});

test('a dry run asks the guard, and does nothing', async () => {
  const { did, send, told } = deskOf();
  await send(doIt(KILL, false));
  expect(did).toEqual(['check same-process', 'check not-protected', 'check not-own-agent', 'close']);
  expect(told()).toEqual([['01', 'checked', '', null, false]]);
});

test.each<[string, string, (d: ReturnType<typeof deskOf>) => Promise<string>]>([
  [
    'what the host does not allow',
    'not-allowed',
    (d: ReturnType<typeof deskOf>) => d.send(doIt({ action: 'block-domain', domain: 'evil.example' })),
  ],
  ['what another key signed', 'signature', (d) => d.send(doIt(KILL), {}, newIdentity())],
  ['what is meant for another host', 'foreign', (d) => d.send(doIt(KILL), { agent: 'b'.repeat(64) })],
  [
    'what is over',
    'expired',
    (d) => d.send(doIt(KILL), { issuedMs: d.clock.nowMs - 20_000, expiresMs: d.clock.nowMs }),
  ],
  ['an undo of what was never done', 'not-undoable', (d) => d.send({ kind: 'undo', of: id(99) })],
  ['a fault of the guard', 'protected', (d) => d.send(doIt(KILL))],
])('%s is refused and told, and nothing is done: %s', async (_, reason, run) => {
  const desk = deskOf(
    reason === 'protected'
      ? { fails: (what) => (what === 'check not-protected' ? new Refused('protected') : undefined) }
      : {},
  );
  await run(desk);
  expect(desk.told().map(([, ...rest]) => rest)).toEqual([['refused', reason, null, false]]);
  expect(desk.did.filter((what) => what.startsWith('SIG'))).toEqual([]);
});

test('the same command again is refused, also after a restart, also when its end was not written', async () => {
  const first = deskOf();
  await first.send(doIt(KILL));
  await first.send(doIt(KILL), { id: id(1) });
  expect(first.told().at(-1)).toEqual(['01', 'refused', 'replayed', null, false]);
  first.desk.close();
  appendFileSync(join(folder, 'journal.jsonl'), '{"kind":"taken","id":"cut o');
  const again = deskOf();
  await again.send(doIt(KILL), { id: id(1) });
  expect(again.did).toEqual([]);
  expect(again.told().at(-1)).toEqual(['01', 'refused', 'replayed', null, false]);
});

test('outcomes wait until the server has them', async () => {
  const { desk, send, told } = deskOf();
  await send(doIt(KILL));
  await send(doIt(KILL));
  desk.acked(id(1), 1);
  expect(told()).toEqual([['02', 'done', '', true, false]]);
  desk.close();
  expect(deskOf().told()).toEqual([['02', 'done', '', true, false]]);
});

test('what can be taken back is, by its id, once', async () => {
  const { did, send, told } = deskOf();
  const of = await send(doIt({ ...KILL, action: 'suspend-process' }));
  await send({ kind: 'undo', of });
  await send({ kind: 'undo', of });
  expect(did.filter((what) => what.startsWith('SIG'))).toEqual(['SIGSTOP', 'SIGCONT']);
  expect(told().map(([command, state, reason]) => [command, state, reason])).toEqual([
    ['01', 'done', ''],
    ['01', 'undone', ''],
    ['02', 'done', ''],
    ['03', 'refused', 'not-undoable'],
  ]);
});

describe('an isolation', () => {
  test('is proven, and ends by its own time', async () => {
    const { desk, did, send, told, clock } = deskOf();
    await send(doIt({ action: 'isolate-host', minutes: 5 }));
    expect(did).toEqual(['check own-firewall', 'run isolate', 'close']);
    expect(told()).toEqual([['01', 'done', '', true, true]]);
    expect(desk.pinned).toEqual(server);
    const stop = new AbortController();
    const until = clock.nowMs + 5 * 60_000;
    const sleep = clock.sleep;
    clock.sleep = async (ms, signal) => {
      // Nothing changes when the server is cut off meanwhile: only the time does.
      expect(did.includes('run release')).toBe(clock.nowMs >= until);
      if (desk.pinned === undefined) stop.abort();
      await sleep(ms, signal);
    };
    await desk.watch(stop.signal);
    expect(clock.nowMs).toBeLessThanOrEqual(until + 2000);
    expect(told().at(-1)).toEqual(['01', 'ended', '', null, false]);
  });

  test.each<[string, Reach]>([
    ['cannot reach the server', async () => false],
    ['reaches a second address', async () => true],
  ])('whose self-test %s is taken back at once', async (_, reach) => {
    const probe = '198.51.100.1:53';
    const { desk, did, send, told } = deskOf({ reach, policy: { ...DEFAULT_POLICY, allow: ['isolate-host'], probe } });
    await send(doIt(ISOLATE));
    expect(did).toEqual(['check own-firewall', 'run isolate', 'run release', 'close']);
    expect(told()).toEqual([['01', 'rolled-back', 'no-route', false, false]]);
    expect(desk.pinned).toBeUndefined();
  });

  test('of the host that the server runs on is refused', async () => {
    const { desk, did, send, told } = deskOf();
    desk.connected({ ...server, address: '192.0.2.77' });
    await send(doIt(ISOLATE));
    expect(did).toEqual(['check own-firewall', 'close']);
    expect(told()).toEqual([['01', 'refused', 'protected', null, false]]);
  });

  test('whose rules fail is taken back', async () => {
    const { did, send, told } = deskOf({
      fails: (what) => (what === 'run isolate' ? new Refused('failed', 'nft') : undefined),
    });
    await send(doIt(ISOLATE));
    expect(did).toEqual(['check own-firewall', 'run isolate', 'run release', 'close']);
    expect(told()).toEqual([['01', 'rolled-back', 'no-route', false, false]]);
  });

  test('goes on after a restart, with its rules made again, and ends at the same time', async () => {
    const first = deskOf();
    await first.send(doIt({ action: 'isolate-host', minutes: 5 }));
    const until = first.clock.nowMs + 5 * 60_000;
    first.desk.close();
    const clock = manualClock(first.clock.nowMs + 2 * 60_000);
    const again = deskOf({ clock });
    const stop = new AbortController();
    const sleep = clock.sleep;
    clock.sleep = async (ms, signal) => {
      if (again.desk.pinned === undefined) stop.abort();
      await sleep(ms, signal);
    };
    await again.desk.watch(stop.signal);
    expect(again.did).toEqual(['run isolate', 'close', 'run release', 'close']);
    expect(clock.nowMs - until).toBeLessThanOrEqual(2000);
    expect(again.told().at(-1)).toEqual(['01', 'ended', '', null, false]);
  });

  test('that was not proven before the agent was killed is taken back at the next start', async () => {
    writeFileSync(
      join(folder, 'isolation.json'),
      JSON.stringify({ command: id(1), server, sinceMs: 1, untilMs: 9e12, isProven: false }),
    );
    const { desk, did, told, clock } = deskOf();
    const stop = new AbortController();
    clock.sleep = async () => stop.abort();
    await desk.watch(stop.signal);
    expect(did).toEqual(['run release', 'close']);
    expect(told()).toEqual([['01', 'rolled-back', 'no-route', null, false]]);
  });

  test('a second one is refused; undo releases; so does whoever sits at the host', async () => {
    const { desk, did, send, told } = deskOf();
    const of = await send(doIt(ISOLATE));
    await send(doIt(ISOLATE));
    expect(told().at(-1)).toEqual(['02', 'refused', 'busy', null, false]);
    await send({ kind: 'undo', of });
    expect(desk.pinned).toBeUndefined();
    await send(doIt(ISOLATE));
    expect(await desk.release()).toBe(true);
    expect(await desk.release()).toBe(false);
    expect(did.filter((what) => what.startsWith('run'))).toEqual([
      'run isolate',
      'run release',
      'run isolate',
      'run release',
    ]);
  });

  test('ends when somebody at the host asks the agent that runs, and the server is told who did', async () => {
    const { desk, did, send, told, clock } = deskOf();
    await send(doIt(ISOLATE));
    const stop = new AbortController();
    const sleep = clock.sleep;
    clock.sleep = async (ms, signal) => {
      if (desk.pinned === undefined) stop.abort();
      else new IsolationFile(folder).askRelease();
      await sleep(ms, signal);
    };
    await desk.watch(stop.signal);
    expect(did.at(-2)).toBe('run release');
    expect(told().at(-1)).toEqual(['01', 'undone', '', null, false]);
    expect(desk.waiting().at(-1)!.detail).toBe('released at the host');
    expect(existsSync(join(folder, 'release'))).toBe(false);
  });

  test('lasts no longer than the host allows', async () => {
    const { send, clock } = deskOf({ policy: { ...DEFAULT_POLICY, allow: ['isolate-host'], isolationMinutes: 10 } });
    await send(doIt(ISOLATE));
    expect(JSON.parse(readFileSync(join(folder, 'isolation.json'), 'utf8'))).toMatchObject({
      untilMs: clock.nowMs + 600_000,
    });
  });
});

test.each([
  [{}, undefined],
  [
    { allow: ['kill-process'], keys: [key.publicKey], probe: '192.0.2.9:53', collect: [], isolationMinutes: 60 },
    undefined,
  ],
  [{ allow: ['kill-all'] }, 'allow'],
  [{ keys: ['x'] }, 'keys'],
  [{ probe: 'example.com:53' }, 'probe'],
  [{ alow: [] }, 'alow'],
  [[], ''],
])('the policy %j', (value, at) => {
  const read = readPolicy(value);
  expect(read.kind === 'fault' ? read.at : undefined).toBe(at);
});

test.runIf(process.platform === 'linux')(
  'a policy that others may write is none; without one event logs may be collected',
  () => {
    expect(policyIn(folder)).toEqual({ kind: 'policy', policy: DEFAULT_POLICY });
    writeFileSync(join(folder, 'respond.json'), '{"allow":["kill-process"]}', { mode: 0o600 });
    expect(policyIn(folder)).toMatchObject({ kind: 'policy', policy: { allow: ['kill-process'] } });
    rmSync(join(folder, 'respond.json'));
    writeFileSync(join(folder, 'respond.json'), '{}');
    chmodSync(join(folder, 'respond.json'), 0o666);
    expect(policyIn(folder)).toEqual({ kind: 'fault', at: '', why: 'others may write it' });
  },
);

test('a journal is what it was after a crash', () => {
  const path = join(folder, 'j.jsonl');
  const journal = new Journal(path, () => 0);
  journal.add({ kind: 'taken', id: id(1), atMs: 1, by: [], does: {} });
  journal.add({ kind: 'undoable', id: id(1), order: ISOLATE });
  journal.close();
  appendFileSync(path, '{"kind":"und');
  const again = new Journal(path, () => 0);
  expect([again.knows(id(1)), again.undoable(id(1)), again.nextNumber(id(1))]).toEqual([true, ISOLATE, 1]);
  again.add({ kind: 'undone', id: id(1) });
  again.close();
  expect(new Journal(path, () => 0).undoable(id(1))).toBeUndefined();
});

test('a journal that grew large is written anew: what counts stays, the file before it too, and a crash meanwhile changes nothing', () => {
  const path = join(folder, 'j.jsonl');
  const day = 24 * 3_600_000;
  let now = 100 * day;
  const journal = new Journal(path, () => now, 4_000);
  const take = (n: number) => journal.add({ kind: 'taken', id: id(n), atMs: now, by: ['kim'], does: {} });
  const outcome = {
    command: id(1),
    number: 1,
    state: 'done',
    reason: '',
    detail: '',
    atMs: 1,
    verified: null,
  } as const;
  take(1);
  journal.add({ kind: 'undoable', id: id(1), order: ISOLATE });
  take(2);
  journal.add({ kind: 'outcome', outcome: { ...outcome, undoable: true } });
  now += 40 * day;
  take(3);
  journal.add({ kind: 'outcome', outcome: { ...outcome, command: id(3), undoable: false } });
  journal.add({ kind: 'acked', command: id(3), number: 1 });
  while (!existsSync(`${path}.1`)) journal.add({ kind: 'acked', command: id(9), number: 1 });
  expect(statSync(path).size).toBeLessThan(2_000);
  const facts = (one: Journal) => ({
    known: [1, 2, 3].map((n) => one.knows(id(n))),
    undoable: one.undoable(id(1)),
    waiting: one.waiting().map(({ command }) => command),
    next: one.nextNumber(id(3)),
  });
  const expected = { known: [true, false, true], undoable: ISOLATE, waiting: [id(1)], next: 2 };
  expect(facts(journal)).toEqual(expected);
  journal.close();
  appendFileSync(path, '{"kind":"ta');
  writeFileSync(`${path}.new`, 'cut off');
  const again = new Journal(path, () => now);
  expect(facts(again)).toEqual(expected);
  again.close();
  expect(readFileSync(`${path}.1`, 'utf8')).toContain('"by":["kim"]');
});
