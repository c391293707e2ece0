export { type Layer, type LayerKind, PEEL_LIMITS, type PeelLimits } from './layer.ts';
export { mayHide, peel } from './peel.ts';
