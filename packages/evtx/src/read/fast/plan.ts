/**
 * What a template's records have in common, worked out once: where System's members are, and the leaves in document order. A plan
 * refers to values by slot, so that a record of a known template costs a few loads. A template with anything unusual (a field name
 * that is itself a value, text mixed with values) has no plan: its records take the plain path.
 */
import { CORE_SYSTEM, isBlank } from '../plain/event.ts';
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

const isElement = (part: Part): part is ElementPart => part.kind === 'element';

/** Literal text, '' for no parts; undefined if a value takes part. */
function literalText(parts: readonly Part[]): string | undefined {
  let text = '';
  for (const part of parts) {
    if (part.kind !== 'text') return undefined;
    text += part.text;
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
    for (const { parts } of element.attributes) {
      for (const part of parts) if (part.kind === 'hole' && !this.#use(part.index, -1)) return false;
    }
    return true;
  }

  #op(op: Op): boolean {
    this.plan.ops.push(op);
    return op.slot < 0 || this.#use(op.slot, this.plan.ops.length - 1);
  }

  event(event: ElementPart): boolean {
    if (!this.#attributes(event)) return false;
    for (const part of event.content) {
      if (part.kind === 'hole') {
        if (!this.#op({ name: undefined, slot: part.index, literal: '', isSection: false, context: 'section' }))
          return false;
      } else if (isElement(part)) {
        const name = localName(part.name);
        if (name === 'RenderingInfo') return false;
        if (!(name === 'System' ? this.system(part) : this.leaves(part, true))) return false;
      }
    }
    return true;
  }

  system(system: ElementPart): boolean {
    if (!this.#attributes(system)) return false;
    for (const member of system.content) {
      if (member.kind === 'hole' || member.kind === 'instance') return false;
      if (!isElement(member)) continue;
      const name = localName(member.name);
      if (member.content.some(isElement) || !this.#member(name, member.content)) return false;
      for (const attribute of member.attributes) {
        if (!this.#member(`${name}_${attribute.name}`, attribute.parts)) return false;
      }
    }
    return true;
  }

  #member(name: string, parts: readonly Part[]): boolean {
    const { plan } = this;
    let ref = ABSENT;
    const [only] = parts;
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
    if (CORE_SYSTEM.has(name)) {
      const index = (CORE as readonly string[]).indexOf(name);
      if (plan.core[index] !== ABSENT) return false;
      plan.core[index] = ref;
      return true;
    }
    if (plan.systemNames.includes(name)) return false;
    plan.systemNames.push(name);
    plan.systemRefs.push(ref);
    return true;
  }

  leaves(element: ElementPart, isSection: boolean): boolean {
    const attribute = element.attributes.findLast((a) => a.name === 'Name');
    const given = literalText(attribute?.parts ?? []);
    if (given === undefined || !this.#attributes(element)) return false;
    if (element.content.some(isElement)) {
      for (const part of element.content) {
        if (isElement(part)) {
          if (!this.leaves(part, false)) return false;
        } else if (part.kind === 'hole') {
          if (!this.#op({ name: undefined, slot: part.index, literal: '', isSection: false, context: 'deep' }))
            return false;
        }
      }
      return true;
    }
    const name = given === '' ? localName(element.name) : given;
    const [only] = element.content;
    if (element.content.length === 1 && only!.kind === 'hole') {
      if (isSection) this.plan.sectionSlots.push(only!.index);
      return this.#op({ name, slot: only!.index, literal: '', isSection, context: 'deep' });
    }
    const literal = literalText(element.content);
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
