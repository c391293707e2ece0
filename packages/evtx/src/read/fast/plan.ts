/**
 * What a template's records have in common, worked out once: where System's members are, and the leaves in document order. A plan
 * refers to values by slot, so that a record of a known template costs a few loads. A template with anything unusual (a field name
 * that is itself a value, text mixed with values) has no plan: its records take the plain path.
 */
import { isBlank } from '../plain/event.ts';
import { type ElementPart, localName, type Part } from '../plain/template.ts';
import type { Layout, Sequence } from './layout.ts';
import { MOST_SLOTS } from './slots.ts';

/** What encloses the template's root: nothing (a record), the event, or a section of it. */
export type Context = 'event' | 'section' | 'deep';

/** A slot, ABSENT, or -2 - index of a literal. */
export type Ref = number;
export const ABSENT: Ref = -1;

/** A place in document order where a leaf or embedded elements may stand. */
export type Op = {
  /** The leaf's name; undefined where no leaf stands, but embedded elements may. */
  readonly name: string | undefined;
  readonly slot: number;
  /** The leaf's text where `slot` is -1. */
  readonly literal: string;
  /** A direct child of the event is a leaf only if it has text. */
  readonly isSection: boolean;
  /** What encloses elements embedded here. */
  readonly context: Context;
};

/** Core members in the order of `Plan.core`. */
export const CORE = [
  'EventRecordID',
  'Channel',
  'Provider_Name',
  'EventID',
  'TimeCreated_SystemTime',
  'Computer',
] as const;

const CORE_INDEX: Readonly<Record<string, number | undefined>> = Object.assign(
  Object.create(null),
  Object.fromEntries(CORE.map((name, i) => [name, i])),
);
export const RECORD_ID = 0;
export const CHANNEL = 1;
export const PROVIDER = 2;
export const EVENT_ID = 3;
export const TIME = 4;
export const COMPUTER = 5;

let plans = 0;

export class Plan {
  readonly id = plans++;
  readonly slotCount: number;
  readonly core = new Int32Array(CORE.length).fill(ABSENT);
  readonly systemNames: string[] = [];
  readonly systemRefs: Ref[] = [];
  readonly literals: string[] = [];
  readonly ops: Op[] = [];
  /** Slot → its op; -1: it is no leaf's text, -2: it is something more besides. */
  readonly opOfSlot: Int32Array;
  /** Sections that are leaves if their slot has text. */
  readonly sectionSlots: number[] = [];
  /** The layout of a record without arrays and embedded elements. */
  plainLayout: Layout | undefined;
  /** The layouts with one embedded template, by its plan and op. */
  readonly layouts = new Map<number, Layout>();
  /** The layouts of records whose arrays are spread into leaves, by the leaves' names. */
  sequences: Sequence | undefined;
  lastInner: Plan | undefined;
  lastOp = -1;
  lastLayout: Layout | undefined;

  constructor(slotCount: number) {
    this.slotCount = slotCount;
    this.opOfSlot = new Int32Array(slotCount).fill(-1);
  }
}

/*
 * Some hundred templates are compiled at the beginning of a log, before anything is optimised: plain loops here, for closures and
 * iterators are what the interpreter is slowest at.
 */

const isElement = (part: Part): part is ElementPart => part.kind === 'element';

function hasElement(parts: readonly Part[]): boolean {
  for (let i = 0; i < parts.length; i++) if (parts[i]!.kind === 'element') return true;
  return false;
}

/** Literal text, '' for no parts; undefined if a value takes part. */
function literalText(parts: readonly Part[]): string | undefined {
  let text = '';
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (part.kind !== 'text') return undefined;
    text = i === 0 ? part.text : text + part.text;
  }
  return text;
}

/** Uses of one value: more would let a small record grow large. */
const MOST_USES = 4;

class Compiler {
  readonly plan: Plan;
  readonly #uses: Uint8Array;

  constructor(slotCount: number) {
    this.plan = new Plan(slotCount);
    this.#uses = new Uint8Array(slotCount);
  }

  /** Every compile step answers whether the plan still stands. */
  #use(slot: number, op: number): boolean {
    const first = this.#uses[slot]!++ === 0;
    this.plan.opOfSlot[slot] = first && op >= 0 ? op : -2;
    return this.#uses[slot]! <= MOST_USES;
  }

  #attributes(element: ElementPart): boolean {
    const { attributes } = element;
    for (let i = 0; i < attributes.length; i++) {
      const { parts } = attributes[i]!;
      for (let k = 0; k < parts.length; k++) {
        const part = parts[k]!;
        if (part.kind === 'hole' && !this.#use(part.index, -1)) return false;
      }
    }
    return true;
  }

  #op(op: Op): boolean {
    this.plan.ops.push(op);
    return op.slot < 0 || this.#use(op.slot, this.plan.ops.length - 1);
  }

  event(event: ElementPart): boolean {
    if (!this.#attributes(event)) return false;
    const { content } = event;
    for (let i = 0; i < content.length; i++) {
      const part = content[i]!;
      if (part.kind === 'hole') {
        if (!this.#op({ name: undefined, slot: part.index, literal: '', isSection: false, context: 'section' }))
          return false;
      } else if (part.kind === 'element') {
        const name = localName(part.name);
        if (name === 'RenderingInfo') return false;
        if (!(name === 'System' ? this.system(part) : this.leaves(part, true))) return false;
      }
    }
    return true;
  }

  system(system: ElementPart): boolean {
    if (!this.#attributes(system)) return false;
    const { content } = system;
    for (let i = 0; i < content.length; i++) {
      const member = content[i]!;
      if (member.kind === 'hole' || member.kind === 'instance') return false;
      if (member.kind !== 'element') continue;
      const name = localName(member.name);
      if (hasElement(member.content)) return false;
      if (member.content.length > 0 && !this.#member(name, member.content)) return false;
      const { attributes } = member;
      for (let k = 0; k < attributes.length; k++) {
        const attribute = attributes[k]!;
        if (!this.#member(`${name}_${attribute.name}`, attribute.parts)) return false;
      }
    }
    return true;
  }

  #member(name: string, parts: readonly Part[]): boolean {
    const { plan } = this;
    let ref = ABSENT;
    const only = parts[0];
    if (parts.length === 1 && only!.kind === 'hole') {
      ref = only!.index;
      if (!this.#use(ref, -1)) return false;
    } else {
      const text = literalText(parts);
      if (text === undefined) return false;
      if (text === '') return true;
      ref = -2 - plan.literals.length;
      plan.literals.push(text);
    }
    const core = CORE_INDEX[name];
    if (core !== undefined) {
      if (plan.core[core] !== ABSENT) return false;
      plan.core[core] = ref;
      return true;
    }
    if (plan.systemNames.includes(name)) return false;
    plan.systemNames.push(name);
    plan.systemRefs.push(ref);
    return true;
  }

  leaves(element: ElementPart, isSection: boolean): boolean {
    const { attributes, content } = element;
    let given: string | undefined = '';
    for (let i = 0; i < attributes.length; i++) {
      if (attributes[i]!.name === 'Name') given = literalText(attributes[i]!.parts);
    }
    if (given === undefined || !this.#attributes(element)) return false;
    if (hasElement(content)) {
      for (let i = 0; i < content.length; i++) {
        const part = content[i]!;
        if (part.kind === 'element') {
          if (!this.leaves(part, false)) return false;
        } else if (part.kind === 'hole') {
          if (!this.#op({ name: undefined, slot: part.index, literal: '', isSection: false, context: 'deep' }))
            return false;
        }
      }
      return true;
    }
    const name = given === '' ? localName(element.name) : given;
    if (content.length === 1 && content[0]!.kind === 'hole') {
      const slot = content[0]!.index;
      if (isSection) this.plan.sectionSlots.push(slot);
      return this.#op({ name, slot, literal: '', isSection, context: 'deep' });
    }
    const literal = literalText(content);
    if (literal === undefined) return false;
    if (isSection && isBlank(literal)) return true;
    return this.#op({ name, slot: -1, literal, isSection, context: 'deep' });
  }
}

/** The plan of a template with values up to `slotCount` within `context`, or undefined if it has none. */
export function compile(parts: readonly Part[], slotCount: number, context: Context): Plan | undefined {
  if (slotCount > MOST_SLOTS || !parts.every((part) => isElement(part) || part.kind === 'text')) return undefined;
  const elements = parts.filter(isElement);
  const compiler = new Compiler(slotCount);
  if (context === 'event') return elements.length === 1 && compiler.event(elements[0]!) ? compiler.plan : undefined;
  if (elements.length === 0) return undefined;
  for (const element of elements) {
    const name = localName(element.name);
    if (context === 'section' && (name === 'System' || name === 'RenderingInfo')) return undefined;
    if (!compiler.leaves(element, context === 'section')) return undefined;
  }
  return compiler.plan;
}
