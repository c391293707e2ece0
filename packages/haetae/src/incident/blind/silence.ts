import type { BlindBand } from '../incident.ts';
import type { WholeLog } from './bands.ts';

const MINUTE = 60_000;
/** A channel is steady enough to be missed when it spoke in this many minutes. */
const STEADY_MINUTES = 20;
/** Silence: this many times the longest pause but a few, and at least so many minutes. */
const TIMES_USUAL = 5;
const LEAST_MINUTES = 15;
/** Share of a channel's pauses that its usual longest one exceeds. */
const USUAL = 0.99;
/** Minutes within the silence in which other channels of the host must have spoken, and the share of it that they cover. */
const LIVING_MINUTES = 5;
const LIVING_SHARE = 0.1;

/**
 * Channels that say nothing while their host lives: somebody who kills Sysmon or the event log service leaves no event that
 * tells so. A shutdown or a start within the silence explains it.
 */
export function silences(
  logs: readonly WholeLog[],
  stops: readonly { readonly host: string; readonly timeMs: number }[],
): BlindBand[] {
  const byHost = new Map<string, WholeLog[]>();
  for (const log of logs) {
    const list = byHost.get(log.host);
    if (list === undefined) byHost.set(log.host, [log]);
    else list.push(log);
  }
  const bands: BlindBand[] = [];
  for (const [host, own] of byHost) {
    if (own.length < 2) continue;
    const life = sorted(new Set(own.flatMap(({ minutes }) => [...minutes])));
    const ends = stops.filter((stop) => stop.host === host).map(({ timeMs }) => timeMs / MINUTE);
    for (const { channel, minutes } of own) {
      const spoke = sorted(minutes);
      if (spoke.length < STEADY_MINUTES) continue;
      const pauses = spoke.slice(1).map((minute, i) => minute - spoke[i]!);
      const usual = [...pauses].sort((a, b) => a - b)[Math.floor(pauses.length * USUAL)] ?? 1;
      const least = Math.max(LEAST_MINUTES, usual * TIMES_USUAL);
      // The end of the host's life ends the last silence.
      for (let i = 0; i < spoke.length; i++) {
        const from = spoke[i]!;
        const to = spoke[i + 1] ?? life.at(-1)! + 1;
        if (to - from <= least) continue;
        const lived = between(life, from + 1, to - 1);
        if (lived < Math.max(LIVING_MINUTES, (to - from) * LIVING_SHARE)) continue;
        if (ends.some((at) => at >= from - 1 && at <= to + 1)) continue;
        bands.push({
          ...{
            kind: 'silence',
            host,
            channel,
            from: (from + 1) * MINUTE,
            to: to * MINUTE,
            missing: 0,
            by: '',
            at: null,
          },
        });
      }
    }
  }
  return bands;
}

const sorted = (minutes: ReadonlySet<number>): number[] => [...minutes].sort((a, b) => a - b);

/** How many of the sorted numbers lie between, both ends inside. */
function between(values: readonly number[], from: number, to: number): number {
  const at = (limit: number): number => {
    let low = 0;
    let high = values.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[middle]! < limit) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return Math.max(0, at(to + 1) - at(from));
}
