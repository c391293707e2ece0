import * as all from './index.ts';
import type { Modifier } from './modifier.ts';

/** Every modifier by the name that a rule writes. */
export const MODIFIERS: Readonly<Record<keyof typeof all, Modifier>> = all;

const BY_NAME: ReadonlyMap<string, Modifier> = new Map(
  Object.values<Modifier>(MODIFIERS).flatMap((m) => [m.name, ...(m.aliases ?? [])].map((name) => [name, m] as const)),
);

export const modifierNames = (): readonly string[] => [...BY_NAME.keys()];
export const modifier = (name: string): Modifier | undefined => BY_NAME.get(name);
