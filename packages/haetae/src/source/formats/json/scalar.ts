import type { Instant } from '../../instant.ts';
import { readInstant } from '../../instant.ts';
import { DEPTH_LIMIT } from './values.ts';

/**
 * A scalar as text: numbers and booleans as they stand in the log, null as ''; undefined for objects and arrays. `name` is
 * the member's name and `source` the text of the whole object, in which the digits of a number beyond 2^53 are looked up.
 */
export function scalarText(value: unknown, name: string, source: string): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return numberText(value, name, source);
    case 'boolean':
      return value ? 'true' : 'false';
    default:
      return value === null ? '' : undefined;
  }
}

function numberText(value: number, name: string, source: string): string {
  if (Number.isSafeInteger(value) || !Number.isInteger(value)) return String(value);
  return String(exactInteger(value, name, source));
}

const patterns = new Map<string, RegExp>();
const PATTERNS = 1000;

/** The integer in its full length: JSON.parse has rounded it to `value`. */
export function exactInteger(value: number, name: string, source: string): bigint {
  let pattern = patterns.get(name);
  if (pattern === undefined) {
    // Names are chosen by who writes the log, so their number is bounded here.
    if (patterns.size >= PATTERNS) patterns.clear();
    pattern = new RegExp(`${escapeRegExp(JSON.stringify(name))}\\s*:\\s*(-?\\d+)`, 'g');
    patterns.set(name, pattern);
  }
  for (const match of source.matchAll(pattern)) if (Number(match[1]) === value) return BigInt(match[1]!);
  return BigInt(value);
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/**
 * Calls `leaf` for every scalar in document order: elements of an array under the array's name, members of an object under
 * `name.member`. False when it is nested too deep to be followed.
 */
export function eachScalar(
  name: string,
  value: unknown,
  source: string,
  leaf: (name: string, text: string) => void,
  depth = 0,
): boolean {
  if (depth > DEPTH_LIMIT) return false;
  if (Array.isArray(value)) {
    for (const item of value) if (!eachScalar(name, item, source, leaf, depth + 1)) return false;
    return true;
  }
  if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value))
      if (!eachScalar(`${name}.${key}`, item, source, leaf, depth + 1)) return false;
    return true;
  }
  const text = scalarText(value, name.slice(name.lastIndexOf('.') + 1), source);
  if (text !== undefined) leaf(name, text);
  return true;
}

const DATE_CALL = /^\/Date\((-?\d+)(?:[+-]\d{4})?\)\/$/;
const NUMBER = /^\d{9,19}(?:\.\d+)?$/;

/** A time as JSON writers put it: ISO 8601, `/Date(ms)/` of PowerShell, or a Unix time in s, ms, µs or ns by its size. */
export function readJsonTime(value: unknown, into: Instant): boolean {
  if (typeof value === 'string') {
    if (readInstant(value, into)) return true;
    const call = DATE_CALL.exec(value);
    if (call !== null) return unixTime(Number(call[1]), 1, into);
    return NUMBER.test(value) && readUnixTime(Number(value), into);
  }
  return typeof value === 'number' && readUnixTime(value, into);
}

function readUnixTime(value: number, into: Instant): boolean {
  if (!(value > 0)) return false;
  if (value < 1e11) return unixTime(value, 1000, into);
  if (value < 1e14) return unixTime(value, 1, into);
  if (value < 1e17) return unixTime(value, 1e-3, into);
  return unixTime(value, 1e-6, into);
}

function unixTime(value: number, msPerUnit: number, into: Instant): boolean {
  const ms = value * msPerUnit;
  into.ms = Math.floor(ms);
  // A double holds today's seconds to less than a microsecond, no further.
  into.ticks =
    Number.isInteger(value) && msPerUnit >= 1 ? 0 : Math.min(999, Math.round((ms - Math.floor(ms)) * 1000)) * 10;
  into.zoned = true;
  return true;
}
