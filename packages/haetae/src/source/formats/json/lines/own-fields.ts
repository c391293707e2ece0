import { MEMBERS_OF, OWN, SPECIAL, SYSTEM } from '../shapes/flat.ts';
import {
  ABSENT,
  countOfNames,
  ESCAPED,
  endOf,
  kindOf,
  LIST,
  NESTED,
  NULL,
  NUMBER,
  nameAt,
  PLAIN,
  startOf,
  WHOLE,
} from './members.ts';
import { MOST_NAMES, nameOf, numberOf } from './names.ts';
import * as window from './window.ts';

// A constant of this module's own, so that the compiler knows it: see window.ts.
const BUFFER = window.BUFFER;

/** The text of a member that is a string, a whole number or a word, of the line that was read last. */
export type TextOf = (number: number, kind: number) => string;

/** What the fields of a line are put into, anew for each event. */
export interface Into {
  clear(): void;
  add(name: string, value: string): void;
  /** A string or a plain whole number, by the number of its member. */
  member(name: string, number: number, kind: number): void;
}

/** Pairs of name and value: lists of objects that stay where they are. */
export class Pairs implements Into {
  readonly #text: TextOf;
  readonly #all: [name: string, value: string][] = [];
  #list: [name: string, value: string][] = [];
  #count = 0;

  constructor(text: TextOf) {
    this.#text = text;
  }

  clear(): void {
    this.#count = 0;
  }

  member(name: string, number: number, kind: number): void {
    this.add(name, this.#text(number, kind));
  }

  add(name: string, value: string): void {
    const i = this.#count++;
    const pair = this.#all[i];
    if (pair === undefined) this.#all.push([name, value]);
    else {
      pair[0] = name;
      pair[1] = value;
    }
  }

  list(): readonly (readonly [name: string, value: string])[] {
    const list = this.#list;
    for (let i = list.length; i < this.#count; i++) list.push(this.#all[i]!);
    list.length = this.#count;
    return list;
  }
}

/** What a member is to its event, by the number of its name; 0: not looked at yet. */
const roles = new Uint8Array(MOST_NAMES);
const DATA = 1;
const OF_SYSTEM = 2;
/** Objects tell such names first. */
const INDEX = 3;
/** From here on: one of a group of names of which the first that is there is the event's own. */
const GROUP = 4;
const GROUPS = OWN.map((names) => names.map(numberOf));

function roleOf(number: number): number {
  const known = roles[number]!;
  if (known !== 0) return known;
  const name = nameOf(number);
  const group = OWN.findIndex((names) => names.includes(name));
  const role = /^\d/.test(name)
    ? INDEX
    : !SPECIAL.has(name)
      ? DATA
      : SYSTEM.has(name)
        ? OF_SYSTEM
        : group < 0
          ? DATA
          : GROUP + group;
  roles[number] = role;
  return role;
}

/** The name of a group that stands for the event itself; -1 where none does. */
function takenOf(group: readonly number[]): number {
  for (let i = 0; i < group.length; i++) {
    const kind = kindOf(group[i]!);
    if (kind === PLAIN || kind === ESCAPED || kind === WHOLE || kind === NUMBER) return group[i]!;
  }
  return -1;
}

/** The data fields of the line that was read last, as FlatEvent tells them; false where that takes more thought. */
export function fieldsInto(into: Into, text: TextOf): boolean {
  into.clear();
  const count = countOfNames();
  for (let i = 0; i < count; i++) {
    const number = nameAt(i);
    const role = roleOf(number);
    if (role === OF_SYSTEM || (role >= GROUP && takenOf(GROUPS[role - GROUP]!) === number)) continue;
    if (role === INDEX) return false;
    const kind = kindOf(number);
    if (kind === NESTED) return false;
    if (kind <= WHOLE) into.member(nameOf(number), number, kind);
    else if (kind === LIST) {
      const items = itemsOf(number);
      if (items === undefined) return false;
      for (let n = 0; n < items.length; n++) into.add(nameOf(number), items[n]!);
    } else into.add(nameOf(number), otherText(number, kind, text));
  }
  return true;
}

const WRITER = 'Execution_ProcessID';
const THREAD = numberOf('ThreadID');
const PROCESS = numberOf('ProcessID');
const MEMBERS = [...MEMBERS_OF].map(([name, members]) => ({ name, members: members.map(numberOf) }));

/** What `System` tells of it. */
export function systemInto(into: Into, text: TextOf): void {
  into.clear();
  for (let i = 0; i < MEMBERS.length; i++) {
    const { name, members } = MEMBERS[i]!;
    let number = -1;
    for (let n = 0; n < members.length && number < 0; n++) if (kindOf(members[n]!) !== ABSENT) number = members[n]!;
    if (number < 0) {
      // Beside ThreadID it is the writer's.
      if (name !== WRITER || kindOf(THREAD) === ABSENT || kindOf(PROCESS) === ABSENT) continue;
      if (takenOf([THREAD]) < 0) continue;
      number = PROCESS;
    }
    const kind = kindOf(number);
    if (kind === LIST || kind === NESTED) continue;
    if (kind <= WHOLE) into.member(name, number, kind);
    else into.add(name, otherText(number, kind, text));
  }
}

/** Of a scalar that is neither a string nor a plain whole number, as `scalarText` writes it. */
function otherText(number: number, kind: number, text: TextOf): string {
  if (kind === NULL) return '';
  const written = text(number, kind);
  return kind === NUMBER ? textOfNumber(written) : written;
}

/** A number that is written otherwise than JavaScript prints it, or that a double cannot hold. */
function textOfNumber(written: string): string {
  const value = Number(written);
  if (Number.isSafeInteger(value) || !Number.isInteger(value)) return String(value);
  return /^-?\d+$/.test(written) ? written : String(BigInt(value));
}

/** Lists by their text: they are the same in line after line. */
const lists = new Map<string, readonly string[]>();
const MOST_LISTS = 256;
const LONGEST_LIST = 256;

function itemsOf(number: number): readonly string[] | undefined {
  const text = BUFFER.utf8Slice(startOf(number), endOf(number));
  const known = lists.get(text);
  if (known !== undefined) return known;
  const items: string[] = [];
  for (const item of JSON.parse(text) as readonly unknown[]) {
    if (typeof item === 'number' && Number.isInteger(item) && !Number.isSafeInteger(item)) return undefined;
    items.push(item === null ? '' : String(item));
  }
  if (text.length <= LONGEST_LIST) {
    if (lists.size === MOST_LISTS) lists.clear();
    lists.set(text, items);
  }
  return items;
}
