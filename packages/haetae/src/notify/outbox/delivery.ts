import { createHash } from 'node:crypto';
import type { Level } from '../../incident/index.ts';
import type { Delivery, IncidentRow, Json } from '../../store/index.ts';
import type { Attachment } from '../channels/channel.ts';

/** What the store keeps of a delivery beside its columns. */
export type Body = IncidentBody | DigestBody | NoticeBody;

/** A message that is on its way: if this is found at the start, it may have arrived. */
interface Sending {
  readonly part: number;
  readonly sinceMs: number;
}

/** One incident in one channel. */
export interface IncidentBody {
  readonly kind: 'incident';
  /** How the channel finds its message again; null where it cannot, or none stands for this incident alone. */
  readonly ref: Json;
  /** What was told last; null while nothing was. */
  readonly told: Told | null;
  /** What was told last by a message of its own, not by an edit that nobody is told of. */
  readonly said: Told | null;
  readonly sending: Sending | null;
  /** Messages that were told, so that each has an id of its own. */
  readonly parts: number;
  /** The details stand below it. */
  readonly detailed: boolean;
  /** Its files stand there too, or none are to. */
  readonly filed: boolean;
  /** The channel for which it was meant. */
  readonly via: string | null;
  /** Told together with others, in that delivery. */
  readonly digest: string | null;
}
export interface Told {
  readonly version: number;
  readonly level: Level;
  readonly hosts: number;
  readonly status: string;
  readonly merged: boolean;
  /** Responses that waited for people, by their stamps. */
  readonly asks: readonly string[];
  readonly atMs: number;
}

export interface DigestBody {
  readonly kind: 'digest';
  readonly incidents: readonly string[];
  readonly sending: Sending | null;
}
export interface NoticeBody {
  readonly kind: 'notice';
  /** What happened to which channel. */
  readonly about: 'dead' | 'alive';
  readonly channel: string;
  readonly why: string;
  readonly sinceMs: number;
  readonly sending: Sending | null;
}

/** A delivery in memory. */
export interface Row {
  delivery: Delivery;
  body: Body;
  /** As it was when it was looked at last. */
  incident: IncidentRow | undefined;
  /** Stamps of responses that wait for people; undefined while nobody said that they changed. */
  asks: readonly string[] | undefined;
  /** What goes below it, once it was made: of which version of the incident, and when. */
  files: { readonly version: number; readonly madeMs: number; readonly attachments: readonly Attachment[] } | undefined;
  /** Not before this. */
  fromMs: number;
  /** An attempt may have arrived. */
  uncertain: { readonly sinceMs: number } | null;
  /** Changes are written one after the other. */
  writing: Promise<unknown>;
}

/** The same for the same channel and thing, after a crash too. */
export const deliveryId = (channel: string, kind: Body['kind'], what: string): string =>
  createHash('sha256').update(`${channel}\0${kind}\0${what}`).digest('hex').slice(0, 24);

export const newIncidentBody = (via: string | null): IncidentBody => ({
  kind: 'incident',
  ref: null,
  told: null,
  said: null,
  sending: null,
  parts: 0,
  detailed: false,
  filed: false,
  via,
  digest: null,
});

export const toldOf = (
  { version, level, hosts, status, mergedInto }: IncidentRow,
  atMs: number,
  asks: readonly string[],
): Told => ({
  ...{ version, level, status, atMs, asks },
  hosts: hosts.length,
  merged: mergedInto !== null,
});

export const rowOf = (delivery: Delivery): Row => {
  const body = delivery.body as unknown as Body;
  return {
    delivery,
    body,
    incident: undefined,
    asks: undefined,
    files: undefined,
    fromMs: delivery.nextMs ?? 0,
    uncertain: body.sending === null ? null : { sinceMs: body.sending.sinceMs },
    writing: Promise.resolve(),
  };
};

/** Nobody was told of it. */
export const isUntold = ({ body }: Row): boolean => body.kind !== 'incident' || body.told === null;
