import { type At, didYouMean, type Place, SigmaError } from '../error.ts';
import { entry, type MapNode, type Node, type Scalar, toPlain } from '../yaml/node.ts';

/** The parameters of a part of a pipeline, read one by one; what is asked for by no one is an error in the end. */
export class Params {
  readonly map: MapNode;
  readonly file: string | undefined;
  readonly #what: string;
  readonly #known = new Set<string>();

  /** `what`: whose parameters they are, as in `the transformation set_value`. */
  constructor(map: MapNode, what: string, file: string | undefined) {
    this.map = map;
    this.#what = what;
    this.file = file;
  }

  fail(reason: string, at: At = this.map.at, cause?: unknown): never {
    throw new SigmaError('bad-pipeline', reason, { file: this.file, ...at }, cause);
  }

  place(at: At = this.map.at): Place {
    return { file: this.file, ...at };
  }

  node(key: string): Node | undefined {
    this.#known.add(key);
    const found = entry(this.map, key)?.value;
    return found?.kind === 'scalar' && found.value === null && !found.quoted ? undefined : found;
  }

  need(key: string): Node {
    const found = this.node(key);
    if (found !== undefined) return found;
    const typo = this.map.entries.find((e) => !this.#known.has(e.key) && didYouMean(e.key, [key]) !== '');
    if (typo !== undefined) return this.fail(`no ${key}; did you mean it by ${typo.key}?`, typo.keyAt);
    return this.fail(`${this.#what} needs ${key}`);
  }

  text(key: string): string {
    return this.#text(this.need(key), key);
  }

  optionalText(key: string): string | undefined {
    const node = this.node(key);
    return node === undefined ? undefined : this.#text(node, key);
  }

  /** One of `words`; `otherwise` where it is not given. */
  word<T extends string>(key: string, words: readonly T[], otherwise?: T): T {
    const node = otherwise === undefined ? this.need(key) : this.node(key);
    if (node === undefined) return otherwise!;
    const text = this.#text(node, key);
    return (
      words.find((w) => w === text) ??
      this.fail(`${key} is one of ${words.join(', ')}, not ${text}${didYouMean(text, words)}`, node.at)
    );
  }

  flag(key: string): boolean {
    const node = this.node(key);
    if (node === undefined) return false;
    return node.kind === 'scalar' && typeof node.value === 'boolean'
      ? node.value
      : this.fail(`${key} is true or false`, node.at);
  }

  /** A text, number, flag or null, which must be given. */
  scalar(key: string): Scalar {
    this.#known.add(key);
    const node = entry(this.map, key)?.value ?? this.need(key);
    return node.kind === 'scalar' ? node.value : this.fail(`${key} is one value, not a ${node.kind}`, node.at);
  }

  /** Texts; one may stand without a list. */
  texts(key: string): readonly string[] {
    return this.#texts(this.need(key), key);
  }

  optionalTexts(key: string): readonly string[] | undefined {
    const node = this.node(key);
    return node === undefined ? undefined : this.#texts(node, key);
  }

  /** A map to one or several texts; `one` says whether a value was written as one text. */
  mapping(
    key: string,
  ): ReadonlyMap<string, { readonly to: readonly string[]; readonly one: boolean; readonly at: At }> {
    const node = this.need(key);
    if (node.kind !== 'map') return this.fail(`${key} is a map`, node.at);
    return new Map(
      node.entries.map((e) => [
        e.key,
        { to: this.#texts(e.value, `${key}.${e.key}`), one: e.value.kind === 'scalar', at: e.keyAt },
      ]),
    );
  }

  plain(key: string): unknown {
    return toPlain(this.need(key));
  }

  /** Says that a key exists although it is read elsewhere. */
  know(...keys: readonly string[]): this {
    for (const key of keys) this.#known.add(key);
    return this;
  }

  /** Throws at a key that nobody asked for. */
  done(): void {
    for (const { key, keyAt } of this.map.entries) {
      if (this.#known.has(key)) continue;
      const hint = didYouMean(key, this.#known);
      const all = [...this.#known].sort().join(', ');
      this.fail(`${this.#what} has no ${key}${hint === '' ? `; it has ${all || 'no parameters'}` : hint}`, keyAt);
    }
  }

  #text(node: Node, key: string): string {
    return node.kind === 'scalar' ? node.text : this.fail(`${key} is one text, not a ${node.kind}`, node.at);
  }

  #texts(node: Node, key: string): readonly string[] {
    const items = node.kind === 'list' ? node.items : [node];
    return items.map((item) =>
      item.kind === 'scalar' ? item.text : this.fail(`${key} is a text or a list of texts`, item.at),
    );
  }
}
