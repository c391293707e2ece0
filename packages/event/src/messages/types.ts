import type { LabelKey } from './labels.ts';

export type Language = 'en' | 'ko' | 'ja';
export const LANGUAGES: readonly Language[] = ['en', 'ko', 'ja'];

/**
 * A line `Label: value`. `block`: the value may run over several lines (a list of privileges, an XML document, a command
 * line), up to the next label of the layout. Other values end with their line.
 */
export type LineRow = readonly [label: LabelKey, field: string] | readonly [label: LabelKey, field: string, 'block'];

/** A heading of its own line and the indented lines below it. Several labels: the headings of different Windows versions. */
export interface SectionRow {
  readonly section: readonly LabelKey[];
  readonly lines: readonly LineRow[];
}

/** By language: text with `{Field}` where a value stands, or the first words of a paragraph. Variants in a list. */
export type Texts = Readonly<Partial<Record<Language, readonly string[]>>>;

/**
 * How Windows renders an event as text. Sections and lines come in this order and each may be missing (older Windows
 * lacks some); none comes twice. A label out of this order is part of the value before it.
 */
export interface LayoutRow {
  /** The first line where it holds values; `{Field}` stands for one. */
  readonly sentence?: Texts;
  /** The field that takes the text between the first line and the first label. */
  readonly body?: string;
  readonly items: readonly (SectionRow | LineRow)[];
  /** How the explanation after the last label begins; it is no part of a value. */
  readonly trailer?: Texts;
}
