import type { Event } from '@haetae/event';
import type { Ledger } from '../../ledger.ts';
import type { ReadOptions } from '../../source.ts';
import type { JsonEntry } from './values.ts';

export type JsonObject = { readonly [name: string]: unknown };

/** What the shapes of one file share. */
export interface Reading {
  readonly ledger: Ledger;
  readonly options: ReadOptions;
  /** The first text of the file, to look ahead in. */
  readonly head: string;
}

/** One way in which programs write a Windows event as a JSON object. */
export interface Shape {
  readonly name: string;
  /** By its members alone; the shapes exclude each other, so that their order does not matter. */
  fits(value: JsonObject): boolean;
  open(reading: Reading): ShapeReader;
}

/** Reads the objects of one file. The event is valid until the next one; undefined: it is lost, which the ledger has been told. */
export type ShapeReader = (value: JsonObject, entry: JsonEntry) => Event | undefined;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member, if it is the object's own: a log may hold members called `constructor` or `__proto__`. */
export function member(object: JsonObject, name: string): unknown {
  const value = object[name];
  return typeof value === 'object' || typeof value === 'function'
    ? Object.hasOwn(object, name)
      ? value
      : undefined
    : value;
}
