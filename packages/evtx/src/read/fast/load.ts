/**
 * A record's BinXML → its plan, its layout and its values' slots, with nothing decoded. What it does not take (it answers
 * undefined) the plain path reads or refuses in words; what it takes, the plain path reads the same.
 */
import * as buffer from '../chunk-buffer.ts';
import { MAX_NESTING } from '../limits.ts';
import * as valueType from '../value-type.ts';
import { forgetComposed } from './form.ts';
import { Layout, MOST_LEAVES, spreadLayout } from './layout.ts';
import type { Context, Op, Plan } from './plan.ts';
import * as slotTable from './slots.ts';
import { definedPlan, scannedPlan } from './templates.ts';
import { slotIsBlank } from './text.ts';

// the module's own: see chunk-buffer.ts
const { CHUNK, VIEW } = buffer;
const { ARRAY, LEAST_SIZE, TYPE } = valueType;
const { odd, readSlots, SPREAD, slotAt, slotSize, slotType } = slotTable;

/** 0F, version 1.1, no flags. */
const FRAGMENT_HEADER = 0x0001010f;

/** The plan of the one template instance or template-less content between two offsets; its values fill the slots from `base` on. */
function loadFragment(at: number, end: number, base: number, context: Context): Plan | null {
  const p = VIEW.getInt32(at, true) === FRAGMENT_HEADER ? at + 4 : at;
  if (base >= SPREAD / 2) return null;
  if (CHUNK[p] !== 0x0c) {
    const plan = scannedPlan(p, end, base, context);
    odd.count = 0;
    return plan;
  }
  if (p + 14 > end) return null;
  const definition = VIEW.getUint32(p + 6, true);
  let values = p + 10;
  if (definition === values) {
    values += 24 + VIEW.getUint32(values + 20, true);
    if (values + 4 > end) return null;
  }
  const plan = definedPlan(definition, context);
  if (plan === null) return null;
  const behind = readSlots(values, end, base, plan.slotCount);
  return behind < 0 || (behind < end && CHUNK[behind] !== 0) ? null : plan;
}

/** No section of it is a leaf by virtue of its text, save for the one that op is about. */
function sectionsAreEmpty(plan: Plan, base: number, except: number): boolean {
  for (const slot of plan.sectionSlots) if (slot !== except && slotType[base + slot] !== TYPE.null) return false;
  return true;
}

/** What {@link loadRecord} found besides the plan. */
export const loaded: { layout: Layout | undefined } = { layout: undefined };

/** The plan of the record's event; `loaded.layout` says where its data is. */
export function loadRecord(at: number, end: number): Plan | undefined {
  forgetComposed();
  const outer = loadFragment(at, end, 0, 'event');
  if (outer === null) return undefined;
  const oddValues = odd.count;
  if (oddValues === 0) {
    if (sectionsAreEmpty(outer, 0, -1)) {
      outer.plainLayout ??= layoutOf(outer, -1, undefined);
      loaded.layout = outer.plainLayout;
      return loaded.layout.names.length > MOST_LEAVES ? undefined : outer;
    }
  } else if (oddValues === 1 && slotType[odd.slot] === TYPE.binxml) {
    const slot = odd.slot;
    const op = outer.opOfSlot[slot]!;
    if (op < 0) return undefined;
    const { context } = outer.ops[op]!;
    const inner = loadFragment(slotAt[slot]!, slotAt[slot]! + slotSize[slot]!, outer.slotCount, context);
    if (inner === null) return undefined;
    if (odd.count === 0 && sectionsAreEmpty(inner, outer.slotCount, -1) && sectionsAreEmpty(outer, 0, slot)) {
      if (outer.lastInner !== inner || outer.lastOp !== op) {
        const key = op * 0x400000 + inner.id;
        let layout = outer.layouts.get(key);
        if (layout === undefined) {
          layout = layoutOf(outer, op, inner);
          outer.layouts.set(key, layout);
        }
        outer.lastInner = inner;
        outer.lastOp = op;
        outer.lastLayout = layout;
      }
      loaded.layout = outer.lastLayout;
      return outer.lastLayout!.names.length > MOST_LEAVES ? undefined : outer;
    }
  }
  spreadNames.length = 0;
  // the slots of the outer template stand; those of embedded ones are filled anew, each behind the last
  top = outer.slotCount;
  if (!spread(outer, 0, 0)) return undefined;
  loaded.layout = spreadLayout(outer, spreadNames, SPREAD);
  return loaded.layout === undefined ? undefined : outer;
}

function layoutOf(outer: Plan, op: number, inner: Plan | undefined): Layout {
  const names: string[] = [];
  const slots: number[] = [];
  const literals: string[] = [];
  for (let i = 0; i < outer.ops.length; i++) {
    if (i === op)
      for (let k = 0; k < inner!.ops.length; k++) addLeaf(inner!.ops[k]!, outer.slotCount, names, slots, literals);
    else addLeaf(outer.ops[i]!, 0, names, slots, literals);
  }
  return new Layout(outer, names, slots, literals);
}

function addLeaf(op: Op, base: number, names: string[], slots: number[], literals: string[]): void {
  if (op.name === undefined || (op.isSection && op.slot >= 0)) return;
  names.push(op.name);
  slots.push(op.slot < 0 ? -1 : base + op.slot);
  literals.push(op.literal);
}

const spreadNames: string[] = [];
let top = 0;

function push(name: string, type: number, at: number, size: number): boolean {
  const to = SPREAD + spreadNames.length;
  if (spreadNames.length === MOST_LEAVES) return false;
  slotType[to] = size === 0 ? TYPE.null : type;
  slotAt[to] = at;
  slotSize[to] = size;
  spreadNames.push(name);
  return true;
}

/** Leaves of a record with arrays or several embedded templates, one after the other. */
function spread(plan: Plan, base: number, depth: number): boolean {
  for (let slot = 0; slot < plan.slotCount; slot++) {
    if (slotType[base + slot]! >= TYPE.handle && plan.opOfSlot[slot]! < 0) return false;
  }
  for (const op of plan.ops) {
    if (op.slot < 0) return false;
    const slot = base + op.slot;
    const type = slotType[slot]!;
    if (type === TYPE.binxml) {
      if (depth === MAX_NESTING) return false;
      const innerBase = top;
      const inner = loadFragment(slotAt[slot]!, slotAt[slot]! + slotSize[slot]!, innerBase, op.context);
      if (inner === null) return false;
      top = innerBase + inner.slotCount;
      if (!spread(inner, innerBase, depth + 1)) return false;
    } else if (type & ARRAY) {
      if (op.name === undefined || op.isSection || !pushItems(op.name, type & ~ARRAY, slotAt[slot]!, slotSize[slot]!))
        return false;
    } else if (type >= TYPE.handle) {
      return false;
    } else if (op.name !== undefined && !(op.isSection && slotIsBlank(slot))) {
      if (!push(op.name, type, slotAt[slot]!, type === TYPE.null ? 0 : slotSize[slot]!)) return false;
    }
  }
  return true;
}

/** A leaf for each item of an array of UTF-16 strings or of things of one size. */
function pushItems(name: string, type: number, at: number, size: number): boolean {
  if (type === TYPE.ansi || type === TYPE.binary || type === TYPE.sid || type === TYPE.sizeT) return false;
  const isText = type === TYPE.string;
  const step = isText ? 2 : LEAST_SIZE[type]!;
  const end = at + size;
  let start = at;
  for (let p = at; p + step <= end; p += step) {
    const isEnd = isText && VIEW.getUint16(p, true) === 0;
    if (isText && !isEnd && p + 2 * step <= end) continue; // within a text
    if (!push(name, type, start, (isEnd ? p : p + step) - start)) return false;
    start = p + step;
  }
  return start > at;
}
