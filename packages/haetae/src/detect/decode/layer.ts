/** What was done to a text to get the next one. `base64-*` names the encoding the bytes turned out to be in. */
export type LayerKind =
  | 'base64-utf16le'
  | 'base64-utf16be'
  | 'base64-utf8'
  | 'base64-cp949'
  | 'base64-mixed'
  | 'gzip'
  | 'deflate'
  | 'caret'
  | 'backtick'
  | 'quotes'
  | 'concat'
  | 'format'
  | 'chars';

/** One step of the peeling. Plain data: it goes into findings. */
export interface Layer {
  readonly kind: LayerKind;
  /** Index of the layer it was found in; -1 for the text that was given. */
  readonly parent: number;
  /** Half-open range, in UTF-16 units, of the parent's text that this layer stands for. */
  readonly from: { readonly start: number; readonly end: number };
  readonly text: string;
}

/** What bounds the peeling, whatever the text. */
export interface PeelLimits {
  /** UTF-16 units of the given text that are looked at. */
  readonly maxInput: number;
  /** UTF-16 units of one layer's text. */
  readonly maxText: number;
  /** UTF-16 units of all layers together. */
  readonly maxTotal: number;
  readonly maxLayers: number;
  /** Steps from the given text to the deepest layer. */
  readonly maxDepth: number;
}

export const PEEL_LIMITS: PeelLimits = {
  maxInput: 262_144,
  maxText: 262_144,
  maxTotal: 1_048_576,
  maxLayers: 24,
  maxDepth: 8,
};
