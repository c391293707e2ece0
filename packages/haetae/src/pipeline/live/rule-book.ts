import type { UnixMs } from '@haetae/event';
import { readExceptions } from '../../exceptions/index.ts';
import type { Actor, api, Page } from '../../server/index.ts';
import { type RuleCount, type RuleState, type Store, StoreError } from '../../store/index.ts';
import { exceptionText } from './policy.ts';
import type { ListedRule, RulesLoaded } from './rules-load.ts';

type Rule = api.Rule;

interface RulesAsked {
  readonly text?: string | undefined;
  readonly technique?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** The rules that are loaded, as people see them: with what they found, and whether they are on. */
export class RuleBook {
  readonly #store: Pick<Store, 'rules' | 'findings'>;
  readonly #now: () => number;
  #listed: readonly ListedRule[] = [];
  #byId: ReadonlyMap<string, ListedRule> = new Map();
  #said = 'none loaded';
  #packs: RulesLoaded['packs'] = [];

  constructor(store: Pick<Store, 'rules' | 'findings'>, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  load({ listed, kept, missing, packs }: RulesLoaded): void {
    this.#listed = listed;
    this.#packs = packs;
    this.#byId = new Map(listed.map((rule) => [rule.id.toLowerCase(), rule]));
    const files = packs.map(({ name, files: n }) => `${name} (${n} files)`).join(', ');
    const old = kept.length === 0 ? '' : `; as they were before: ${kept.join('; ')}`;
    const gone = missing.length === 0 ? '' : `; nothing at ${missing.join(', ')}`;
    this.#said = `${listed.length} of ${files}${old}${gone}`;
  }

  get(id: string): ListedRule | undefined {
    return id === '' ? undefined : this.#byId.get(id.toLowerCase());
  }

  inFile(path: string): readonly ListedRule[] {
    return this.#listed.filter((rule) => rule.path === path);
  }

  /** As lists show them. */
  shown(ids: readonly string[]): Promise<Rule[]> {
    return this.#shown(ids.flatMap((id) => this.get(id) ?? []));
  }

  get packs(): api.RulePacks {
    return { inForce: this.#listed.length, items: this.#packs.map((pack) => ({ ...pack })) };
  }

  describe(): string {
    return this.#said;
  }

  get ids(): string[] {
    return [...this.#byId.keys()].filter((id) => id !== '');
  }

  get names(): (readonly [id: string, name: string])[] {
    return this.#listed.flatMap(({ id, name }) =>
      name === null || id === '' ? [] : [[id.toLowerCase(), name] as const],
    );
  }

  async page({ text, technique, limit, cursor }: RulesAsked): Promise<Page<Rule>> {
    const sought = text?.trim().toLowerCase() ?? '';
    const found = this.#listed
      .filter(({ techniques }) => technique === undefined || techniques.includes(technique))
      .filter(
        ({ id, title, titleKo, path }) =>
          sought === '' || [id, title, titleKo ?? '', path].some((word) => word.toLowerCase().includes(sought)),
      );
    const from = cursor === undefined ? 0 : Number(cursor);
    if (!Number.isSafeInteger(from) || from < 0)
      throw new StoreError('invalid', 'the cursor is not one that was given out');
    const next = from + limit < found.length ? String(from + limit) : null;
    return { items: await this.#shown(found.slice(from, from + limit)), next };
  }

  /** What the rules that are switched on look for, in the order of the techniques' ids. No finding is counted for it. */
  async techniques(): Promise<api.RuleTechnique[]> {
    const off = new Set((await this.#store.rules.list()).flatMap(({ id, enabled }) => (enabled ? [] : [id])));
    const rules = new Map<string, number>();
    for (const { id, techniques } of this.#listed)
      if (!off.has(id.toLowerCase()))
        for (const technique of techniques) rules.set(technique, (rules.get(technique) ?? 0) + 1);
    return [...rules]
      .map(([technique, n]) => ({ technique, rules: n }))
      .sort((a, b) => (a.technique < b.technique ? -1 : 1));
  }

  async setEnabled(id: string, enabled: boolean, actor: Actor): Promise<Rule> {
    const rule = this.#byId.get(id.toLowerCase());
    if (rule === undefined || rule.id === '') throw new StoreError('missing', 'there is no such rule');
    const key = rule.id.toLowerCase();
    const nowMs = this.#now() as UnixMs;
    const state = await this.#store.rules.get(key);
    if (state === undefined) {
      const fresh = { id: key, enabled, level: null, note: '', createdMs: nowMs, createdBy: actor.id };
      await this.#store.rules.create(fresh);
    } else if (state.enabled !== enabled)
      await this.#store.rules.update(key, state.version, { enabled }, actor.id, nowMs);
    return (await this.#shown([rule]))[0]!;
  }

  /** Why an exception would hide nothing, or is none; undefined when it is one. */
  exceptionProblem({ title, ruleId, filter, reason, expiresMs }: api.NewException, actor: Actor): string | undefined {
    if (ruleId !== null && !this.#byId.has(ruleId.toLowerCase())) return `no rule has the id ${ruleId}`;
    const nowMs = this.#now() as UnixMs;
    const kept = { version: 1, createdMs: nowMs, createdBy: actor.id, updatedMs: nowMs, updatedBy: actor.id };
    const draft = { ...kept, id: DRAFT, title, ruleId, enabled: true, expiresMs: expiresMs as UnixMs | null };
    const { exceptions, problems } = readExceptions([exceptionText({ ...draft, body: { filter, reason } })], nowMs);
    const error = problems.find(({ severity }) => severity === 'error');
    if (error !== undefined) return error.reason;
    return exceptions[0]?.state === 'in-force' ? undefined : 'it has ended already, or lacks a reason';
  }

  async #shown(some: readonly ListedRule[]): Promise<Rule[]> {
    const [states, counts] = await Promise.all([this.#store.rules.list(), this.#store.findings.byRule({})]);
    const stateOf = new Map(states.map((state: RuleState) => [state.id, state]));
    const countOf = new Map<string, Tally>();
    // A rule that was renamed has a row for each of its titles.
    for (const { ruleId, count, judged, harmless, lastMs } of counts) {
      const key = ruleId.toLowerCase();
      const known = countOf.get(key);
      countOf.set(key, {
        count: count + (known?.count ?? 0),
        judged: judged + (known?.judged ?? 0),
        harmless: harmless + (known?.harmless ?? 0),
        lastMs: Math.max(lastMs, known?.lastMs ?? lastMs),
      });
    }
    return some.map(({ name: _, ...rule }) => {
      const key = rule.id.toLowerCase();
      const found = countOf.get(key);
      return {
        ...rule,
        tactics: [...rule.tactics],
        techniques: [...rule.techniques],
        enabled: stateOf.get(key)?.enabled ?? true,
        findings: found?.count ?? 0,
        judged: found?.judged ?? 0,
        harmless: found?.harmless ?? 0,
        lastMs: found?.lastMs ?? null,
      };
    });
  }
}

type Tally = Pick<RuleCount, 'count' | 'judged' | 'harmless'> & { readonly lastMs: number };

const DRAFT = '00000000-0000-4000-8000-000000000000';
