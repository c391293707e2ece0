export { jsonLog, topicSourceOf } from '../../server/index.ts';
export { sinkPlaceOf } from '../../sink/index.ts';
export { busPlaceOf, StoreError } from '../../store/index.ts';
export { ROLES } from '../fleet/fleet.ts';
export { type TokenBook, type TokenRow, tokensAt } from './offline.ts';
export { startServing } from './serve.ts';
export type { ServeOptions, Serving } from './serving.ts';
export type { TokenWanted } from './tokens.ts';
