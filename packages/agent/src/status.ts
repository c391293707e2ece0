import type { AgentStatus } from './agent.ts';
import type { Words } from './words/en.ts';

/** What `status` prints. */
export function statusText(status: AgentStatus, nowMs: number, { status: w }: Words): string {
  const { heartbeat, connectedSinceMs, lastError, atMs, server } = status;
  const { spool, sysmon, sources, channels } = heartbeat;
  const isOld = nowMs - atMs > 3 * heartbeat.everyMs;
  const time = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
  const link = connectedSinceMs === null ? w.lost(lastError ?? '…') : w.connected(time(connectedSinceMs));
  const lines = [
    `${w.server}: ${server}  ${link}`,
    `  ${w.asOf(time(atMs), isOld)}`,
    `${w.spool}: ${w.waiting(String(spool.batches), size(spool.bytes), size(spool.maxBytes))}`,
  ];
  if (spool.dropped > 0) lines.push(`  ${w.dropped(String(spool.dropped))}`);
  if (sysmon === null) lines.push(`${w.sysmon}: ${w.noSysmon}`);
  else if (sysmon !== undefined)
    lines.push(`${w.sysmon}: ${w.sysmonState(sysmon.service, sysmon.serviceState, sysmon.driver, sysmon.driverState)}`);
  lines.push(`${w.sources}:`);
  for (const { name, state, error, items } of sources)
    lines.push(
      `  ${printable(name)}  ${w.states[state]}  ${w.items(String(items))}${error === null ? '' : `  ${printable(error)}`}`,
    );
  if (channels.length > 0) lines.push(`${w.channels}:`);
  for (const { name, enabled, retainedHours, error } of channels) {
    const held = retainedHours === null ? '' : `  ${w.retained(String(retainedHours))}`;
    lines.push(
      `  ${printable(name)}${enabled === false ? `  ${w.off}` : held}${error === null ? '' : `  ${printable(error)}`}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

const size = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${Math.round(bytes / 1024 / 1024)} MB`;

const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
