import type { Item, Search } from '../rule.ts';
import type { Context, Document } from './context.ts';
import type { Params } from './params.ts';
import type { ProcessingItem } from './pipeline.ts';

/** Why a document cannot be processed: it is refused, with this reason. */
export class Refused {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** What a step of a pipeline does. Documents and items are never changed: new ones come out. */
export type Transformation =
  | { readonly kind: 'rule'; apply(document: Document, context: Context): Document | Refused }
  /** For each item that the conditions choose: what stands in its place, 'drop', or undefined where nothing changes. */
  | { readonly kind: 'item'; apply(item: Item, context: Context): Search | 'drop' | Refused | undefined }
  /** For each field name that the conditions choose, wherever it stands; undefined is the field of a keyword. */
  | { readonly kind: 'field'; map(field: string | undefined): readonly string[] | undefined }
  | { readonly kind: 'nest'; readonly items: readonly ProcessingItem[] };

/** What reading a transformation may need beside its parameters. */
export interface Tools {
  /** The text of a file that a pipeline names. */
  load(path: string, params: Params): string;
  items(params: Params, key: string): readonly ProcessingItem[];
}

export interface TransformationType {
  /** One sentence for lists and help. */
  readonly summary: string;
  read(params: Params, tools: Tools): Transformation;
}

/** Transformations of pySigma that make no sense here, each with the reason. */
export interface RefusedType {
  readonly refused: string;
}
