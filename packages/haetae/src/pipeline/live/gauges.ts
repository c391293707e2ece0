import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { RunningServer } from '../../server/index.ts';
import type { Backlog } from './backlog.ts';
import type { EngineStatus } from './engine-protocol.ts';

/** Numbers of the engine for monitoring. */
export function watchMemory(
  metrics: RunningServer['parts']['metrics'],
  { engine, behind }: { readonly engine: () => EngineStatus | undefined; readonly behind: Backlog },
): void {
  const counts: readonly [name: string, help: string, of: keyof EngineStatus['counts']][] = [
    ['haetae_events_total', 'Events detected and kept.', 'events'],
    ['haetae_findings_total', 'Findings.', 'findings'],
    ['haetae_events_known_total', 'Events that came before and were not kept again.', 'known'],
    ['haetae_events_repeated_total', 'Events that may have come before; kept.', 'repeated'],
    ['haetae_events_ahead_total', 'Events whose clock ran ahead.', 'ahead'],
    ['haetae_events_foreign_total', 'Events of a host for which their sender may not speak.', 'foreign'],
    ['haetae_events_redone_total', 'Events matched again: other servers had done so by other rules.', 'redone'],
    ['haetae_events_lost_total', 'Entries that could not be read.', 'lost'],
    ['haetae_frames_unread_total', 'Requests whose body could not be read to its end.', 'unread'],
  ];
  for (const [name, help, of] of counts) metrics.gauge(name, help, () => engine()?.counts[of] ?? 0);
  const kept: readonly [name: string, help: string, of: keyof EngineStatus['incidents']][] = [
    ['haetae_incident_findings', 'Findings that incidents are made of.', 'findings'],
    ['haetae_incident_findings_folded_total', 'Findings that say the same as others and are only counted.', 'folded'],
    ['haetae_incident_findings_dropped_total', 'Findings that were too old or too many to be kept.', 'dropped'],
    ['haetae_incident_findings_untold_total', 'Findings whose incident was not written beside them.', 'untold'],
    ['haetae_incident_processes_forgotten_total', 'Processes forgotten, or for which was no room.', 'processes'],
    ['haetae_incident_acts_refused_total', 'What processes did, for which was no room.', 'acts'],
  ];
  for (const [name, help, of] of kept) metrics.gauge(name, help, () => engine()?.incidents[of] ?? 0);
  metrics.gauge('haetae_backlog_events', 'Events that are durable and wait to be detected.', () => behind.items);
  metrics.gauge(
    'haetae_lag_seconds',
    'From receipt to stored, of the last frame.',
    () => (engine()?.lagMs ?? 0) / 1000,
  );
  metrics.gauge('haetae_rules', 'Rules in force.', () => engine()?.rules.inForce ?? 0);
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  metrics.gauge('haetae_event_loop_delay_seconds', 'Of the thread that serves, since it was asked last.', function* () {
    for (const quantile of [0.5, 0.99]) {
      // What is measured is the time from one tick to the next.
      const ms = Math.max(0, delay.percentile(quantile * 100) / 1e6 - RESOLUTION_MS);
      yield [{ quantile: String(quantile) }, ms / 1000] as const;
    }
    delay.reset();
  });
}

/** Each look wakes the thread, also of a server that has nothing to do. */
const RESOLUTION_MS = 20;

/** Of one of several servers: whether it detects, and how far behind the bus it is. `progress`: as the engine keeps it. */
export function watchTurn(
  metrics: RunningServer['parts']['metrics'],
  detects: () => boolean,
  progress: Float64Array,
): void {
  metrics.gauge('haetae_detecting', 'Whether this server has the turn to detect.', () => Number(detects()));
  metrics.gauge('haetae_bus_frames', 'The last frame on the bus, as this server knows it.', () => progress[2]!);
  metrics.gauge('haetae_bus_lag_frames', 'Frames on the bus that wait to be detected.', () =>
    Math.max(0, progress[2]! - progress[0]!),
  );
}
