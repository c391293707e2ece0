import type { Token } from '../../store/index.ts';
import type { Agent } from '../api-agents.ts';
import type { Presence } from './hub.ts';

/** Between the agent's clock and ours. */
const CLOCK_MS = 60_000;
/** A log that holds less than this loses events when its agent is away for a night. */
const RETENTION_HOURS = 12;

/** How an agent is, and what is wrong with it, from what it said last. */
export function agentOf(token: Token, presence: Presence | undefined): Agent {
  const beat = presence?.heartbeat;
  const connected = presence?.connected === true;
  const lastSeenMs = Math.max(presence?.lastSeenMs ?? 0, token.usedMs ?? 0);
  const troubles = connected ? troublesOf(presence) : [];
  const health =
    token.revokedMs !== null
      ? 'revoked'
      : connected
        ? troubles.length > 0
          ? 'trouble'
          : 'good'
        : lastSeenMs === 0
          ? 'never'
          : 'away';
  return {
    id: token.id,
    host: token.name,
    fingerprint: token.hash,
    version: presence?.version ?? '',
    hosts: [...token.hosts],
    enrolledMs: token.createdMs,
    enrolledBy: token.createdBy,
    revokedMs: token.revokedMs,
    connected,
    address: presence?.address ?? '',
    lastSeenMs: lastSeenMs === 0 ? null : lastSeenMs,
    health,
    troubles,
    os: beat === undefined ? null : { ...beat.os },
    sysmon: beat?.sysmon ?? null,
    channels: beat?.channels.map((channel) => ({ ...channel })) ?? [],
    sources: beat?.sources.map((source) => ({ ...source })) ?? [],
    spool: beat === undefined ? null : { ...beat.spool },
  };
}

function troublesOf({ heartbeat, clockMs, configError }: Presence): Agent['troubles'] {
  const troubles: { kind: string; about: string }[] = [];
  const add = (kind: string, about: string): void => void troubles.push({ kind, about });
  if (configError !== null) add('config-refused', configError);
  if (Math.abs(clockMs) > CLOCK_MS) add('clock', String(Math.round(clockMs / 1000)));
  if (heartbeat === undefined) return troubles;
  const { sysmon, channels, sources, spool } = heartbeat;
  if (sysmon && (sysmon.serviceState !== 'running' || sysmon.driverState !== 'running'))
    add('sysmon-stopped', `${sysmon.service}: ${sysmon.serviceState}, ${sysmon.driver}: ${sysmon.driverState}`);
  for (const { name, enabled, error, retainedHours, maxBytes, sizeBytes } of channels) {
    if (error !== null) add('channel-unreadable', `${name}: ${error}`);
    else if (enabled === false) add('channel-off', name);
    // A log that is not full yet holds all it ever had.
    else if (
      retainedHours !== null &&
      retainedHours < RETENTION_HOURS &&
      (sizeBytes ?? 0) >= 0.9 * (maxBytes ?? Infinity)
    )
      add('retention-short', `${name}: ${retainedHours} h`);
  }
  for (const { name, state, error } of sources) if (state === 'failed') add('source-failed', `${name}: ${error ?? ''}`);
  if (spool.bytes * 2 > spool.maxBytes) add('spool-half-full', String(spool.bytes));
  if (spool.dropped > 0) add('dropped', String(spool.dropped));
  return troubles;
}
