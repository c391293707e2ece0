import { Anchors } from './anchors.ts';
import { joinArrivals } from './arrivals.ts';
import type { Context } from './context.ts';
import { joinByFlow } from './flows.ts';
import { type HostNames, type Offers, offersOf, type Want, wantsOf } from './hops.ts';
import { joinClearings, joinPowerShell, joinRepeats } from './loose.ts';
import { joinByNamed } from './named.ts';
import { joinByInjection, joinByProcess, type Pair } from './processes.ts';
import { type Rare, rareOf } from './rarity.ts';
import { joinTickets } from './requests.ts';
import { joinBySequence } from './sequences.ts';
import { joinBySession } from './sessions.ts';
import { joinByThings } from './things.ts';

/**
 * All findings of one host, or of several, by themselves: what its units have in common among each other, and what they may have
 * in common with those of other parts. What a host's traces and findings come to does not depend on other hosts.
 */
export interface Part {
  readonly context: Context;
  readonly pairs: readonly Pair[];
  readonly wants: readonly Want[];
  readonly offers: Offers;
  readonly rare: Rare;
  /** Anchors that depend on other parts. */
  readonly across: Anchors;
}

/** Linear in units and what they hold. `hosts`: those of all parts, in short. */
export function partOf(context: Context, hosts: HostNames): Part {
  joinByInjection(context);
  const pairs = joinByProcess(context);
  joinBySession(context);
  joinBySequence(context);
  joinByThings(context);
  joinByNamed(context);
  joinTickets(context);
  joinArrivals(context);
  joinByFlow(context);
  joinRepeats(context);
  joinClearings(context);
  joinPowerShell(context);
  return {
    context,
    pairs,
    wants: wantsOf(context),
    offers: offersOf(context, hosts),
    rare: rareOf(context),
    across: new Anchors(),
  };
}
