import type { At } from '../error.ts';
import type { Entry, ListNode, MapNode, Node, ScalarNode } from './node.ts';
import { plainValue, unescaped } from './scalar.ts';
import { Sought } from './sought.ts';

/**
 * Reads the YAML that rules are written in: one document of block maps and lists whose keys and values stand on one line each,
 * plain or quoted, and literal blocks (`|`). It is ten times as fast as the parser of all YAML, which takes half the time of a
 * start with thousands of rules. Anything else, errors above all, gives undefined: {@link readYaml} has the whole language, says
 * what is wrong, and is what this is tested against, node by node.
 */
export function readQuickly(given: string): MapNode | undefined {
  const lines = given.includes('\r') ? given.replaceAll('\r\n', '\n') : given;
  const text = lines.endsWith('\n') ? lines : `${lines}\n`;
  if (text.length > LONGEST || STRANGE.test(text) || (text.includes('\t') && TABBED.test(text))) return undefined;
  try {
    return new Reader(text).document();
  } catch (error) {
    if (error === BEYOND) return undefined;
    throw error;
  }
}

/** Below YAML_LIMITS: what is near them is left to who tells of them. */
const LONGEST = 4_000_000;
const MOST_NODES = 50_000;
const DEEPEST = 32;
/** Of a key, as YAML has it. */
const LONGEST_KEY = 1000;
/** Line ends of old Macs, and byte order marks. */
const STRANGE = /[\r\ufeff]/;
/** A tab outside of lines that are comments. */
const TABBED = /^(?! *#).*\t/m;

/** Thrown for what is beyond this reader. Not an Error: a stack would cost more than the reading. */
const BEYOND = Symbol('beyond the quick reader');
const beyond = (): never => {
  throw BEYOND;
};

const SPACE = 32;
const DOUBLE_QUOTE = 34;
const HASH = 35;
const SINGLE_QUOTE = 39;
const PLUS = 43;
const DASH = 45;
const COLON = 58;
const BACKSLASH = 92;
const BAR = 124;

/** A key or plain text cannot begin with these, or means something else with them: - and : are told apart by what follows. */
const INDICATORS = new Set([...'?,[]{}#&*!|>%@`"\''].map((c) => c.charCodeAt(0)));

/** Reads line by line; between two steps it stands at a line that holds something, or at the end. */
class Reader {
  readonly #text: string;
  #line = 0;
  /** Where the line begins, where its first character stands that is no space, and where it ends. */
  #begin = 0;
  #start = 0;
  #end = -1;
  #nodes = 0;

  readonly #colonAndSpace: Sought;
  readonly #colonAtEnd: Sought;
  readonly #spaceAndHash: Sought;

  constructor(text: string) {
    this.#text = text;
    this.#colonAndSpace = new Sought(text, ': ');
    this.#colonAtEnd = new Sought(text, ':\n');
    this.#spaceAndHash = new Sought(text, ' #');
  }

  document(): MapNode {
    this.#next();
    if (this.#marker()) {
      if (this.#text.slice(this.#start, this.#end).trimEnd() !== '---') beyond();
      this.#next();
    }
    if (this.#atEnd || this.#start !== this.#begin) beyond();
    const root = this.#map(0, 0);
    return this.#atEnd ? root : beyond();
  }

  get #atEnd(): boolean {
    return this.#begin > this.#text.length;
  }

  /** Of the line; -1 at the end, so that everything ends there. */
  get #indent(): number {
    return this.#atEnd ? -1 : this.#start - this.#begin;
  }

  /** Goes to the next line that holds more than spaces and a comment. */
  #next(): void {
    const text = this.#text;
    for (;;) {
      this.#begin = this.#end + 1;
      this.#line++;
      if (this.#begin > text.length) return;
      this.#end = this.#lineEnd(this.#begin);
      let at = this.#begin;
      while (at < this.#end && text.charCodeAt(at) === SPACE) at++;
      this.#start = at;
      if (at < this.#end && text.charCodeAt(at) !== HASH) return;
    }
  }

  #lineEnd(from: number): number {
    const found = this.#text.indexOf('\n', from);
    return found < 0 ? this.#text.length : found;
  }

  /** Whether the line is a directive, or begins or ends a document. */
  #marker(): boolean {
    if (this.#start !== this.#begin || this.#atEnd) return false;
    const c = this.#text.charCodeAt(this.#start);
    return (
      c === 37 || ((c === DASH || c === 46) && /^(?:---|\.\.\.)/.test(this.#text.slice(this.#start, this.#start + 3)))
    );
  }

  #at(offset: number): At {
    return { line: this.#line, column: offset - this.#begin + 1 };
  }

  /** A map whose first key stands at `start` of this line, which is where its other keys stand on theirs. */
  #map(indent: number, depth: number): MapNode {
    if (depth > DEEPEST) beyond();
    const at = this.#at(this.#begin + indent);
    const entries: Entry[] = [];
    const keys = new Set<string>();
    let start = this.#begin + indent;
    do {
      if (this.#marker()) beyond();
      const made = this.#entry(start, indent, depth);
      if (keys.has(made.key) || made.key === '<<') beyond();
      keys.add(made.key);
      entries.push(made);
      start = this.#start;
    } while (this.#indent === indent && !this.#isItem());
    if (this.#indent > indent) beyond();
    return { kind: 'map', entries, at };
  }

  /** Leaves the reader behind the value. */
  #entry(start: number, indent: number, depth: number): Entry {
    if (++this.#nodes > MOST_NODES) beyond();
    const text = this.#text;
    const first = text.charCodeAt(start);
    let key: string;
    let keyAt = this.#at(start);
    let colon: number;
    if (first === SINGLE_QUOTE || first === DOUBLE_QUOTE) {
      const close = this.#closing(start);
      key = this.#unquoted(start, close);
      keyAt = this.#at(start + 1);
      colon = close + 1;
      if (!this.#isColon(colon)) beyond();
    } else {
      colon = this.#colon(start);
      if (colon < 0 || !this.#beginsPlain(start) || text.charCodeAt(colon - 1) === SPACE) beyond();
      if (this.#comment(start) < colon) beyond();
      key = text.slice(start, colon);
    }
    if (colon - start > LONGEST_KEY) beyond();
    const value = this.#skip(colon + 1);
    if (value < this.#end && text.charCodeAt(value) !== HASH) return { key, keyAt, value: this.#scalar(value, indent) };
    const empty = this.#at(value);
    const commented = value < this.#end;
    this.#next();
    if (this.#indent > indent) return { key, keyAt, value: this.#below(depth) };
    if (this.#indent === indent && this.#isItem()) return { key, keyAt, value: this.#list(depth + 1) };
    if (commented) beyond();
    return { key, keyAt, value: { kind: 'scalar', value: null, text: '', quoted: false, at: empty } };
  }

  /** What begins on this line, below its key. */
  #below(depth: number): Node {
    if (this.#isItem()) return this.#list(depth + 1);
    return this.#map(this.#indent, depth + 1);
  }

  #list(depth: number): ListNode {
    if (depth > DEEPEST) beyond();
    const indent = this.#indent;
    const at = this.#at(this.#start);
    const items: Node[] = [];
    do {
      if (this.#marker()) beyond();
      const start = this.#skip(this.#start + 1);
      if (start >= this.#end || this.#text.charCodeAt(start) === HASH || this.#isDash(start)) beyond();
      if (this.#isKey(start)) items.push(this.#map(start - this.#begin, depth + 1));
      else items.push(this.#scalar(start, indent));
    } while (this.#indent === indent && this.#isItem());
    if (this.#indent > indent) beyond();
    return { kind: 'list', items, at };
  }

  #isItem(): boolean {
    return this.#isDash(this.#start);
  }

  /** A dash with nothing or a space behind it. */
  #isDash(at: number): boolean {
    if (this.#text.charCodeAt(at) !== DASH) return false;
    return at + 1 >= this.#end || this.#text.charCodeAt(at + 1) === SPACE;
  }

  /** A colon with nothing or a space behind it. */
  #isColon(at: number): boolean {
    if (at >= this.#end || this.#text.charCodeAt(at) !== COLON) return false;
    return at + 1 === this.#end || this.#text.charCodeAt(at + 1) === SPACE;
  }

  /** The colon that ends a plain key which begins at `from`; -1 for none on this line. */
  #colon(from: number): number {
    const at = Math.min(this.#colonAndSpace.from(from), this.#colonAtEnd.from(from));
    return at < this.#end ? at : -1;
  }

  /** Where a comment begins behind `from`, or the line ends. */
  #comment(from: number): number {
    return Math.min(this.#spaceAndHash.from(from), this.#end);
  }

  #isKey(start: number): boolean {
    const first = this.#text.charCodeAt(start);
    if (first === SINGLE_QUOTE || first === DOUBLE_QUOTE) return this.#isColon(this.#closing(start) + 1);
    const colon = this.#colon(start);
    return colon >= 0 && colon < this.#comment(start);
  }

  #skip(from: number): number {
    let at = from;
    while (at < this.#end && this.#text.charCodeAt(at) === SPACE) at++;
    return at;
  }

  #beginsPlain(at: number): boolean {
    return !INDICATORS.has(this.#text.charCodeAt(at)) && !this.#isDash(at) && !this.#isColon(at);
  }

  /** A value at `start`, of a map or list at `indent`. Goes on to what follows, which may not be deeper: it would belong to it. */
  #scalar(start: number, indent: number): ScalarNode {
    if (++this.#nodes > MOST_NODES) beyond();
    const at = this.#at(start);
    const first = this.#text.charCodeAt(start);
    if (first === BAR) return { kind: 'scalar', quoted: false, at, ...this.#literal(start, indent) };
    let made: ScalarNode;
    if (first === SINGLE_QUOTE || first === DOUBLE_QUOTE) {
      const close = this.#closing(start);
      const behind = this.#skip(close + 1);
      if (behind < this.#end && (behind === close + 1 || this.#text.charCodeAt(behind) !== HASH)) beyond();
      const value = this.#unquoted(start, close);
      made = { kind: 'scalar', value, text: value, quoted: true, at };
    } else {
      if (!this.#beginsPlain(start)) beyond();
      const comment = this.#comment(start);
      let text = this.#plain(start, comment);
      if (comment === this.#end) text += this.#folded(indent);
      const value = plainValue(text);
      if (value === undefined) return beyond();
      made = { kind: 'scalar', value, text, quoted: false, at };
    }
    this.#next();
    if (this.#indent > indent) beyond();
    return made;
  }

  /** Plain text of this line, less the spaces behind it. */
  #plain(start: number, before: number): string {
    let end = before;
    while (this.#text.charCodeAt(end - 1) === SPACE) end--;
    const colon = this.#colon(start);
    return colon >= 0 && colon < end ? beyond() : this.#text.slice(start, end);
  }

  /** What following lines, deeper than the key, add to plain text: a line end is a space, an empty line is a line end. */
  #folded(indent: number): string {
    let added = '';
    let blank = '';
    for (;;) {
      const begin = this.#end + 1;
      if (begin >= this.#text.length) return added;
      const end = this.#lineEnd(begin);
      let at = begin;
      while (at < end && this.#text.charCodeAt(at) === SPACE) at++;
      if (at < end && (at - begin <= indent || this.#text.charCodeAt(at) === HASH)) return added;
      this.#begin = begin;
      this.#end = end;
      this.#line++;
      if (at === end) blank += '\n';
      else {
        if (this.#comment(at) < end) beyond();
        const text = this.#plain(at, end);
        added += (blank === '' ? ' ' : blank) + text;
        blank = '';
      }
    }
  }

  /** The quote that ends what begins at `start`, on the same line. */
  #closing(start: number): number {
    const text = this.#text;
    const quote = text.charCodeAt(start);
    for (let at = start + 1; at < this.#end; at++) {
      const c = text.charCodeAt(at);
      if (c === BACKSLASH && quote === DOUBLE_QUOTE) at++;
      else if (c === quote) {
        if (quote === DOUBLE_QUOTE || text.charCodeAt(at + 1) !== SINGLE_QUOTE) return at;
        at++;
      }
    }
    return beyond();
  }

  #unquoted(start: number, close: number): string {
    const inner = this.#text.slice(start + 1, close);
    if (this.#text.charCodeAt(start) === SINGLE_QUOTE) return inner.includes("'") ? inner.replaceAll("''", "'") : inner;
    return unescaped(inner) ?? beyond();
  }

  /** The lines below a `|`, as deep as the first of them; at their end one line end, none (`|-`) or all (`|+`). */
  #literal(start: number, indent: number): { readonly value: string; readonly text: string } {
    const text = this.#text;
    let header = start + 1;
    const chomp = text.charCodeAt(header);
    if (chomp === DASH || chomp === PLUS) header++;
    if (this.#skip(header) !== this.#end) beyond();
    let deep = -1;
    let value = '';
    let blank = '';
    for (;;) {
      const begin = this.#end + 1;
      if (begin >= text.length) break;
      const end = this.#lineEnd(begin);
      let at = begin;
      while (at < end && text.charCodeAt(at) === SPACE) at++;
      if (at < end) {
        if (deep < 0) deep = at - begin;
        if (at - begin < deep) break;
        value += `${blank}${text.slice(begin + deep, end)}\n`;
        blank = '';
      } else {
        // Deeper than what comes, it would be an error; before the first line that is not known yet.
        if (deep < 0 && at > begin) beyond();
        blank += deep >= 0 && at - begin > deep ? `${text.slice(begin + deep, end)}\n` : '\n';
      }
      this.#end = end;
      this.#line++;
    }
    if (deep <= indent || blank.includes(' ')) beyond();
    this.#next();
    if (this.#indent > indent) beyond();
    const whole = chomp === PLUS ? value + blank : chomp === DASH ? value.slice(0, -1) : value;
    return { value: whole, text: whole };
  }
}
