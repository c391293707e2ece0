import type { WindowsEvent } from './event.ts';
import type { SeenKind } from './readiness.ts';

export interface SeenLimits {
  /** Kinds of events (channel and id) that are told apart. */
  readonly maxKinds: number;
  /** Fields of one kind that are remembered. */
  readonly maxFields: number;
}

/** Far beyond what Windows has; a log that invents channels or fields must not fill the memory. */
export const SEEN_LIMITS: SeenLimits = { maxKinds: 8192, maxFields: 1024 };

/** What kinds of events a log holds, and which fields of each say anything: what `readiness` asks for. */
export interface SeenKinds {
  add(event: WindowsEvent): void;
  /** The kinds in the order they were first seen, and how many events each has. */
  kinds(): readonly (Required<SeenKind> & { readonly events: number })[];
  /** Events of kinds beyond `maxKinds`: they are not told of. */
  readonly dropped: number;
}

export function createSeenKinds({ maxKinds, maxFields }: SeenLimits = SEEN_LIMITS): SeenKinds {
  const byChannel = new Map<
    string,
    Map<number, { channel: string; eventId: number; fields: Set<string>; events: number }>
  >();
  let count = 0;
  let dropped = 0;
  return {
    add: (event) => {
      const { channel, eventId } = event;
      let ids = byChannel.get(channel);
      let kind = ids?.get(eventId);
      if (kind === undefined) {
        if (count >= maxKinds) {
          dropped++;
          return;
        }
        count++;
        kind = { channel, eventId, fields: new Set(), events: 0 };
        ids ??= new Map();
        byChannel.set(channel, ids.set(eventId, kind));
      }
      kind.events++;
      const { fields } = kind;
      if (fields.size >= maxFields) return;
      // `-` is how Windows writes that it has nothing to say.
      for (const [name, value] of event.fields())
        if (value !== '' && value !== '-') fields.add(name.includes(' ') ? name.replaceAll(' ', '') : name);
    },
    kinds: () => [...byChannel.values()].flatMap((ids) => [...ids.values()]),
    get dropped() {
      return dropped;
    },
  };
}
