import type { PlainEvent } from '@haetae/event';
import type { Ledger, Where } from '../../ledger.ts';
import { beginsEvent, isFault, parseEvent } from './event.ts';

/** The longest event that is read, in UTF-16 units: a record has at most 64 KiB, and no character is printed in more than six. */
export const EVENT_LIMIT = 4 * 1024 * 1024;
/** So many end tags may stand within one event's CDATA sections and inner elements. */
const CLOSERS = 16;

const START = /<(?:[A-Za-z_][\w.-]*:)?Event(?=[\s/>])/y;
const NEXT = /<(?:[A-Za-z_][\w.-]*:)?Event(?=[\s>])/g;
const CLOSE = /<\/(?:[A-Za-z_][\w.-]*:)?Event\s*>/g;
/** Markup whose end has not come yet. */
const UNENDED = -1;
/** Markup with an end that is another's: what lies between is no comment and no processing instruction. */
const BROKEN = -2;
/** No end tag is longer. */
const CUT = 256;
/** What may stand between events: evtx_dump's headings. */
const HEADING = /^\s*(?:Record \d+\s*)*$/;

/**
 * Finds the events in a stream of text: concatenated, one a line, below any root, with prologs and headings between them.
 * A damaged event costs itself alone: it is entered into the ledger, and reading goes on at the next `<Event`.
 */
export class XmlEvents {
  readonly #ledger: Ledger;
  readonly #limit: number;
  #text = '';
  #at = 0;
  /** Physical line of #at. */
  #line = 1;
  /** From #at up to here no event ends. */
  #closeless = 0;
  /** An event was given up: what follows up to the next one belongs to it. */
  #skipping = false;
  /** Ends of comments and the like that the text at hand does not hold any more. */
  readonly #unclosed = new Set<string>();

  constructor(ledger: Ledger, limit = EVENT_LIMIT) {
    this.#ledger = ledger;
    this.#limit = limit;
  }

  /** The events that are complete with this piece. `last`: the input ends with it. */
  *feed(piece: string, last: boolean): Generator<PlainEvent> {
    this.#text = this.#text.slice(this.#at) + piece;
    this.#closeless = Math.max(0, this.#closeless - this.#at);
    this.#at = 0;
    this.#unclosed.clear();
    for (;;) {
      const start = this.#between(last);
      if (start < 0) break;
      const event = this.#event(start, last);
      if (event === 'wait') break;
      if (event !== undefined) yield event;
    }
    const rest = this.#text.length - this.#at;
    if (!last && rest > this.#limit) this.#tooLong(this.#text.length);
  }

  /** Passes over what is no event; the offset of the next `<Event`, or -1 when more is needed. */
  #between(last: boolean): number {
    for (;;) {
      const text = this.#text;
      const tag = text.indexOf('<', this.#at);
      if (tag < 0) {
        // A heading may be cut at the end of the piece; it is judged when it is whole.
        if (last || text.length - this.#at > 4096) this.#pass(text.length);
        return -1;
      }
      if (tag > this.#at) this.#pass(tag);
      if (!last && text.length - tag < 128 && text.indexOf('>', tag) < 0) return -1;
      START.lastIndex = tag;
      if (START.test(text)) return tag;
      const end = this.#markupEnd(tag);
      if (end < 0) {
        if (end === UNENDED && !last && text.length - tag <= this.#limit) return -1;
        this.#lose('xml-syntax', 'markup that does not end');
        this.#skipping = true;
        // One byte of a comment's end must not cost the events behind it.
        this.#advance(this.#resume(tag, text.length));
        continue;
      }
      CLOSE.lastIndex = tag;
      if (!this.#skipping && text.startsWith('</', tag) && CLOSE.exec(text)?.index === tag)
        this.#lose('xml-syntax', 'the end of an event that did not begin');
      this.#advance(end);
    }
  }

  /** Behind the markup that begins at `tag`, which is no event; {@link UNENDED} or {@link BROKEN}. */
  #markupEnd(tag: number): number {
    const text = this.#text;
    for (const [opening, closing] of [
      ['<!--', '-->'],
      ['<![CDATA[', ']]>'],
      ['<?', '?>'],
    ] as const) {
      if (!text.startsWith(opening, tag)) continue;
      // What is missing behind one opening is missing behind all that follow: looked for once, lest many cost their square.
      const end = this.#unclosed.has(closing) ? -1 : text.indexOf(closing, tag + opening.length);
      if (end < 0) this.#unclosed.add(closing);
      else if (opening !== '<![CDATA[' && text.slice(tag + 2, end).includes(opening === '<?' ? '<' : '<!--'))
        return BROKEN;
      return end < 0 ? UNENDED : end + closing.length;
    }
    const end = text.indexOf('>', tag);
    if (end < 0) return UNENDED;
    if (!text.startsWith('<!DOCTYPE', tag)) return end + 1;
    // Entities that it declares are not expanded, whatever they hold.
    const subset = text.indexOf('[', tag);
    const close = subset >= 0 && subset < end ? text.indexOf(']', subset) : tag;
    const behind = close < 0 ? -1 : text.indexOf('>', close);
    if (behind < 0) return UNENDED;
    this.#ledger.repaired('xml-syntax', this.#where(), 'a document type declaration is passed over');
    return behind + 1;
  }

  #event(start: number, last: boolean): PlainEvent | 'wait' | undefined {
    const text = this.#text;
    const empty = /^<[^<>]*\/>/.exec(text.slice(start, start + 1024));
    if (empty !== null) {
      this.#ledger.lost('not-an-event', this.#where(), 'an empty Event');
      this.#advance(start + empty[0].length);
      return undefined;
    }
    let searched = Math.max(start, this.#closeless);
    for (let closers = 0; ; closers++) {
      CLOSE.lastIndex = searched;
      const close = CLOSE.exec(text);
      if (close === null) {
        // Searched once, however many events begin before; an end tag may be cut at the end of the piece.
        this.#closeless = Math.max(searched, text.length - CUT);
        if (!last) return 'wait';
        this.#lose('xml-syntax', 'the event does not end');
        this.#skipping = true;
        this.#advance(this.#resume(start, text.length));
        return undefined;
      }
      const end = close.index + close[0].length;
      searched = end;
      const next = closers === 0 ? this.#nextWithin(start, close.index) : -1;
      if (next >= 0) {
        this.#lose('xml-syntax', 'the event does not end');
        this.#advance(next);
        return undefined;
      }
      if (end - start > this.#limit) {
        this.#tooLong(end);
        return undefined;
      }
      // A copy of its own, so that a value that is kept does not keep the whole piece of the file.
      const event = parseEvent(Buffer.from(text.slice(start, end), 'utf8').toString('utf8'), this.#line, this.#ledger);
      if (!isFault(event)) {
        this.#skipping = false;
        this.#advance(end);
        return event;
      }
      if (event.unfinished && closers < CLOSERS) continue;
      this.#lose(event.code, event.reason);
      this.#advance(event.next ? start + event.at : this.#resume(start, end));
      return undefined;
    }
  }

  /** Where another event begins before this one's end tag, which therefore is the other's; -1 where none does. */
  #nextWithin(start: number, end: number): number {
    const text = this.#text;
    NEXT.lastIndex = start + 1;
    for (let next = NEXT.exec(text); next !== null && next.index < end; next = NEXT.exec(text)) {
      if (!beginsEvent(text, next.index)) continue;
      // One that is quoted is left to the parser.
      return text.slice(start, next.index).includes('<![CDATA[') ? -1 : next.index;
    }
    return -1;
  }

  /** Where the next event begins within a damaged one; else behind it. */
  #resume(start: number, end: number): number {
    for (let at = this.#text.indexOf('<', start + 1); at >= 0 && at < end; at = this.#text.indexOf('<', at + 1))
      if (beginsEvent(this.#text, at)) return at;
    return end;
  }

  /** Passes over text between tags. */
  #pass(to: number): void {
    const text = this.#text.slice(this.#at, to);
    if (!this.#skipping && !HEADING.test(text)) {
      const line = this.#line + count(text.slice(0, text.search(/\S/)));
      this.#ledger.lost('not-an-event', { kind: 'line', line }, JSON.stringify(text.trim().slice(0, 60)));
    }
    this.#advance(to);
  }

  /** Gives up the event at #at, of which all up to `end` is there. */
  #tooLong(end: number): void {
    this.#lose('line-too-long', `an event of more than ${this.#limit} characters`);
    this.#skipping = true;
    this.#advance(this.#resume(this.#at, end));
  }

  #lose(code: 'xml-syntax' | 'nesting-too-deep' | 'line-too-long', reason: string): void {
    this.#ledger.lost(code, this.#where(), reason);
  }

  #advance(to: number): void {
    const text = this.#text;
    for (let at = text.indexOf('\n', this.#at); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) this.#line++;
    this.#at = to;
  }

  #where(): Where {
    return { kind: 'line', line: this.#line };
  }
}

function count(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}
