import { didYouMean, SigmaError } from './error.ts';
import type { Refused } from './parse.ts';
import type { RuleMeta, RuleReference } from './rule.ts';

/** Finds documents by what others call them: an id in any case, or a name as it is written. */
export class References<T extends RuleMeta> {
  readonly #known = new Map<string, T[]>();
  readonly #titles = new Map<string, T>();
  readonly #refused = new Map<string, Refused>();

  constructor(documents: Iterable<T>, refused: Iterable<Refused>) {
    for (const document of documents) {
      const { id, name } = document;
      for (const word of new Set([id?.toLowerCase(), name])) {
        if (word === undefined) continue;
        const known = this.#known.get(word);
        if (known === undefined) this.#known.set(word, [document]);
        else known.push(document);
      }
      this.#titles.set(document.title.toLowerCase(), document);
    }
    for (const gone of refused)
      for (const word of [gone.id?.toLowerCase(), gone.name]) if (word !== undefined) this.#refused.set(word, gone);
  }

  /** What is meant in this file: its own document of that name before those of others. Throws SigmaError. */
  find({ text, at }: RuleReference, file: string | undefined): T {
    const fail = (code: 'unknown-rule' | 'ambiguous-rule', reason: string): never => {
      throw new SigmaError(code, reason, { file, ...at });
    };
    const named = this.#known.get(text) ?? this.#known.get(text.toLowerCase()) ?? [];
    const here = named.filter(({ path }) => path === file);
    const found = here.length > 0 ? here : named;
    // The same rule read twice has one id; two rules of one name are two.
    const [first, second] = found;
    if (first !== undefined) {
      if (second === undefined || (first.id !== undefined && first.id.toLowerCase() === second.id?.toLowerCase()))
        return first;
      const places = found.map(({ path, at: where }) => `${path ?? '<rule>'}:${where.line}`);
      return fail('ambiguous-rule', `${found.length} rules are called ${text}: ${places.slice(0, 5).join(', ')}`);
    }
    const gone = this.#refused.get(text) ?? this.#refused.get(text.toLowerCase());
    if (gone !== undefined) return fail('unknown-rule', `the rule ${text} was refused: ${gone.error.message}`);
    const titled = this.#titles.get(text.toLowerCase());
    if (titled !== undefined) {
      const way = titled.name ?? titled.id;
      const hint = way === undefined ? 'give that rule a name' : `did you mean ${way}?`;
      return fail('unknown-rule', `${text} is a title; rules are referred to by id or name; ${hint}`);
    }
    return fail('unknown-rule', `no rule is called ${text}${didYouMean(text, this.#known.keys())}`);
  }
}
