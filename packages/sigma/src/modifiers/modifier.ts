import type { Kind, Value, ValueOf } from '../value.ts';

/** What the caller of compile() gives the modifiers. */
export interface ModifierContext {
  /** The values of a placeholder `%name%`; undefined when none are known. */
  placeholder(name: string): readonly string[] | undefined;
  /** On whose clock times with a zone are read: `UTC` (the default) or a name such as `Asia/Seoul`. */
  readonly timeZone?: string | undefined;
}

/** Why a value cannot be modified: a reason for the author of the rule, without a place (the caller knows it). */
export class Refusal {
  readonly code: 'bad-chain' | 'bad-value' | 'bad-cidr' | 'no-placeholder';
  readonly reason: string;
  constructor(reason: string, code: Refusal['code'] = 'bad-value') {
    this.code = code;
    this.reason = reason;
  }
}

/** A modifier of the Sigma specification (appendix "Sigma modifiers"): one folder each, listed in index.ts. */
export type Modifier = ValueModifier | ItemModifier;

interface Named {
  /** As a rule writes it. */
  readonly name: string;
  readonly aliases?: readonly string[];
  /** One sentence for lists and help. */
  readonly summary: string;
}

/** Works on each value of an item. */
export interface ValueModifier extends Named {
  readonly kind: 'value';
  /** The kinds of values it takes; any other is refused. */
  readonly accepts: readonly Kind[];
  /** It takes the value as the rule writes it: no other value modifier may stand before it. */
  readonly first?: boolean;
  /** Modifiers that may stand before it although it is `first`. */
  readonly follows?: readonly string[];
  /** It asks something of a field: a keyword search has none. */
  readonly needsField?: boolean;
  apply(value: Value, context: ModifierContext): Value | Refusal;
}

/** Says how an item's values are joined. */
export interface ItemModifier extends Named {
  readonly kind: 'item';
  readonly effect: 'all' | 'not';
}

/** A value modifier with its accepted kinds checked by the compiler. */
export function valueModifier<K extends Kind>(
  parts: Omit<ValueModifier, 'kind' | 'accepts' | 'apply'> & {
    readonly accepts: readonly K[];
    apply(value: ValueOf<K>, context: ModifierContext): Value | Refusal;
  },
): ValueModifier {
  // chain.ts calls apply only with a value whose kind is in `accepts`.
  return { ...parts, kind: 'value', apply: (value, context) => parts.apply(value as ValueOf<K>, context) };
}
