import type { Event } from '@haetae/event';
import { type EventFacts, type Finding, factsOf, fieldsOf } from '../detect/index.ts';
import { looked, newQuiet, type Quiet, type QuietLimits } from './quiet.ts';
import { AGENT_RULES, type AgentRuleId } from './rules.ts';

/**
 * Watches the watchers: from what agents say of themselves and their hosts, findings about logs that fell silent, were switched off, or lost
 * events. It knows no clock: time is when a word was received, so that the same words in the same order give the same findings.
 */
export interface AgentWatch {
  /**
   * A word of an agent, as an event of its own channel; of any other event nothing. `agent`: whose key brought it; `record`: the event's
   * number in the store, by which findings name it.
   */
  take(event: Event, agent: string, receivedMs: number, record: number): readonly Finding[];
  /** What is to be said because nothing came. Costs nothing when called often. */
  tick(nowMs: number): readonly Finding[];
  /** When, by the clock of receipt, it wants to be asked again although nothing came; undefined while no agent is expected. */
  readonly wantsTickAt: number | undefined;
  /** Plain data, from which another goes on as this one would. */
  save(): SavedWatch;
}

export interface WatchLimits extends QuietLimits {
  /** An agent that said nothing for so many of its own intervals, and at least so long, is silent. */
  readonly silentBeats: number;
  readonly silentMs: number;
  /** When nothing at all was received for so long, it was the server that was away. */
  readonly awayMs: number;
  readonly agents: number;
  readonly channels: number;
}

/** A log that usually writes once a minute or oftener is told within five minutes at an interval of a minute: silent for three, seen in the next. */
export const WATCH_LIMITS: WatchLimits = {
  learnMs: 30 * 60_000,
  learnChanges: 15,
  times: 3,
  leastMs: 3 * 60_000,
  mostMs: 12 * 60 * 60_000,
  silentBeats: 5,
  silentMs: 5 * 60_000,
  awayMs: 2 * 60_000,
  agents: 100_000,
  channels: 1_000,
};

interface Channel {
  readonly quiet: Quiet;
  enabled: boolean;
  isReadable: boolean;
  maxBytes: number;
}

interface Agent {
  receivedMs: number;
  everyMs: number;
  /** It said good-bye, or its silence was told. */
  isSettled: boolean;
  /** Of its last sign of life. */
  facts: EventFacts;
  /** null: not installed; undefined: nothing known yet. */
  sysmon: { runs: boolean; hash: string } | null | undefined;
  readonly channels: Map<string, Channel>;
}

export interface SavedWatch {
  readonly receivedMs: number;
  readonly agents: readonly (readonly [
    string,
    Omit<Agent, 'channels'> & { readonly channels: readonly (readonly [string, Channel])[] },
  ])[];
}

const HEARTBEAT = 1;
const GAP = 2;
const BYE = 3;
const STRAY = 4;

export function createAgentWatch(limits: WatchLimits = WATCH_LIMITS, saved?: SavedWatch): AgentWatch {
  // A copy of its own: whoever saved it may go on.
  const kept = saved === undefined ? undefined : structuredClone(saved);
  const agents = new Map<string, Agent>(
    kept?.agents.map(([id, agent]) => [id, { ...agent, channels: new Map(agent.channels) }]),
  );
  let receivedMs = kept?.receivedMs ?? 0;
  let lookedMs = receivedMs;
  /** Whether there may be one that has said nothing of an end. */
  let isExpected = agents.size > 0;

  return {
    take(event, id, nowMs, record) {
      if (event.provider !== PROVIDER) return [];
      pass(nowMs);
      switch (event.eventId) {
        case HEARTBEAT:
          return heartbeat(event, id, nowMs, factsAt(event, record));
        case GAP:
          return gap(event, factsAt(event, record));
        case BYE: {
          const agent = agents.get(id);
          if (agent !== undefined) agent.isSettled = true;
          return [];
        }
        case STRAY: {
          const rule = event.get('state') === 'refused' ? 'command-refused' : 'command-foreign';
          return [told(rule, factsAt(event, record), fieldsOf(event))];
        }
        default:
          return [];
      }
    },
    tick(nowMs) {
      pass(nowMs);
      // Every agent is looked at; once in ten seconds is often enough.
      if (nowMs - lookedMs < TICK_MS) return [];
      lookedMs = nowMs;
      isExpected = false;
      const found: Finding[] = [];
      for (const [id, agent] of agents) {
        const silentMs = nowMs - agent.receivedMs;
        if (agent.isSettled) continue;
        isExpected = true;
        if (silentMs <= Math.max(limits.silentMs, limits.silentBeats * agent.everyMs)) continue;
        agent.isSettled = true;
        found.push(told('agent-silent', agent.facts, { Agent: id, SilentSeconds: seconds(silentMs) }));
      }
      return found;
    },
    get wantsTickAt() {
      // Not at every frame another time.
      return isExpected ? (Math.floor(receivedMs / TICK_MS) + 6) * TICK_MS : undefined;
    },
    save: () =>
      structuredClone({
        receivedMs,
        agents: [...agents].map(([id, agent]) => [id, { ...agent, channels: [...agent.channels] }] as const),
      }),
  };

  /** Time goes on. While nothing was received from anybody, nobody can be blamed for it. */
  function pass(nowMs: number): void {
    if (receivedMs > 0 && nowMs - receivedMs > limits.awayMs)
      for (const agent of agents.values()) agent.receivedMs += nowMs - receivedMs;
    receivedMs = Math.max(receivedMs, nowMs);
  }

  function heartbeat(event: Event, id: string, nowMs: number, facts: EventFacts): readonly Finding[] {
    isExpected = true;
    const everyMs = Number(event.get('everyMs') ?? Number.NaN) || 60_000;
    const found: Finding[] = [];
    let agent = agents.get(id);
    /** Time that is known to have been watched: who did not hear of the host knows nothing of its logs. */
    let sinceMs = 0;
    if (agent === undefined) {
      if (agents.size >= limits.agents) return [];
      agent = { receivedMs: nowMs, everyMs, isSettled: false, facts, sysmon: undefined, channels: new Map() };
      agents.set(id, agent);
    } else {
      const gone = nowMs - agent.receivedMs;
      sinceMs = gone > 3 * everyMs ? 0 : Math.max(0, gone);
      Object.assign(agent, { receivedMs: nowMs, everyMs, isSettled: false, facts });
    }
    sysmon(event, agent, facts, found);
    for (const state of list(event.get('channels'))) channel(agent, state, nowMs, sinceMs, facts, found);
    return found;
  }

  function channel(
    agent: Agent,
    state: Readonly<Record<string, unknown>>,
    nowMs: number,
    sinceMs: number,
    facts: EventFacts,
    found: Finding[],
  ): void {
    const name = String(state.name ?? '');
    const isReadable = state.error === null;
    const isOn = state.enabled !== false;
    const record = String(state.lastRecord ?? '');
    const maxBytes = typeof state.maxBytes === 'number' ? state.maxBytes : 0;
    let known = agent.channels.get(name);
    if (known === undefined) {
      if (agent.channels.size >= limits.channels) return;
      known = { quiet: newQuiet(record), enabled: isOn, isReadable, maxBytes };
      agent.channels.set(name, known);
      return;
    }
    const about = { Channel: name, LastRecord: record };
    if (known.isReadable && !isReadable)
      found.push(told('channel-unreadable', facts, { Channel: name, Error: String(state.error ?? '') }));
    known.isReadable = isReadable;
    if (!isReadable) return;
    if (known.enabled && !isOn) found.push(told('channel-off', facts, about));
    known.enabled = isOn;
    if (maxBytes > 0) {
      if (maxBytes < known.maxBytes / 2)
        found.push(
          told('channel-shrunk', facts, { ...about, FromBytes: String(known.maxBytes), ToBytes: String(maxBytes) }),
        );
      known.maxBytes = maxBytes;
    }
    const silence = isOn ? looked(known.quiet, record, nowMs, sinceMs, limits) : undefined;
    if (silence !== undefined)
      found.push(
        told('channel-silent', facts, {
          ...about,
          SilentSeconds: seconds(silence.quietMs),
          UsualSeconds: seconds(silence.usualMs),
        }),
      );
  }
}

const PROVIDER = 'Haetae-Agent';
const TICK_MS = 10_000;

const factsAt = (event: Event, record: number): EventFacts => ({
  ...factsOf(event),
  position: { kind: 'record', record },
});
const seconds = (ms: number): string => String(Math.round(ms / 1000));

function sysmon(event: Event, agent: Agent, facts: EventFacts, found: Finding[]): void {
  const service = event.get('sysmon.serviceState');
  if (service === undefined) {
    // `null` is told as a member without a value; systems without Sysmon tell none.
    if (event.get('sysmon') === undefined) return;
    if (agent.sysmon) found.push(told('sysmon-removed', facts, {}));
    agent.sysmon = null;
    return;
  }
  const driver = event.get('sysmon.driverState') ?? '';
  const runs = service === 'running' && driver === 'running';
  const hash = `${event.get('sysmon.rulesHash') ?? ''} ${event.get('sysmon.configHash') ?? ''}`.trim();
  const known = agent.sysmon ?? undefined;
  const about = {
    Service: event.get('sysmon.service') ?? '',
    ServiceState: service,
    Driver: event.get('sysmon.driver') ?? '',
    DriverState: driver,
  };
  // One that does not run when it is first heard of is as blind as one that was stopped.
  if (!runs && known?.runs !== false) found.push(told('sysmon-stopped', facts, about));
  if (known !== undefined && hash !== '' && known.hash !== '' && known.hash !== hash)
    found.push(told('sysmon-configured', facts, { ...about, From: known.hash, To: hash }));
  agent.sysmon = { runs, hash: hash === '' ? (known?.hash ?? '') : hash };
}

const GAPS: Readonly<Record<string, AgentRuleId>> = {
  overwritten: 'blind-overwritten',
  cleared: 'blind-cleared',
  truncated: 'blind-truncated',
  'spool-full': 'blind-spool',
  'spool-damaged': 'blind-spool',
};

function gap(event: Event, facts: EventFacts): readonly Finding[] {
  const rule = GAPS[event.get('reason') ?? ''];
  if (rule === undefined) return [];
  return [told(rule, facts, fieldsOf(event))];
}

function told(rule: AgentRuleId, event: EventFacts, fields: Readonly<Record<string, string>>): Finding {
  const { title, titleKo, level, techniques } = AGENT_RULES[rule];
  return {
    detector: 'agent',
    rule: { id: `haetae-agent-${rule}`, title, titleKo, path: '' },
    level,
    attack: { tactics: techniques.length === 0 ? [] : ['defense-impairment'], techniques: [...techniques] },
    via: 'field',
    why: [],
    event,
    fields,
  };
}

/** The objects of a list that a field holds as JSON. */
function list(text: string | undefined): readonly Readonly<Record<string, unknown>>[] {
  if (text === undefined) return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null) : [];
  } catch {
    return [];
  }
}
