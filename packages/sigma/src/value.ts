import type { CidrBlock } from './cidr.ts';
import type { Part } from './text.ts';
import type { TimePart } from './time.ts';

/** A value of a rule while its modifiers work on it, and what is compiled in the end. */
export type Value =
  /** `bytes`: every character is one byte (0–255), as the utf16 family makes them. */
  | {
      readonly kind: 'text';
      readonly raw: string;
      readonly parts: readonly Part[];
      readonly cased: boolean;
      readonly bytes: boolean;
    }
  | { readonly kind: 'number'; readonly number: number; readonly text: string }
  | { readonly kind: 'boolean'; readonly boolean: boolean }
  | { readonly kind: 'null' }
  | {
      readonly kind: 'regex';
      readonly source: string;
      /** Any of `i`, `m`, `s`. */
      readonly flags: string;
      readonly from: 'anywhere' | 'start';
      readonly to: 'anywhere' | 'end';
      /** Kept from an earlier proof; undefined where nobody has asked yet. */
      readonly linear?: boolean;
    }
  | { readonly kind: 'cidr'; readonly block: CidrBlock; readonly text: string }
  | { readonly kind: 'compare'; readonly op: CompareOp; readonly number: number }
  /** A part of the time that the field holds, on a clock in `zone`. */
  | {
      readonly kind: 'time';
      readonly part: TimePart;
      readonly op: CompareOp | 'equals';
      readonly number: number;
      readonly zone: string;
    }
  | { readonly kind: 'exists'; readonly exists: boolean }
  | { readonly kind: 'field'; readonly field: string; readonly start: boolean; readonly end: boolean }
  /** One of these. */
  | { readonly kind: 'any'; readonly of: readonly Value[] };

export type CompareOp = 'lt' | 'lte' | 'gt' | 'gte';
export type Kind = Exclude<Value['kind'], 'any'>;
export type Text = Extract<Value, { kind: 'text' }>;
export type ValueOf<K extends Kind> = Extract<Value, { kind: K }>;
