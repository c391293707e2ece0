import { randomUUID } from 'node:crypto';
import type { UnixMs } from '@haetae/event';
import { StoreError } from '../../store/index.ts';
import type { Exception, Finding, Hunt, HuntHit, Incident, IncidentDetail, Rule, SavedSearch } from '../api.ts';
import type { Response } from '../api-responses.ts';
import type { Ports } from '../ports.ts';

const missing = (what: string) => new StoreError('missing', `there is no ${what}`);
const pageOf = <T>(items: readonly T[], { limit, cursor }: { limit: number; cursor?: string | undefined }) => {
  const from = /^\d{1,9}$/.test(cursor ?? '') ? Number(cursor) : 0;
  const next = from + limit < items.length ? String(from + limit) : null;
  return Promise.resolve({ items: items.slice(from, from + limit), next });
};

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

/** What is kept of cases, rules and hunts, in memory: one of each to begin with. */
export function booksOf(
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
      open: async () => ({
        ...{ count: incidents.size, made: 0, changed: 0, untaken: incidents.size, untakenSinceMs: 1000, tactics: [] },
        ...{ hosts: [{ name: 'WS01', risk: 80, level: 'high', incidents: 1 }], users: [], blind: [] },
      }),
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
