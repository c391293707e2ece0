import { PlainEvent } from '@haetae/event/shape';
import { instant, readInstant } from '../../instant.ts';
import type { Ledger } from '../../ledger.ts';

/** Elements within each other; events have fewer than ten. */
export const DEPTH_LIMIT = 64;

/** The text of one event is not well formed; `at` is the offset of the fault. */
export interface Fault {
  readonly kind: 'fault';
  readonly code: 'xml-syntax' | 'nesting-too-deep';
  readonly at: number;
  readonly reason: string;
  /** The text ends inside the event: it may have been cut at an end tag that stands in a CDATA section or in an inner event. */
  readonly unfinished: boolean;
  /** Another event begins at `at`: this one's end tag is missing. */
  readonly next: boolean;
}

const INDENT = /^\r?\n(?: {2,}|\t+)$/;
const BLANK = /^[ \t\r\n]*$/;
const NAME = /[^\s=/>"'<]+/y;
/** Members of System of which the attributes are told, not the text. */
const ATTRIBUTES_ONLY = new Set(['Correlation', 'TimeCreated', 'Provider', 'Execution', 'Security']);
const OWN = new Set(['EventID', 'EventRecordID', 'Channel', 'Computer']);

const time = instant();

/**
 * One `<Event>…</Event>`, from its first character to its last. A scanner for what Windows prints, and complete enough for
 * well-formed XML without a document type: prefixes, CDATA, comments, processing instructions, character references. Every
 * element without child elements is a leaf, called by its `Name` or by itself; System gives the event's own members. A
 * line end followed by an indent alone is what a pretty-printer put into an empty element, not a value.
 */
export function parseEvent(text: string, line: number, ledger: Ledger): PlainEvent | Fault {
  const names: string[] = [];
  const values: string[] = [];
  const systemNames: string[] = [];
  const systemValues: string[] = [];
  const own = new Map<string, string>();
  let provider = '';
  let created: string | undefined;
  /** The open elements: qualified name, and whether they have child elements. */
  const open: string[] = [];
  const parents: boolean[] = [];
  let section: 'system' | 'data' | 'ignored' = 'ignored';
  /** The `Name` of the innermost element, where that has just begun. */
  let label = '';
  /** Text of the innermost element so far; `raw` while it is one piece as it stands. */
  let content = '';
  let raw = true;
  let at = 0;
  const decode = (piece: string): string => (piece.includes('&') ? resolve(piece, line, ledger) : piece);
  const add = (piece: string, literal: boolean): void => {
    if (content === '' && raw && !literal) content = piece;
    else {
      content = (raw ? decode(content) : content) + (literal ? piece : decode(piece));
      raw = false;
    }
  };
  for (;;) {
    const tag = text.indexOf('<', at);
    if (tag < 0) return fault(text.length, 'the event does not end', 'unfinished');
    if (tag > at) add(text.slice(at, tag), false);
    const mark = text.charCodeAt(tag + 1);
    if (mark === 47) {
      // An end tag.
      const end = text.indexOf('>', tag);
      if (end < 0) return fault(tag, 'the event does not end', 'unfinished');
      const name = text.slice(tag + 2, end).trimEnd();
      if (open.length === 0 || open[open.length - 1] !== name)
        return fault(tag, `</${name.slice(0, 40)}> ends no open element`);
      const depth = open.length - 1;
      if (!parents[depth] || (depth === 2 && section === 'system')) close(depth);
      open.pop();
      parents.pop();
      content = '';
      raw = true;
      label = '';
      at = end + 1;
      if (depth === 0) break;
      continue;
    }
    if (mark === 33 || mark === 63) {
      const [opening, closing] = text.startsWith('<!--', tag)
        ? ['<!--', '-->']
        : text.startsWith('<![CDATA[', tag)
          ? ['<![CDATA[', ']]>']
          : mark === 63
            ? ['<?', '?>']
            : ['', ''];
      if (opening === '') return fault(tag, 'a declaration within the event is refused');
      const end = text.indexOf(closing, tag + opening.length);
      if (end < 0) return fault(tag, `${opening} does not end`, 'unfinished');
      if (mark === 33 && opening.length === 9) add(text.slice(tag + 9, end), true);
      at = end + closing.length;
      continue;
    }
    // A start tag.
    const name = nameAt(text, tag + 1);
    if (name === '') return fault(tag, 'a < that begins no tag');
    const depth = open.length;
    if (depth === DEPTH_LIMIT)
      return { ...fault(tag, `more than ${DEPTH_LIMIT} elements deep`), code: 'nesting-too-deep' };
    const element = local(name);
    if (depth > 0 && element === 'Event' && beginsEvent(text, tag)) return fault(tag, 'the event does not end', 'next');
    if (depth > 0) parents[depth - 1] = true;
    if (depth === 1) section = element === 'System' ? 'system' : element === 'RenderingInfo' ? 'ignored' : 'data';
    label = '';
    at = tag + 1 + name.length;
    let empty = false;
    for (;;) {
      at = blanksEnd(text, at);
      const next = text.charCodeAt(at);
      if (next === 62) {
        at++;
        break;
      }
      if (next === 47) {
        if (text.charCodeAt(at + 1) !== 62)
          return fault(at, 'a / within a tag', at + 1 >= text.length ? 'unfinished' : undefined);
        empty = true;
        at += 2;
        break;
      }
      const key = nameAt(text, at);
      const equals = blanksEnd(text, at + key.length);
      const quote = blanksEnd(text, equals + 1);
      const delimiter = text[quote];
      if (key === '' || text.charCodeAt(equals) !== 61 || (delimiter !== '"' && delimiter !== "'"))
        return fault(
          at,
          `the tag <${name.slice(0, 40)}> is not well formed`,
          quote >= text.length ? 'unfinished' : undefined,
        );
      const end = text.indexOf(delimiter, quote + 1);
      if (end < 0) return fault(at, `an attribute of <${name.slice(0, 40)}> does not end`, 'unfinished');
      if (key === 'Name' && section === 'data') label = decode(text.slice(quote + 1, end));
      else if (section === 'system' && depth === 2) attribute(element, key, decode(text.slice(quote + 1, end)));
      at = end + 1;
    }
    content = '';
    raw = true;
    open.push(name);
    parents.push(false);
    if (empty) {
      close(depth);
      open.pop();
      parents.pop();
      label = '';
      if (depth === 0) break;
    }
  }
  return finished();

  function attribute(element: string, key: string, value: string): void {
    if (element === 'Provider' && key === 'Name') provider = value;
    else if (element === 'TimeCreated' && key === 'SystemTime') created = value;
    else if (key !== 'xmlns' && !key.startsWith('xmlns:')) {
      systemNames.push(`${element}_${local(key)}`);
      systemValues.push(value);
    }
  }

  /** The innermost element ends: a leaf's value is told. */
  function close(depth: number): void {
    if (section === 'ignored' || depth === 0) return;
    if (section === 'system') {
      if (depth !== 2) return;
      const element = local(open[depth]!);
      if (ATTRIBUTES_ONLY.has(element)) return;
      if (OWN.has(element)) own.set(element, value());
      else {
        systemNames.push(element);
        systemValues.push(value());
      }
      return;
    }
    // EventData itself is a leaf only if it has text.
    if (depth === 1 && BLANK.test(content)) return;
    names.push(label === '' ? local(open[depth]!) : label);
    values.push(value());
  }

  function value(): string {
    if (!raw) return content;
    return INDENT.test(content) ? '' : decode(content);
  }

  function finished(): PlainEvent {
    const where = { kind: 'line', line } as const;
    const known = created !== undefined && readInstant(created, time);
    if (created === undefined || created === '') ledger.repaired('time-missing', where, 'TimeCreated');
    else if (!known) ledger.repaired('time-unreadable', where, JSON.stringify(created.slice(0, 60)));
    const id = (own.get('EventID') ?? '').trim();
    if (id !== '' && !/^\d{1,9}$/.test(id))
      ledger.repaired('event-id-unreadable', where, JSON.stringify(id.slice(0, 60)));
    const record = (own.get('EventRecordID') ?? '').trim();
    const number = /^\d{1,20}$/.test(record) ? Number(record) : 0;
    return new PlainEvent({
      timeMs: known ? time.ms : Number.NaN,
      timeTicks: known ? time.ticks : 0,
      computer: own.get('Computer') ?? '',
      channel: own.get('Channel') ?? '',
      provider,
      eventId: /^\d{1,9}$/.test(id) ? Number(id) : 0,
      eventRecordId: Number.isSafeInteger(number) ? number : BigInt(record),
      position: where,
      names,
      values,
      systemNames,
      systemValues,
    });
  }
}

export function isFault(result: PlainEvent | Fault): result is Fault {
  return 'kind' in result;
}

function fault(at: number, reason: string, more?: 'unfinished' | 'next'): Fault {
  return { kind: 'fault', code: 'xml-syntax', at, reason, unfinished: more === 'unfinished', next: more === 'next' };
}

function nameAt(text: string, at: number): string {
  NAME.lastIndex = at;
  return NAME.exec(text)?.[0] ?? '';
}

function blanksEnd(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code === 32 || (code >= 9 && code <= 13); code = text.charCodeAt(at)) at++;
  return at;
}

/** Without a namespace prefix. */
function local(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(colon + 1);
}

const BEGINS_EVENT = /<(?:[^\s<>/:]+:)?Event(?=[\s>])[^<>]*>\s*<(?:[^\s<>/:]+:)?System[\s>]/y;

/** An `<Event>` with a System is an event of its own; UserData may hold an element of that name without one. */
export function beginsEvent(text: string, at: number): boolean {
  BEGINS_EVENT.lastIndex = at;
  return BEGINS_EVENT.test(text);
}

const REFERENCE = /&(?:#[xX]([0-9A-Fa-f]{1,8})|#(\d{1,8})|(\w+));|&/g;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Resolves references. One that XML does not define stays as it is, and is noted: entities are never declared here. */
function resolve(text: string, line: number, ledger: Ledger): string {
  return text.replace(
    REFERENCE,
    (whole, hex: string | undefined, decimal: string | undefined, name: string | undefined) => {
      if (name !== undefined && Object.hasOwn(ENTITIES, name)) return ENTITIES[name]!;
      const code = hex !== undefined ? Number.parseInt(hex, 16) : decimal !== undefined ? Number(decimal) : -1;
      if (code >= 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)) return String.fromCodePoint(code);
      ledger.repaired(
        'xml-syntax',
        { kind: 'line', line },
        `${JSON.stringify(whole.slice(0, 40))} is no reference and stays as it is`,
      );
      return whole;
    },
  );
}
