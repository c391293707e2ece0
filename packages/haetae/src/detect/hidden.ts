import type { Event } from '@haetae/event';
import { Remembered } from '@haetae/sigma';
import { type LayerKind, mayHide, PEEL_LIMITS, peel } from './decode/index.ts';

/** A layer of text that was decoded out of a field, or put together out of the parts of several events (`joined`). */
export interface HiddenText {
  /** The event's field. */
  readonly field: string;
  readonly kind: LayerKind | 'joined';
  /** Index, among the finding's decoded texts, of the one it was found in; -1 for the field itself. */
  readonly parent: number;
  /** Half-open range, in UTF-16 units, of the parent's text (or the field's value) that it stands for. */
  readonly from: { readonly start: number; readonly end: number };
  readonly text: string;
}

const SYSMON = 'microsoft-windows-sysmon/operational';
const SECURITY = 'security';
const POWERSHELL = ['microsoft-windows-powershell/operational', 'powershellcore/operational'];

type Carriers = Readonly<Record<number, readonly string[]>>;

/**
 * The fields that carry command lines and scripts, by channel in lower case and event id. ContextInfo of 4103 is left out: it
 * repeats the command line of the session, which 400 and 4688 tell once, with every command.
 */
const CARRIERS: ReadonlyMap<string, Carriers> = new Map<string, Carriers>([
  [
    SYSMON,
    {
      1: ['CommandLine', 'ParentCommandLine'],
      13: ['Details'],
      15: ['Contents'],
      20: ['Destination'],
      24: ['Contents'],
    },
  ],
  [
    SECURITY,
    {
      4688: ['CommandLine'],
      4697: ['ServiceFileName'],
      4698: ['TaskContent'],
      4702: ['TaskContentNew', 'TaskContent'],
    },
  ],
  ['system', { 7045: ['ImagePath'] }],
  ...POWERSHELL.map((channel): [string, Carriers] => [channel, { 4103: ['Payload'], 4104: ['ScriptBlockText'] }]),
  ['windows powershell', { 400: ['Data'], 600: ['Data'], 800: ['Data'] }],
  ['microsoft-windows-wmi-activity/operational', { 5861: ['PossibleCause'] }],
]);

const NONE: readonly HiddenText[] = [];

/** {@link CARRIERS} by channels as logs write them; forgotten where a log invents too many. */
const carriers = new Map<string, Carriers | undefined>();
const MOST_CHANNELS = 256;

function carriersOf(channel: string): Carriers | undefined {
  const known = carriers.get(channel);
  if (known !== undefined || carriers.has(channel)) return known;
  if (carriers.size === MOST_CHANNELS) carriers.clear();
  const found = CARRIERS.get(channel.toLowerCase());
  carriers.set(channel, found);
  return found;
}

/** Values in which nothing is hidden, by field: command lines repeat. */
const plain = new Map<string, Remembered<true>>();

function plainOf(field: string): Remembered<true> {
  let known = plain.get(field);
  if (known === undefined) {
    known = new Remembered();
    plain.set(field, known);
  }
  return known;
}

/**
 * What can be decoded out of a script that stands in several events, of which `event` brought the last part; the script
 * itself is the first of it. One longer than {@link PEEL_LIMITS.maxText} is left out, lest every finding carry it.
 */
export function hiddenInScript(event: Event, script: string): readonly HiddenText[] {
  if (script.length > PEEL_LIMITS.maxText) return hiddenIn(event);
  const field = 'ScriptBlockText';
  const from = { start: 0, end: event.get(field)?.length ?? 0 };
  const found: HiddenText[] = [{ field, kind: 'joined', parent: -1, from, text: script }];
  if (mayHide(script)) for (const layer of peel(script)) found.push({ field, ...layer, parent: layer.parent + 1 });
  return found;
}

/**
 * What can be decoded out of an event's command lines and scripts. [] for nearly every event, at the price of one look at
 * its kind and one pass over the fields that may carry a command.
 */
export function hiddenIn(event: Event): readonly HiddenText[] {
  const names = carriersOf(event.channel)?.[event.eventId];
  if (names === undefined) return NONE;
  let found: HiddenText[] | undefined;
  for (const field of names) {
    const raw = event.raw?.(field);
    const known = raw === undefined ? undefined : plainOf(field);
    if (raw !== undefined && known?.find(raw) === true) continue;
    for (const value of event.getAll(field)) {
      const layers = mayHide(value) ? peel(value) : [];
      if (layers.length === 0) {
        if (raw !== undefined) known?.add(raw, true);
        continue;
      }
      found ??= [];
      const base = found.length;
      for (const { kind, parent, from, text } of layers)
        found.push({ field, kind, parent: parent < 0 ? -1 : base + parent, from, text });
    }
  }
  return found ?? NONE;
}

/**
 * The decoded texts as further values of their fields, for rules; undefined when nothing was decoded. Names are as rules
 * write them, without blanks.
 */
export function overlayOf(hidden: readonly HiddenText[]): Readonly<Record<string, readonly string[]>> | undefined {
  let overlay: Record<string, string[]> | undefined;
  for (const { field, kind, text } of hidden) {
    if (kind === 'joined') continue;
    overlay ??= {};
    overlay[field] ??= [];
    overlay[field].push(text);
  }
  return overlay;
}
