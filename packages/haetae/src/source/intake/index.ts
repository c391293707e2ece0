export { discover, type Found, type FoundFile, type Missed } from './discover.ts';
export { LIMITS, type Limits } from './limits.ts';
export { type Digest, type Opened, type OpenOptions, openInputs } from './open.ts';
