export { jsonLog } from '../../server/index.ts';
export { StoreError } from '../../store/index.ts';
export { type TokenBook, type TokenRow, tokensAt } from './offline.ts';
export { type ServeOptions, type Serving, startServing } from './serve.ts';
export type { TokenWanted } from './tokens.ts';
