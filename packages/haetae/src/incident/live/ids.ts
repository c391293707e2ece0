import { compare } from '../text.ts';

/** A finding that a group holds. */
export interface Member {
  readonly id: number;
  /** The incident as whose it was told last; '' for none. */
  toldIn: string;
}

/** A group as it stands now. */
export interface Grouped {
  /** The oldest first. */
  readonly members: readonly Member[];
  /** Tells the id that its oldest finding's content gives. */
  readonly oldest: { readonly identity: string };
}

interface Known {
  readonly id: string;
  /** Which came first. */
  readonly order: number;
  /** The finding that it began with. */
  readonly founder: number;
  /** Ids of younger ones that went into it. */
  readonly merged: string[];
  /** Findings that are kept no more. */
  gone: number;
}

/** Ids told of that went into one. */
const MOST_MERGED = 200;

export interface Assigned {
  /** Of each group. */
  readonly ids: readonly string[];
  /** Ids that are no more, and where they went. */
  readonly merged: readonly (readonly [id: string, into: string])[];
}

/** Plain data. */
export interface SavedIds {
  readonly known: readonly Known[];
  readonly next: number;
}

/**
 * Which id a group of findings bears. It keeps the oldest of those that its findings were told in; of several groups that one
 * came apart into, that with the finding it began with keeps it. A new one is named by the content of its oldest finding.
 */
export class Ids {
  readonly #known = new Map<string, Known>();
  #next = 0;

  /** Groups that may have changed, in the order of time: all that hold a finding of an id that one of them has. */
  assign(groups: readonly Grouped[]): Assigned {
    const wants = groups.map(({ members }) => {
      const ids = new Set<string>();
      for (const { toldIn } of members) if (toldIn !== '') ids.add(toldIn);
      return [...ids].flatMap((id) => this.#known.get(id) ?? []).sort((a, b) => a.order - b.order);
    });
    const owners = owned(groups, wants);
    const ids = groups.map(({ members, oldest }, i) => {
      const kept = wants[i]!.find(({ id }) => owners.get(id) === i);
      return kept?.id ?? this.#name(oldest.identity, members[0]!.id);
    });
    const merged: [string, string][] = [];
    wants.forEach((known, i) => {
      for (const { id } of known)
        if (owners.get(id) === i && id !== ids[i]) {
          merged.push([id, ids[i]!]);
          const taken = this.#known.get(id)!;
          const into = this.#known.get(ids[i]!)!;
          into.merged.push(...[id, ...taken.merged].slice(0, MOST_MERGED - into.merged.length));
          into.gone += taken.gone;
          this.#known.delete(id);
        }
    });
    return { ids, merged: merged.sort(([a], [b]) => compare(a, b)) };
  }

  #name(identity: string, founder: number): string {
    let id = identity;
    for (let n = 2; this.#known.has(id); n++) id = `${identity}-${n}`;
    this.#known.set(id, { id, order: this.#next++, founder, merged: [], gone: 0 });
    return id;
  }

  /** Those that went into it, in the order of their ids. */
  mergedInto(id: string): string[] {
    return [...(this.#known.get(id)?.merged ?? [])].sort(compare);
  }

  /** Findings of one that are kept no more. */
  lost(id: string, findings: number): void {
    const known = this.#known.get(id);
    if (known !== undefined) known.gone += findings;
  }
  goneOf(id: string): number {
    return this.#known.get(id)?.gone ?? 0;
  }

  /** One that changes no more. */
  drop(id: string): void {
    this.#known.delete(id);
  }

  save(): SavedIds {
    return { known: [...this.#known.values()], next: this.#next };
  }

  restore({ known, next }: SavedIds): void {
    for (const one of known) this.#known.set(one.id, one);
    this.#next = next;
  }
}

/** The group to which each id belongs: that of its founder, or else the first that has a finding of it. */
function owned(groups: readonly Grouped[], wants: readonly (readonly Known[])[]): Map<string, number> {
  const owners = new Map<string, number>();
  wants.forEach((known, i) => {
    if (known.length === 0) return;
    const findings = new Set(groups[i]!.members.map(({ id }) => id));
    for (const { id, founder } of known) if (!owners.has(id) || findings.has(founder)) owners.set(id, i);
  });
  return owners;
}
