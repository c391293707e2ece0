import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RuleBook } from './rule-book.ts';
import { type RuleDesk, ruleDesk } from './rule-desk.ts';
import { loadRules, type RulesLoaded } from './rules-load.ts';

const PACK_ID = '11111111-1111-4111-8111-111111111111';
const OWN_ID = '22222222-2222-4222-8222-222222222222';
const text = (id: string, title: string, word = 'whoami') => `title: ${title}
id: ${id}
status: test
description: Names what a test looks for
author: Tests
date: 2026-11-28
tags:
    - attack.discovery
    - attack.t1033
logsource:
    product: windows
    category: process_creation
detection:
    selection:
        CommandLine|contains: '${word}'
    condition: selection
falsepositives:
    - Administrators
level: high
`;

let folder: string;
let pack: string;
let book: RuleBook;
let loaded: RulesLoaded;
let desk: RuleDesk;
let states: { readonly id: string; readonly enabled: boolean }[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'haetae-desk-'));
  pack = join(folder, 'pack.yml');
  writeFileSync(pack, text(PACK_ID, 'Of The Pack'));
  states = [];
  const store = { rules: { list: async () => states }, findings: { byRule: async () => [] } };
  book = new RuleBook(store as never, () => 0);
  const local = join(folder, 'local');
  const load = async (): Promise<void> => {
    const before = loaded?.setup.rules ?? [];
    const wanted = {
      builtin: false,
      paths: [pack],
      minLevel: 'informational',
      strict: false,
      cache: undefined,
    } as const;
    loaded = await loadRules({ ...wanted, local, before });
    book.load(loaded);
  };
  desk = ruleDesk({
    folder: local,
    book,
    texts: () => loaded.setup.rules,
    replaced: () => loaded.replaced,
    reload: () => load,
  });
  await load();
});
afterEach(() => rmSync(folder, { recursive: true }));
const titles = async () => (await book.page({ limit: 10 })).items.map(({ title, local }) => [title, local]);

test('techniques that are looked for: of every rule, one that is switched off apart; and the rules of one', async () => {
  await desk.save({ text: text(OWN_ID, 'My Own').replace('attack.t1033', 'attack.t1033\n    - attack.t1087.002') });
  expect(await book.techniques()).toEqual([
    { technique: 'T1033', rules: 2 },
    { technique: 'T1087.002', rules: 1 },
  ]);
  const of = async (technique: string) =>
    (await book.page({ technique, limit: 10 })).items.map(({ title, enabled }) => [title, enabled]);
  expect(await of('T1087.002')).toEqual([['My Own', true]]);
  expect(await of('T1087')).toEqual([]);
  states.push({ id: OWN_ID, enabled: false });
  expect(await book.techniques()).toEqual([{ technique: 'T1033', rules: 1 }]);
  expect(await of('T1033')).toEqual([
    ['Of The Pack', true],
    ['My Own', false],
  ]);
});

describe('what is said of a text', () => {
  test('a rule that can be used, and nothing to mend', async () => {
    const whole = text(OWN_ID, 'Somebody Asks Who He Is').replace(
      'author:',
      'references:\n    - https://example.com\nauthor:',
    );
    expect(await desk.check({ text: whole, lang: 'en' })).toEqual({
      usable: true,
      rules: [{ id: OWN_ID, title: 'Somebody Asks Who He Is', level: 'high' }],
      problems: [],
    });
  });

  test.each([
    ['no YAML', 'title: [', 1],
    ['a condition that names nothing', text(OWN_ID, 'My Own').replace('condition: selection', 'condition: other'), 16],
    ['a modifier that there is not', text(OWN_ID, 'My Own').replace('|contains', '|contained'), 15],
  ])('%s: where, and that it cannot be used', async (_, broken, line) => {
    const { usable, problems } = await desk.check({ text: broken, lang: 'en' });
    expect(usable).toBe(false);
    expect(problems.filter(({ severity }) => severity === 'error').map((one) => one.line)).toContain(line);
  });

  test('in Korean', async () => {
    const broken = text(OWN_ID, 'My Own').replace('condition: selection', 'condition: other');
    const { problems } = await desk.check({ text: broken, lang: 'ko' });
    expect(problems.find(({ severity }) => severity === 'error')?.message).toMatch(/[가-힣]/);
  });

  test('without an id it cannot be kept', async () => {
    const { usable } = await desk.check({ text: text(OWN_ID, 'My Own').replace(/^id: .*\n/m, ''), lang: 'en' });
    expect(usable).toBe(false);
  });
});

describe('what is saved', () => {
  test('a new rule is in force at once, and can be taken away', async () => {
    expect(await desk.save({ text: text(OWN_ID, 'My Own') })).toMatchObject({
      id: OWN_ID,
      title: 'My Own',
      local: true,
    });
    expect(await titles()).toEqual([
      ['Of The Pack', false],
      ['My Own', true],
    ]);
    expect(readFileSync(join(folder, 'local', `${OWN_ID}.yml`), 'utf8')).toBe(text(OWN_ID, 'My Own'));
    expect(await desk.remove(OWN_ID)).toBe(true);
    expect(await titles()).toEqual([['Of The Pack', false]]);
    expect(readdirSync(join(folder, 'local'))).toEqual([]);
  });

  test('a tuned rule stands in place of that of the pack, whose file is left alone', async () => {
    await desk.save({ text: text(PACK_ID, 'Tuned', 'whoami /all'), replaces: PACK_ID });
    expect(await titles()).toEqual([['Tuned', true]]);
    expect(await desk.source(PACK_ID)).toEqual({
      ...{ path: `local/${PACK_ID}.yml`, text: text(PACK_ID, 'Tuned', 'whoami /all'), local: true, replaces: pack },
    });
    await desk.save({ text: text(PACK_ID, 'Tuned Again'), replaces: PACK_ID });
    expect(await titles()).toEqual([['Tuned Again', true]]);
    await desk.remove(PACK_ID);
    expect(await titles()).toEqual([['Of The Pack', false]]);
    expect(await desk.source(PACK_ID)).toMatchObject({ path: pack, local: false, replaces: null });
  });

  test.each([
    ['the id of another rule', { text: text(PACK_ID, 'My Own') }, 'is that of another rule'],
    ['what loses the id of the rule that it replaces', { text: text(OWN_ID, 'x'), replaces: PACK_ID }, 'keeps its ids'],
    ['what replaces no rule', { text: text(OWN_ID, 'x'), replaces: 'nobody' }, 'no such rule'],
    ['no rule', { text: 'a: 1' }, 'a rule needs detection'],
    ['a rule that does not compile', { text: text(OWN_ID, 'x').replace('|contains', '|contained') }, '15:'],
  ])('%s is refused, and nothing is written', async (_, rule, why) => {
    await expect(desk.save(rule)).rejects.toThrow(why);
    expect(readdirSync(join(folder, 'local'))).toEqual([]);
    expect(await titles()).toEqual([['Of The Pack', false]]);
  });

  test('a rule of the pack cannot be taken away', async () => {
    expect(await desk.remove(PACK_ID)).toBe(false);
  });

  test('an id cannot lead out of the folder', async () => {
    const id = '../../evil';
    await desk.save({ text: text(OWN_ID, 'My Own').replace(OWN_ID, id) }).catch(() => {});
    expect(readdirSync(folder).sort()).toEqual(['local', 'pack.yml']);
  });
});
