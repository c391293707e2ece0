import { PlainEvent } from '@haetae/event/shape';
import { lines } from '../../encoding/index.ts';
import type { Ledger } from '../../ledger.ts';
import type { Format } from '../../source.ts';
import { isFault, parseEvent } from '../xml/event.ts';

/**
 * Heads of a syslog line: RFC 5424, RFC 3164 with its own or an ISO time, as files, relays and journalctl write them. The
 * first group is the host.
 */
const HEAD =
  /^(?:<\d{1,3}>)?(?:1 \S+ (\S+) \S+ \S+ \S+ (?:-|(?:\[[^\]]*\])+) |(?:[A-Z][a-z]{2} [ \d]?\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\d[T ][\d:.,]+ ?(?:Z|[+-]\d\d:?\d\d)?) (?:(\S+) )?[^\s:<]+: ?)\uFEFF?/;
const END = '</Event>';
const CHANNEL = 'Linux-Sysmon/Operational';
/** An event that some writer has broken over lines is followed so far, in UTF-16 units. */
const EVENT_LIMIT = 1024 * 1024;

/** Sysmon for Linux: one `<Event>` behind the head of a syslog line. Other lines of the same log are counted as no event. */
export const syslog: Format = {
  name: 'syslog',
  sniff: (head) => {
    for (const line of head.text.split('\n')) {
      const match = HEAD.exec(line);
      if (match !== null && line.startsWith('<Event', match[0].length)) return true;
    }
    return false;
  },
  async *read(input, head, _options, ledger) {
    const reader = new SyslogLines(ledger);
    for await (const block of lines(input.bytes(), head.encoding ?? 'utf-8', ledger)) {
      const bytes = block.lines.reduce((sum, line) => sum + line.length + 1, 0);
      yield { events: reader.events(block.lines, block.firstLine), bytes };
    }
    yield { events: reader.end(), bytes: 0 };
  },
};

class SyslogLines {
  readonly #ledger: Ledger;
  #hostTold = false;
  #channelTold = false;
  /** An event whose end has not come yet. */
  #open: { text: string; host: string; line: number } | undefined;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  *events(block: readonly string[], firstLine: number): Generator<PlainEvent> {
    for (let i = 0; i < block.length; i++) {
      const line = block[i]!;
      const match = HEAD.exec(line);
      if (match === null && this.#open !== undefined) {
        this.#open.text += `\n${line}`;
        if (this.#open.text.length > EVENT_LIMIT) this.#giveUp();
        else if (line.includes(END)) yield* this.#close();
        continue;
      }
      this.#giveUp();
      const at = line.indexOf('<Event', match === null ? 0 : match[0].length);
      // A line without a head that is nothing but an event: `journalctl -o cat`.
      if (at < 0 || (at !== match?.[0].length && line.slice(0, at).trim() !== '')) {
        // An event within another program's words is not believed; where a lost line feed put it there, it is lost too.
        if (line.trim() !== '') this.#lose(firstLine + i, line, at < 0 ? 1 : 2);
        continue;
      }
      this.#open = { text: line.slice(at), host: match?.[1] ?? match?.[2] ?? '', line: firstLine + i };
      if (line.includes(END, at)) yield* this.#close();
    }
  }

  /** The input ends; no event does. */
  end(): readonly PlainEvent[] {
    this.#giveUp();
    return [];
  }

  /** An event whose end has not come. */
  #giveUp(): void {
    if (this.#open === undefined) return;
    const { text, line } = this.#open;
    this.#open = undefined;
    this.#ledger.lost(
      'xml-syntax',
      { kind: 'line', line },
      `the event does not end: …${JSON.stringify(text.slice(-40))}`,
    );
  }

  *#close(): Generator<PlainEvent> {
    const { text, host, line } = this.#open!;
    this.#open = undefined;
    let end = text.indexOf(END) + END.length;
    let event = parseEvent(text.slice(0, end), line, this.#ledger);
    // A value may hold the end tag too; more than a few times it does not.
    for (let tries = 0; tries < 16 && isFault(event) && event.unfinished; tries++) {
      const next = text.indexOf(END, end);
      if (next < 0) break;
      end = next + END.length;
      event = parseEvent(text.slice(0, end), line, this.#ledger);
    }
    // Behind the event ends the line, unless its line feed is lost.
    const rest = text.slice(end).trim();
    if (rest !== '') this.#lose(line, rest);
    if (isFault(event)) this.#ledger.lost(event.code, { kind: 'line', line }, event.reason);
    else yield this.#completed(event, host);
  }

  #completed(event: PlainEvent, host: string): PlainEvent {
    const computer = event.computer === '' || event.computer === '-' ? host : event.computer;
    const linux = event.channel === '' && event.provider === 'Linux-Sysmon';
    if (computer === event.computer && !linux) return event;
    if (computer !== event.computer && !this.#hostTold) {
      this.#hostTold = true;
      this.#ledger.inferred('host', `${host}, from the head of the line`, event.position);
    }
    if (linux && !this.#channelTold) {
      this.#channelTold = true;
      this.#ledger.inferred('channel', CHANNEL, event.position);
    }
    return new PlainEvent({ ...event, computer, channel: linux ? CHANNEL : event.channel });
  }

  #lose(line: number, text: string, count = 1): void {
    this.#ledger.lost('syslog-line', { kind: 'line', line }, JSON.stringify(text.slice(0, 60)), count);
  }
}
