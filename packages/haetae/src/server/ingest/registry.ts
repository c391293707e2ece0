import * as all from './index.ts';
import type { Protocol } from './protocol.ts';

/** Every protocol by its export's name. A new one is a folder and a line in index.ts; the contract test covers it then. */
export const PROTOCOLS: Readonly<Record<string, Protocol>> = all;
