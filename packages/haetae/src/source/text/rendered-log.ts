import { channelOfProvider, PlainEvent } from '@haetae/event';
import { type Instant, instant, readInstant } from '../instant.ts';
import type { Ledger, Where } from '../ledger.ts';
import { LocalClock } from './clock.ts';
import { HostFinder } from './host.ts';
import { layoutFor } from './layouts.ts';
import { type CutMessage, cutMessage, type MessageLayout } from './message.ts';
import { type Restore, restoresOf } from './restore.ts';

/** A row of a log whose events are rendered as text; '' stands for what the log has no column or no value for. */
export interface RenderedRow {
  /** Physical line at which the row begins. */
  readonly line: number;
  readonly date: string;
  readonly provider: string;
  readonly channel: string;
  readonly computer: string;
  readonly eventId: number;
  readonly recordId: number | bigint;
  readonly message: string;
  readonly systemNames: readonly string[];
  readonly systemValues: readonly string[];
}

/** A row whose message has been cut, before its time and host are known. */
export interface PreparedRow {
  readonly row: RenderedRow;
  readonly provider: string;
  readonly channel: string;
  readonly names: readonly string[];
  readonly values: readonly string[];
  /** Milliseconds, from the message; NaN where it states none. */
  readonly utcMs: number;
  readonly hostId: string;
}

export interface RenderedLogOptions {
  readonly timeZone: string;
  /** The log is of this channel where nothing else tells it. */
  readonly channel?: string;
}

/** Windows writes so many distinct providers and ids; more are an attack on memory, and are not told apart any more. */
const MOST_SAID = 256;
const MESSAGE = ['Message'] as const;
/** Providers whose layouts a message without a provider is held against. */
const LIKELY_PROVIDERS = ['Microsoft-Windows-Sysmon', 'Microsoft-Windows-Security-Auditing'] as const;

interface Source {
  readonly provider: string;
  readonly channel: string;
  readonly layout: MessageLayout | undefined;
  readonly restores: ReadonlyMap<string, Restore>;
}

/** Makes events of rendered rows: fields out of the message, UTC, channel and host, and an account of what was concluded. */
export class RenderedLog {
  readonly #options: RenderedLogOptions;
  readonly #ledger: Ledger;
  readonly #clock: LocalClock;
  readonly #hosts: HostFinder;
  readonly #said = new Set<string>();
  readonly #sources = new Map<number, { told: { provider: string; channel: string }; source: Source }[]>();
  readonly #instant: Instant = instant();

  constructor(options: RenderedLogOptions, ledger: Ledger) {
    this.#options = options;
    this.#ledger = ledger;
    this.#clock = new LocalClock({ timeZone: options.timeZone }, ledger);
    this.#hosts = new HostFinder(ledger);
  }

  prepare(row: RenderedRow): PreparedRow {
    const source = this.#source(row);
    let { provider, channel } = source;
    let cut = row.message === '' ? undefined : this.#cut(row, provider, source.layout);
    if (cut === undefined && row.provider === '' && row.message !== '') {
      const likely = this.#guess(row);
      if (likely !== undefined) ({ provider, channel, cut } = likely);
    }
    if (cut === undefined && row.message !== '')
      this.#once('message-unknown', `${provider === '' ? channel : provider} ${row.eventId}`, row.line);
    let names: readonly string[] = cut?.names ?? [];
    let values: readonly string[] =
      cut === undefined
        ? []
        : this.#restored(
            cut,
            provider === source.provider ? source.restores : restoresOf(provider, row.eventId),
            row.line,
          );
    if (cut === undefined ? row.message !== '' : cut.unread.length > 0) {
      names = names.length === 0 ? MESSAGE : [...names, 'Message'];
      values = [...values, row.message];
    }
    const hostId = row.computer === '' ? this.#hosts.see(names, values) : '';
    return { row, provider, channel, names, values, utcMs: this.#utcOf(names, values), hostId };
  }

  /** The first rows of the log; true when they tell all that can be told. */
  calibrate(rows: readonly PreparedRow[]): boolean {
    return this.#clock.calibrate(rows.map(({ row, utcMs }) => ({ date: row.date, utcMs, line: row.line })));
  }

  /** Rows in file order, each once, after {@link calibrate}. */
  event(prepared: PreparedRow): PlainEvent {
    const { row, provider, channel, names, values, utcMs, hostId } = prepared;
    const time = this.#clock.time({ date: row.date, utcMs, line: row.line });
    return new PlainEvent({
      timeMs: time.ms,
      timeTicks: time.ticks,
      computer: row.computer === '' ? this.#hosts.nameOf(hostId) : row.computer,
      channel,
      provider,
      eventId: row.eventId,
      eventRecordId: row.recordId,
      position: { kind: 'line', line: row.line },
      names,
      values,
      systemNames: row.systemNames,
      systemValues: row.systemValues,
    });
  }

  finish(): void {
    this.#clock.finish();
    this.#hosts.finish();
  }

  #cut(row: RenderedRow, provider: string, layout: MessageLayout | undefined): CutMessage | undefined {
    const cut = layout === undefined ? undefined : cutMessage(row.message, layout);
    if (cut === undefined) return undefined;
    for (const { label, line } of cut.strays) {
      const where: Where = { kind: 'line', line: row.line + line };
      this.#ledger.repaired('message-label', where, `${label} (event ${row.eventId})`);
    }
    for (const label of cut.byPosition)
      this.#once('message-position', `${label} (${provider} ${row.eventId})`, row.line);
    if (cut.unread.length > 0)
      this.#once('message-unknown', `${cut.unread[0]!} (${provider} ${row.eventId})`, row.line);
    return cut;
  }

  /** The values, with SIDs and codes where the message shows their names. */
  #restored({ names, values }: CutMessage, restores: ReadonlyMap<string, Restore>, line: number): readonly string[] {
    if (restores.size === 0) return values;
    let stored: string[] | undefined;
    for (let i = 0; i < names.length; i++) {
      const value = restores.get(names[i]!)?.(values[i]!);
      if (value === undefined) continue;
      stored ??= [...values];
      stored[i] = value;
      this.#once('value-restored', `${values[i]!} → ${value}`, line);
    }
    return stored ?? values;
  }

  /** A log that tells no provider: that of the layout the message fits. */
  #guess(row: RenderedRow): { provider: string; channel: string; cut: CutMessage } | undefined {
    for (const provider of LIKELY_PROVIDERS) {
      const layout = layoutFor(provider, '', row.eventId);
      const cut = layout === undefined ? undefined : cutMessage(row.message, layout);
      if (cut === undefined || cut.names.length < 3) continue;
      const channel = row.channel === '' ? (channelOfProvider(provider, row.eventId) ?? '') : row.channel;
      this.#once('channel', `${channel}, from the layout of the message`, row.line);
      return { provider, channel, cut: this.#cut(row, provider, layout) ?? cut };
    }
    return undefined;
  }

  /** Full names of provider and channel, and the layout of the message. */
  #source(row: RenderedRow): Source {
    let rows = this.#sources.get(row.eventId);
    if (rows === undefined) {
      rows = [];
      if (this.#sources.size < MOST_SAID) this.#sources.set(row.eventId, rows);
    }
    for (const { told, source } of rows)
      if (told.provider === row.provider && told.channel === row.channel) return source;
    const { provider, channel } = this.#findSource(row);
    const source = {
      provider,
      channel,
      layout: layoutFor(provider, channel, row.eventId),
      restores: restoresOf(provider, row.eventId),
    };
    if (rows.length < MOST_SAID) rows.push({ told: { provider: row.provider, channel: row.channel }, source });
    return source;
  }

  #findSource(row: RenderedRow): { provider: string; channel: string } {
    const provider = fullProvider(row.provider, row.eventId);
    if (row.channel !== '') return { provider, channel: row.channel };
    const known = provider === '' ? undefined : channelOfProvider(provider, row.eventId);
    const channel = known ?? this.#options.channel ?? '';
    if (channel !== '') this.#once('channel', provider === '' ? channel : `${provider} → ${channel}`, row.line);
    return { provider, channel };
  }

  #once(
    code: 'channel' | 'message-unknown' | 'message-position' | 'value-restored',
    detail: string,
    line: number,
  ): void {
    const key = `${code} ${detail}`;
    if (this.#said.has(key) || this.#said.size >= MOST_SAID) return;
    this.#said.add(key);
    this.#ledger.inferred(code, detail, { kind: 'line', line });
  }

  #utcOf(names: readonly string[], values: readonly string[]): number {
    const at = names.indexOf('UtcTime');
    return at >= 0 && readInstant(values[at]!, this.#instant) ? this.#instant.ms : Number.NaN;
  }
}

/** Event Viewer's list, and what is copied out of it, shortens the names of Microsoft's providers. */
function fullProvider(name: string, eventId: number): string {
  if (name === '' || channelOfProvider(name, eventId) !== undefined) {
    return /^Microsoft Windows security auditing\.?$/i.test(name) ? 'Microsoft-Windows-Security-Auditing' : name;
  }
  const full = `Microsoft-Windows-${name.replaceAll(' ', '-')}`;
  return channelOfProvider(full, eventId) === undefined ? name : full;
}
