import { randomUUID } from 'node:crypto';
import type { UnixMs } from '@haetae/event';
import { gradeCalls, type KeptScore } from '../../scenario/index.ts';
import {
  type AuditEntry,
  type AuditRecord,
  type Session,
  type Store,
  StoreError,
  type Token,
  type User,
} from '../../store/index.ts';
import type {
  Exception,
  Finding,
  Hunt,
  HuntHit,
  Incident,
  IncidentDetail,
  LiveMessage,
  Rule,
  SavedSearch,
  SearchPart,
  StoredEvent,
} from '../api.ts';
import type { CanaryTry } from '../api-lab.ts';
import type { Response } from '../api-responses.ts';
import type { Accepted, Frame } from '../intake.ts';
import type { LiveEntry, Ports } from '../ports.ts';

/** The rooms below the server, in memory: what the tests of the server alone stand on. */
export interface Memory {
  readonly ports: Ports;
  readonly frames: Frame[];
  readonly audit: AuditEntry[];
  /** What the intake says next; durable when nothing is left. */
  readonly outcomes: Accepted[];
  readonly events: StoredEvent[];
  say(message: LiveMessage): void;
  isReady: boolean;
}

const missing = (what: string) => new StoreError('missing', `there is no ${what}`);
const pageOf = <T>(items: readonly T[], { limit, cursor }: { limit: number; cursor?: string | undefined }) => {
  const from = /^\d{1,9}$/.test(cursor ?? '') ? Number(cursor) : 0;
  const next = from + limit < items.length ? String(from + limit) : null;
  return Promise.resolve({ items: items.slice(from, from + limit), next });
};

export function memory(now: () => number): Memory {
  const frames: Frame[] = [];
  const outcomes: Accepted[] = [];
  const audit: AuditEntry[] = [];
  const events: StoredEvent[] = [];
  const state = { isReady: true };
  const live = liveBus();
  const ports: Ports = {
    intake: {
      accept: async (frame) => {
        const outcome = outcomes.shift() ?? { kind: 'durable', seq: frames.length + 1 };
        if (outcome.kind === 'durable') frames.push({ ...frame, bytes: frame.bytes.slice() });
        return outcome;
      },
    },
    accounts: accounts(audit),
    events: {
      async *search(query): AsyncGenerator<SearchPart> {
        const found = events.filter((one) => query.host === undefined || one.host === query.host);
        yield { kind: 'events', events: found.slice(0, query.limit) };
        yield { kind: 'end', reason: 'done', next: null };
      },
      get: async (id) => events.find((one) => one.id === id),
      histogram: async () => [],
      top: async () => [],
      seen: async () => ({ count: events.length, firstMs: null, lastMs: null, hosts: 0 }),
    },
    ...books(now),
    stats: async () => ({
      events: events.length,
      eventsPerSecond: 0,
      findings: 0,
      openIncidents: 0,
      hosts: 0,
      backlog: 0,
      storedBytes: 0,
      possiblyRepeated: 0,
      hourly: [],
    }),
    settings: settings(),
    upkeep: upkeep(),
    lab: lab(now),
    scores: {
      baseline: () => null,
      drift: async () => ({ sampled: 0, measuredMs: now(), fromMs: null, toMs: null, features: [] }),
    },
    live,
    ready: async () => ({ ready: state.isReady, checks: [{ name: 'log', ok: state.isReady, detail: 'secret path' }] }),
  };
  return {
    ports,
    frames,
    audit,
    outcomes,
    events,
    say: live.say,
    get isReady() {
      return state.isReady;
    },
    set isReady(value) {
      state.isReady = value;
    },
  };
}

function upkeep(): Ports['upkeep'] {
  const status = {
    ...{ schema: 1, committed: 0, events: 0, findings: 0, incidents: 0, bytes: 0, freeBytes: 0, walBytes: 0 },
    ...{ oldestMs: null, newestMs: null },
  };
  return {
    status: async () => status,
    backup: async () => ({ handover: 'backup-1', status }),
    exportParquet: async () => ({ handover: 'export-1', files: [] }),
    importParquet: async () => ({ events: 0, known: 0 }),
  };
}

function lab(now: () => number): Ports['lab'] {
  const cards = new Map<string, KeptScore>();
  const tries: CanaryTry[] = [];
  return {
    list: () => [...cards.values()],
    get: (id) => cards.get(id),
    add: (card, exercise) => void cards.set(card.id, { card, exercise, attempts: [] }),
    remove: (id) => cards.delete(id),
    grade(id, calls, by) {
      const kept = cards.get(id);
      if (kept === undefined) throw new StoreError('missing', 'there is no such score card');
      if (kept.attempts.some(({ actor }) => actor === by.actor)) throw new StoreError('taken', 'made already');
      const grades = gradeCalls(calls, kept.card.steps);
      cards.set(id, { ...kept, attempts: [...kept.attempts, { ...by, grades }] });
      return grades;
    },
    report: async (card, { format }) => ({
      name: `${card.id}.${format}`,
      mime: { pdf: 'application/pdf', html: 'text/html', md: 'text/markdown', layer: 'application/json' }[format],
      bytes: Buffer.from(card.title),
    }),
    canary: {
      async play(withinMs) {
        const one = { id: randomUUID(), sentMs: now(), withinMs, afterMs: null, state: 'waiting' as const };
        tries.unshift(one);
        return one;
      },
      list: () => tries,
    },
  };
}

function settings(): Ports['settings'] {
  let retention: { days: number | null; gigabytes: number | null } = { days: null, gigabytes: null };
  let config: Record<string, unknown> | null = null;
  const get = () => ({ retention: { ...retention, fixed: false }, agents: { config, fixed: false } });
  return {
    get,
    async update(change) {
      retention = change.retention ?? retention;
      if (change.agents !== undefined) config = change.agents.config;
      return get();
    },
  };
}

function accounts(audit: AuditEntry[]): Ports['accounts'] {
  const users = new Map<string, User>();
  const sessions = new Map<string, Session>();
  const tokens = new Map<string, Token>();
  const find = <T>(all: Map<string, T>, test: (one: T) => boolean) => [...all.values()].find(test);
  const byName = (name: string) => find(users, (one) => one.name.toLowerCase() === name.toLowerCase());
  const removeOfUser = async (userId: string) => {
    const gone = [...sessions.values()].filter((one) => one.userId === userId);
    for (const { hash } of gone) sessions.delete(hash);
    return gone.length;
  };
  const create = async (user: User) => {
    if (byName(user.name) !== undefined) throw new StoreError('taken', `the name ${user.name} is taken`);
    users.set(user.id, user);
  };
  const known = <T>(all: Map<string, T>, id: string, what: string): T => {
    const one = all.get(id);
    if (one === undefined) throw missing(what);
    return one;
  };
  const books: Pick<Store, 'users' | 'sessions' | 'tokens' | 'audit'> = {
    users: {
      create,
      createFirst: async (user) => {
        if (users.size > 0) return false;
        await create(user);
        return true;
      },
      get: async (id) => users.get(id),
      byName: async (name) => byName(name),
      bySubject: async (subject) => find(users, (one) => one.subject === subject),
      list: async () => [...users.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
      update: async (id, change) => {
        const user = { ...known(users, id, 'user'), ...change };
        users.set(id, user);
        return user;
      },
      remove: async (id) => {
        await removeOfUser(id);
        return users.delete(id);
      },
    },
    sessions: {
      create: async (session) => void sessions.set(session.hash, session),
      get: async (hash) => sessions.get(hash),
      ofUser: async (userId) => [...sessions.values()].filter((one) => one.userId === userId),
      touch: async (hash, seenMs, expiresMs) => {
        const session = sessions.get(hash);
        if (session !== undefined) sessions.set(hash, { ...session, seenMs, expiresMs });
        return session !== undefined;
      },
      remove: async (hash) => sessions.delete(hash),
      removeOfUser,
      removeExpired: async (nowMs) => {
        const gone = [...sessions.values()].filter((one) => one.expiresMs <= nowMs);
        for (const { hash } of gone) sessions.delete(hash);
        return gone.length;
      },
    },
    tokens: {
      create: async (token) => void tokens.set(token.id, token),
      get: async (id) => tokens.get(id),
      byHash: async (hash) => find(tokens, (one) => one.hash === hash),
      list: async () => [...tokens.values()].reverse(),
      update: async (id, change) => {
        const token = { ...known(tokens, id, 'token'), ...change };
        tokens.set(id, token);
        return token;
      },
      revoke: async (id, nowMs) => {
        const token = tokens.get(id);
        if (token === undefined || token.revokedMs !== null) return false;
        tokens.set(id, { ...token, revokedMs: nowMs });
        return true;
      },
      touch: async (used) => {
        for (const { id, usedMs } of used) {
          const token = tokens.get(id);
          if (token !== undefined) tokens.set(id, { ...token, usedMs });
        }
      },
      use: async (id) => {
        const token = tokens.get(id);
        if (token === undefined || token.usesLeft === 0) return false;
        tokens.set(id, { ...token, usesLeft: token.usesLeft === null ? null : token.usesLeft - 1 });
        return true;
      },
    },
    audit: {
      append: async (record: AuditRecord) => {
        const entry = { ...record, number: audit.length + 1, previous: '', hash: '' };
        audit.push(entry);
        return entry;
      },
      list: async ({ action, limit }) =>
        [...audit]
          .reverse()
          .filter((one) => action === undefined || one.action === action)
          .slice(0, limit),
      head: async () => ({ number: audit.length, hash: '' }),
      verify: async () => ({ kind: 'whole', head: { number: audit.length, hash: '0'.repeat(64) } }),
    },
  };
  return books;
}

function responseOf(id: string): Response {
  if (id !== 'response-1') throw missing('such response');
  return {
    ...{ id, version: 2, incident: 'incident-1', action: 'kill-process', host: 'WS01', system: 'linux', about: 'x' },
    ...{ risk: 'medium', state: 'running', persons: 1, because: [], votes: [], playbooks: [], agent: 'connected' },
    ...{
      undoable: false,
      createdMs: 1,
      updatedMs: 1,
      outcomes: [],
      plan: { guard: [], steps: [], verify: [], undo: [] },
    },
  } as const as never;
}

function books(
  now: () => number,
): Pick<
  Ports,
  | 'findings'
  | 'incidents'
  | 'reports'
  | 'entities'
  | 'rules'
  | 'exceptions'
  | 'searches'
  | 'hunts'
  | 'notify'
  | 'responses'
> {
  const base = { level: 'high' as const, techniques: ['T1059'] };
  const finding: Finding = {
    ...base,
    id: '1',
    timeMs: 1000,
    detector: 'sigma',
    ruleId: 'rule-1',
    title: 'A rule',
    host: 'WS01',
    incident: 'incident-1',
    events: ['1'],
  };
  const incident: Incident = {
    level: 'high',
    id: 'incident-1',
    version: 1,
    title: 'An incident',
    risk: 80,
    status: 'new',
    assignee: null,
    verdict: null,
    tags: [],
    firstMs: 1000,
    lastMs: 1000,
    createdMs: 1000,
    updatedMs: 2000,
    hosts: ['WS01'],
    users: [],
    findings: 1,
    mergedInto: null,
  };
  const incidents = new Map<string, IncidentDetail>([[incident.id, { ...incident, incident: {}, history: [] }]]);
  const rules = new Map<string, Rule>([
    [
      'rule-1',
      {
        ...base,
        tactics: [],
        id: 'rule-1',
        title: 'A rule',
        titleKo: null,
        path: 'a.yml',
        enabled: true,
        local: false,
        judged: 0,
        harmless: 0,
        findings: 1,
        lastMs: null,
      },
    ],
  ]);
  const exceptions = new Map<string, Exception>();
  const searches = new Map<string, SavedSearch>();
  const hunts = new Map<string, Hunt>();
  const change = (id: string, with_: (one: IncidentDetail) => IncidentDetail): IncidentDetail => {
    const one = incidents.get(id);
    if (one === undefined) throw missing('incident');
    const changed = { ...with_(one), version: one.version + 1, updatedMs: now() };
    incidents.set(id, changed);
    return changed;
  };
  return {
    findings: {
      list: (query) => pageOf([finding], query),
      statements: (query) => pageOf([{ ...finding, statement: {} }], query),
      get: async (id) => (id === finding.id ? { ...finding, statement: {} } : undefined),
      overTime: async () => ({ fromMs: 0, toMs: 1, widthMs: 1, counts: [] }),
      byTechnique: async () => [],
    },
    incidents: {
      list: (query) =>
        pageOf(
          [...incidents.values()].map(({ incident: _, history: __, ...one }) => one),
          query,
        ),
      get: async (id) => incidents.get(id),
      json: async (id) => JSON.stringify(incidents.get(id)),
      version: async (id) => incidents.get(id)?.version,
      update: async (id, { version, status, assignee, verdict }) =>
        change(id, (one) => {
          if (one.version !== version) throw new StoreError('conflict', 'somebody changed it since');
          return {
            ...one,
            ...(status !== undefined && { status }),
            ...(assignee !== undefined && { assignee }),
            ...(verdict !== undefined && { verdict }),
          };
        }),
      benign: async () => ({ drafts: [], covered: 0, targets: 0, alsoHidden: [], refusals: [], unproposed: [] }),
      declare: async (id, awareness, actor) =>
        change(id, (one) => ({
          ...one,
          history: [
            ...one.history,
            { number: 1, timeMs: now(), actor: actor.id, kind: 'awareness' as const, detail: awareness },
          ],
        })),
      note: async (id, text, actor) =>
        change(id, (one) => ({
          ...one,
          history: [
            ...one.history,
            { number: 1, timeMs: now(), actor: actor.id, kind: 'comment' as const, detail: text },
          ],
        })),
    },
    entities: {
      list: (query) =>
        pageOf(
          [{ kind: 'host', key: 'WS01', firstMs: 1, lastMs: 2, about: { aliases: ['ws01.corp.example'] } }],
          query,
        ),
    },
    reports: {
      file: async (id, { format, lang }) =>
        incidents.has(id)
          ? { name: `${id}.${format}`, mime: 'text/markdown', bytes: new TextEncoder().encode(`${id} in ${lang}`) }
          : undefined,
      handedIn: async (id) => incidents.get(id),
    },
    rules: {
      list: (query) => pageOf([...rules.values()], query),
      techniques: async () => [{ technique: 'T1059', rules: rules.size }],
      setEnabled: async (id, enabled) => {
        const rule = rules.get(id);
        if (rule === undefined) throw missing('rule');
        rules.set(id, { ...rule, enabled });
        return { ...rule, enabled };
      },
      source: async (id) =>
        rules.has(id) ? { path: 'a.yml', text: 'title: A rule', local: false, replaces: null } : undefined,
      check: async () => ({ usable: true, rules: [], problems: [] }),
      save: async () => ({ ...rules.get('rule-1')!, local: true }),
      remove: async (id) => rules.has(id),
      costs: async () => ({ sampled: 0, measuredMs: now(), rules: [] }),
      packs: async () => ({ inForce: rules.size, items: [] }),
    },
    exceptions: {
      list: async () => [...exceptions.values()],
      create: async ({ title, ruleId, expiresMs, ...body }, actor) => {
        const kept = { version: 1, enabled: true, createdBy: actor.id, createdMs: now() };
        const one = { id: randomUUID(), title, ruleId, expiresMs, body, ...kept };
        exceptions.set(one.id, one);
        return one;
      },
      remove: async (id) => exceptions.delete(id),
    },
    searches: {
      list: async (userId) => [...searches.values()].filter(({ owner, shared }) => owner === userId || shared),
      create: async (asked, actor) => {
        const one = { ...asked, id: randomUUID(), owner: actor.id, createdMs: now() as UnixMs };
        searches.set(one.id, one);
        return one;
      },
      remove: async (id, actor) => searches.get(id)?.owner === actor.id && searches.delete(id),
    },
    notify: {
      channels: async () => ({ on: false, channels: [] }),
      deliveries: async () => [],
    },
    responses: {
      list: async () => ({ enabled: false, automatic: false, items: [], notPlanned: [] }),
      plan: async () => ({ enabled: false, automatic: false, items: [], notPlanned: [] }),
      vote: async (id) => responseOf(id),
      undo: async (id) => responseOf(id),
      outcome: async (_, { command }) => command !== 'nobody’s',
    },
    hunts: {
      start: async ({ name, rule, fromMs, toMs }, actor) => {
        if (!rule.includes('detection')) throw new StoreError('invalid', 'rule:1:1: no detection');
        const hunt: Hunt = {
          id: randomUUID(),
          name,
          kind: 'hunt',
          rule,
          status: 'running',
          fromMs,
          toMs,
          scanned: 0,
          total: 1,
          hits: 0,
          fresh: 0,
          kept: 1,
          startedBy: actor.id,
          startedMs: now(),
          endedMs: null,
          error: null,
        };
        hunts.set(hunt.id, hunt);
        return hunt;
      },
      rescan: async ({ name, rules: ids, fromMs, toMs }, actor) => {
        if (ids?.some((one) => !rules.has(one))) throw missing('rule');
        const times = { fromMs, toMs, startedMs: now(), endedMs: now() };
        const counts = { scanned: 1, total: 1, hits: 1, fresh: 1, kept: 1 };
        const about = { id: randomUUID(), name, kind: 'rescan', rule: '', status: 'done' } as const;
        const hunt: Hunt = { ...about, ...times, ...counts, startedBy: actor.id, error: null };
        hunts.set(hunt.id, hunt);
        return hunt;
      },
      list: (query) => pageOf([...hunts.values()], query),
      get: async (id) => hunts.get(id),
      hits: async (id, query) => (hunts.has(id) ? pageOf([HIT], query) : undefined),
      cancel: async (id) => {
        const hunt = hunts.get(id);
        if (hunt?.status !== 'running') return false;
        hunts.set(id, { ...hunt, status: 'cancelled', endedMs: now() });
        return true;
      },
    },
  };
}

const HIT: HuntHit = {
  number: 1,
  timeMs: 1000,
  host: 'WS01',
  ruleId: 'rule-1',
  title: '=A rule, "quoted"',
  level: 'high',
  fresh: true,
  events: ['1'],
  statement: {},
};

function liveBus(): Ports['live'] & { say(message: LiveMessage): void } {
  const kept: LiveEntry[] = [];
  const waiting = new Set<() => void>();
  return {
    say(message) {
      kept.push({ id: kept.length + 1, message });
      for (const wake of waiting) wake();
    },
    async *subscribe(after, signal) {
      for (let at = after ?? kept.length; !signal.aborted; ) {
        while (at < kept.length) yield kept[at++]!;
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            waiting.delete(wake);
            resolve();
          };
          waiting.add(wake);
          signal.addEventListener('abort', wake, { once: true });
        });
      }
    },
  };
}
