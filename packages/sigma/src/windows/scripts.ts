import type { WindowsEvent } from './event.ts';
import type { Overlay } from './view.ts';

/** A script put together of its parts. */
export interface JoinedScript {
  readonly scriptBlockId: string;
  /** The whole text, the parts in their order with nothing between them. */
  readonly text: string;
  /** The path of the script file; '' where none is told. */
  readonly path: string;
  readonly parts: number;
  /** What rules shall see beside the event that brought the last part: the `extracted` of `matchEvent`. */
  readonly overlay: Overlay;
}

export interface ScriptJoinerLimits {
  /** Scripts that wait for parts, at most; the one that waited longest since its last part is given up. */
  readonly maxScripts: number;
  /** UTF-16 units of all waiting parts together. */
  readonly maxTotal: number;
  /** UTF-16 units of one script, and parts of one script; longer ones are not joined. */
  readonly maxScript: number;
  readonly maxParts: number;
}

export const SCRIPT_JOINER_LIMITS: ScriptJoinerLimits = {
  maxScripts: 512,
  maxTotal: 32 * 1024 * 1024,
  maxScript: 8 * 1024 * 1024,
  maxParts: 4096,
};

export interface ScriptJoinerCounts {
  /** Scripts joined. */
  readonly joined: number;
  /** Scripts that wait for parts now. At the end of a log they are scripts that it holds in part only. */
  readonly waiting: number;
  /** Scripts given up for room or size: their parts were judged one by one, never as a whole. */
  readonly dropped: number;
  /** Parts that came twice; the first counts. */
  readonly repeated: number;
}

export interface ScriptJoiner {
  /** Takes any event; gives the script when this event brought the last part that was missing. */
  add(event: WindowsEvent): JoinedScript | undefined;
  counts(): ScriptJoinerCounts;
  /** To be given to {@link createScriptJoiner} after a restart; plain data. */
  save(): ScriptJoinerState;
}

/** Scripts that wait and those given up, in their order. */
export interface ScriptJoinerState {
  readonly waiting: readonly (readonly [key: string, script: Readonly<Waiting>])[];
  readonly givenUp: readonly string[];
  readonly counts: ScriptJoinerCounts;
}

interface Waiting {
  readonly parts: (string | undefined)[];
  missing: number;
  size: number;
  path: string;
}

/** A part is text of up to some 16,000 characters; PowerShell cuts longer scripts. */
const CHANNELS = new Set(['microsoft-windows-powershell/operational', 'powershellcore/operational']);

/**
 * Joins the parts of PowerShell 4104 (`MessageNumber` of `MessageTotal`) by computer and `ScriptBlockId`, in whatever order
 * they come. A script of one part gives nothing: its event has the whole text. Memory is bounded by `limits`.
 */
export function createScriptJoiner(
  limits: ScriptJoinerLimits = SCRIPT_JOINER_LIMITS,
  state?: ScriptJoinerState,
): ScriptJoiner {
  // In the order of their latest part: the first one is the one to give up.
  const waiting = new Map<string, Waiting>(
    state?.waiting.map(([key, script]) => [key, { ...script, parts: [...script.parts] }]),
  );
  // Scripts given up, so that their later parts do not begin them anew; forgotten in turn.
  const givenUp = new Set<string>(state?.givenUp);
  let total = [...waiting.values()].reduce((sum, { size }) => sum + size, 0);
  let { joined, dropped, repeated } = state?.counts ?? { joined: 0, dropped: 0, repeated: 0 };

  const giveUp = (key: string, script: Waiting): void => {
    waiting.delete(key);
    total -= script.size;
    dropped++;
    givenUp.add(key);
    if (givenUp.size > limits.maxScripts * 4) givenUp.delete(givenUp.values().next().value!);
  };

  return {
    add: (event) => {
      if (event.eventId !== 4104 || !CHANNELS.has(event.channel.toLowerCase())) return undefined;
      const count = natural(event.get('MessageTotal'));
      const number = natural(event.get('MessageNumber'));
      const id = event.get('ScriptBlockId')?.toLowerCase();
      const text = event.get('ScriptBlockText');
      if (count === undefined || number === undefined || id === undefined || id === '' || text === undefined)
        return undefined;
      if (count < 2 || number < 1 || number > count) return undefined;
      const key = `${event.computer.toLowerCase()}|${id}|${count}`;
      if (givenUp.has(key)) return undefined;
      let script = waiting.get(key);
      if (script === undefined) {
        script = { parts: [], missing: count, size: 0, path: '' };
        if (count > limits.maxParts) {
          giveUp(key, script);
          return undefined;
        }
      }
      if (script.parts[number] !== undefined) {
        repeated++;
        return undefined;
      }
      script.parts[number] = text;
      script.missing--;
      script.size += text.length;
      total += text.length;
      script.path ||= event.get('Path') ?? '';
      waiting.delete(key);
      if (script.missing === 0) {
        total -= script.size;
        joined++;
        const whole = script.parts.slice(1).join('');
        const overlay = { ScriptBlockText: [whole] };
        return { scriptBlockId: id, text: whole, path: script.path, parts: count, overlay };
      }
      waiting.set(key, script);
      if (script.size > limits.maxScript) giveUp(key, script);
      while (waiting.size > limits.maxScripts || total > limits.maxTotal) {
        const [oldest] = waiting;
        giveUp(...oldest!);
      }
      return undefined;
    },
    counts: () => ({ joined, waiting: waiting.size, dropped, repeated }),
    save: () => ({
      waiting: [...waiting].map(([key, script]) => [key, { ...script, parts: [...script.parts] }]),
      givenUp: [...givenUp],
      counts: { joined, waiting: waiting.size, dropped, repeated },
    }),
  };
}

/** Decimal digits as a number; undefined for anything else. */
const natural = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
