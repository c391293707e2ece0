/** A report as data, in one language: what the renderers for PDF, HTML and Markdown all write, each in its own way. */
import type { Drawing } from '../chart/index.ts';
import type { Level } from '../incident/index.ts';

/**
 * A stretch of text. It is only ever text: renderers give it no meaning of their own. `code` is what logs say: never broken by
 * words, shown in the fixed-width face.
 */
export type Span =
  | { readonly kind: 'plain' | 'strong' | 'muted' | 'code'; readonly text: string }
  | { readonly kind: 'level'; readonly level: Level; readonly text: string }
  /** A new line. */
  | { readonly kind: 'break'; readonly text: '' }
  /** Our own links only; text of logs is never one. */
  | { readonly kind: 'link'; readonly text: string; readonly to: string };
export type Text = string | readonly Span[];

export interface Column {
  readonly title: string;
  /** `fit`: as wide as its longest; else its share of what is left. */
  readonly width: 'fit' | number;
  readonly align?: 'end';
}

export interface TreeLine {
  readonly kind: 'host' | 'process' | 'command' | 'decoded' | 'finding';
  /** 0 for a host. */
  readonly depth: number;
  readonly text: string;
  readonly aside: string;
  readonly level: Level | null;
}

export type Block =
  | { readonly kind: 'heading'; readonly depth: 1 | 2 | 3; readonly text: string; readonly id: string }
  | { readonly kind: 'paragraph'; readonly text: Text }
  | { readonly kind: 'note'; readonly text: Text }
  | { readonly kind: 'facts'; readonly rows: readonly (readonly [name: string, value: Text])[] }
  | { readonly kind: 'figures'; readonly figures: readonly { readonly value: string; readonly name: string }[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly Text[] }
  | { readonly kind: 'table'; readonly columns: readonly Column[]; readonly rows: readonly (readonly Text[])[] }
  | { readonly kind: 'chart'; readonly drawing: Drawing }
  | { readonly kind: 'tree'; readonly lines: readonly TreeLine[] };

/** A report in one language. */
export interface ReportDocument {
  readonly language: 'ko' | 'en';
  readonly title: string;
  readonly subtitle: string;
  /** What kind of report it is: on its first page and in the head of the others. */
  readonly label: string;
  /** Of the first page. */
  readonly cover: readonly (readonly [name: string, value: Text])[];
  readonly contents: string;
  readonly blocks: readonly Block[];
}

export interface Report {
  readonly documents: readonly ReportDocument[];
  /** What the file says of its own date, ms since 1970. */
  readonly dateMs: number;
}

export const plain = (text: string): Span => ({ kind: 'plain', text });
export const strong = (text: string): Span => ({ kind: 'strong', text });
export const muted = (text: string): Span => ({ kind: 'muted', text });
export const lineBreak: Span = { kind: 'break', text: '' };
export const code = (text: string): Span => ({ kind: 'code', text });

export const spansOf = (text: Text): readonly Span[] => (typeof text === 'string' ? [plain(text)] : text);
