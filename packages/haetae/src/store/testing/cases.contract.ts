import { expect, test } from 'vitest';
import type { EntityRow, Store, StoredException } from '../index.ts';
import { batch, T } from './events.ts';
import { finding, incident, ms } from './rows.ts';

export function casesContract(open: () => Promise<Store>): void {
  test('findings come back newest first, filtered, page by page; counted by rule', async () => {
    const store = await open();
    const rows = [
      finding({ id: 1 }),
      finding({ id: 2, seq: 2, ruleId: 'r2', title: 'Other', level: 'low', host: 'PC-2', incidentId: 'i1' }),
      finding({ id: 3, seq: 2, timeMs: ms(T + 9), eventIds: [7, 8] }),
    ];
    await store.intake.commit(batch(2, [], { findings: rows }));
    await store.intake.commit(batch(3, [], { findings: [rows[2]!] }));
    const list = async (query: object): Promise<number[]> =>
      (await store.findings.list({ limit: 9, ...query })).map(({ id }) => id);
    expect(await store.findings.get(3)).toEqual(rows[2]);
    expect(await list({})).toEqual([3, 2, 1]);
    expect(await list({ before: 3, limit: 1 })).toEqual([2]);
    expect(await list({ host: 'pc-1', minLevel: 'medium' })).toEqual([3, 1]);
    expect(await list({ incidentId: 'i1' })).toEqual([2]);
    expect(await list({ eventId: 8 })).toEqual([3]);
    expect(await list({ fromMs: T + 1, ruleId: 'r1' })).toEqual([3]);
    expect(await list({ technique: 'T1003.001' })).toEqual([3, 2, 1]);
    expect(await list({ technique: 'T1003' })).toEqual([]);
    expect(await store.findings.byRule({})).toEqual([
      { ruleId: 'r1', title: 'Mimikatz', level: 'high', count: 2, hosts: 1, lastMs: T + 9, judged: 0, harmless: 0 },
      { ruleId: 'r2', title: 'Other', level: 'low', count: 1, hosts: 1, lastMs: T, judged: 0, harmless: 0 },
    ]);
  });

  test('what became of the incidents of a rule is counted with it: duplicates and open ones say nothing', async () => {
    const store = await open();
    const verdicts = ['benign', 'false-positive', 'true-positive', 'duplicate', null] as const;
    await store.intake.commit(
      batch(1, [], {
        incidents: verdicts.map((_, i) => incident({ id: `i${i}` })),
        findings: verdicts.map((_, i) => finding({ id: i + 1, incidentId: `i${i}` })),
      }),
    );
    for (const [i, verdict] of verdicts.entries())
      if (verdict !== null) await store.incidents.triage(`i${i}`, 1, { status: 'closed', verdict }, 'u1', ms(T));
    const [count] = await store.findings.byRule({});
    expect(count).toMatchObject({ ruleId: 'r1', count: 5, judged: 3, harmless: 2 });
  });

  test('findings by technique: each that a finding names, over its hosts', async () => {
    const store = await open();
    const rows = [
      finding({ id: 1, techniques: ['T1003.001', 'T1059'] }),
      finding({ id: 2, techniques: ['T1059'], host: 'PC-2', timeMs: ms(T + 7) }),
      finding({ id: 3, techniques: [] }),
    ];
    await store.intake.commit(batch(1, [], { findings: rows }));
    expect(await store.findings.byTechnique({})).toEqual([
      { technique: 'T1003.001', count: 1, hosts: 1, lastMs: T },
      { technique: 'T1059', count: 2, hosts: 2, lastMs: T + 7 },
    ]);
    expect(await store.findings.byTechnique({ host: 'pc-2' })).toEqual([
      { technique: 'T1059', count: 1, hosts: 1, lastMs: T + 7 },
    ]);
    expect(await store.findings.byTechnique({ fromMs: T + 8 })).toEqual([]);
  });

  test('findings over time: in stretches that people count in, by level, empty ones left out', async () => {
    const store = await open();
    const hour = 3_600_000;
    const first = Math.floor(T / hour) * hour;
    const rows = [
      finding({ id: 1, timeMs: ms(first + 1) }),
      finding({ id: 2, timeMs: ms(first + hour - 1), level: 'low' }),
      finding({ id: 3, timeMs: ms(first + 20 * hour) }),
      finding({ id: 4, timeMs: ms(first + 20 * hour + 5), ruleId: 'r2' }),
    ];
    await store.intake.commit(batch(1, [], { findings: rows }));
    expect(await store.findings.overTime({ buckets: 24 })).toEqual({
      ...{ fromMs: first + 1, toMs: first + 20 * hour + 6, widthMs: hour },
      counts: [
        { timeMs: first, level: 'high', count: 1 },
        { timeMs: first, level: 'low', count: 1 },
        { timeMs: first + 20 * hour, level: 'high', count: 2 },
      ],
    });
    expect(await store.findings.overTime({ buckets: 24, ruleId: 'r2' })).toMatchObject({
      fromMs: first + 20 * hour + 5,
      widthMs: 1000,
      counts: [{ count: 1 }],
    });
    expect(await store.findings.overTime({ buckets: 10, fromMs: first, toMs: first + 10 * hour })).toMatchObject({
      ...{ fromMs: first, toMs: first + 10 * hour, widthMs: hour },
      counts: [{ count: 1 }, { count: 1 }],
    });
    expect(await store.findings.overTime({ buckets: 10, host: 'nobody' })).toEqual({
      ...{ fromMs: 0, toMs: 1, widthMs: 1000, counts: [] },
    });
  });

  test('a finding is told again with more of its events, and goes to another incident; what is not there stays away', async () => {
    const store = await open();
    expect(await store.intake.reached()).toEqual({ seq: 0, eventId: 0, findingId: 0 });
    await store.intake.commit(batch(1, [{ id: 7 }], { findings: [finding({ id: 1 }), finding({ id: 2 })] }));
    const moved = [{ seq: 2, id: 1, incidentId: 'i1' }];
    await store.intake.commit(batch(2, [], { moved }));
    const grown = finding({ id: 1, seq: 3, eventIds: [7, 8, 9] });
    await store.intake.commit(batch(3, [], { revised: [grown, finding({ id: 99, seq: 3 })] }));
    await store.intake.commit(batch(3, [], { revised: [finding({ id: 1, seq: 2, eventIds: [] })], moved: [] }));
    expect(await store.findings.get(1)).toEqual({ ...grown, incidentId: 'i1' });
    expect((await store.findings.list({ limit: 9 })).map(({ id }) => id)).toEqual([2, 1]);
    expect(await store.intake.reached()).toEqual({ seq: 3, eventId: 7, findingId: 2 });
  });

  test('what changed behind a place comes in the order of changes: what changed again comes again', async () => {
    const store = await open();
    const findings = [1, 2, 3].map((id) => finding({ id }));
    const incidents = ['i1', 'i2'].map((id) => incident({ id }));
    await store.intake.commit(batch(1, [], { findings, incidents }));
    await store.intake.commit(
      batch(4, [], {
        revised: [finding({ id: 2, seq: 2 })],
        moved: [{ seq: 3, id: 1, incidentId: 'i1' }],
        incidents: [incident({ id: 'i1', seq: 4 })],
      }),
    );
    const behind = async (seq: number, id: number, limit = 9): Promise<(number | string)[][]> =>
      (await store.findings.behind({ seq, id }, limit)).map((row) => [row.seq, row.id]);
    expect(await behind(0, 0)).toEqual([
      [1, 3],
      [2, 2],
      [3, 1],
    ]);
    expect(await behind(0, 0, 1)).toEqual([[1, 3]]);
    expect(await behind(1, 3)).toEqual([
      [2, 2],
      [3, 1],
    ]);
    expect(await behind(3, 1)).toEqual([]);
    expect([await store.findings.present(0, 3), await store.findings.present(1, 9)]).toEqual([3, 2]);
    const cases = async (seq: number, id: string): Promise<string[]> =>
      (await store.incidents.behind({ seq, id }, 9)).map((row) => row.id);
    expect([await cases(0, ''), await cases(1, 'i2'), await cases(4, 'i1')]).toEqual([['i2', 'i1'], ['i1'], []]);
  });

  test('an incident grows by what the reader says, and keeps what people made of it', async () => {
    const store = await open();
    await store.intake.commit(
      batch(1, [], { incidents: [incident({ id: 'i1' }), incident({ id: 'i1', findings: 3 })] }),
    );
    const first = (await store.incidents.get('i1'))!;
    expect(await store.incidents.some(['i1', 'nobody'])).toEqual([first]);
    const { body, ...row } = first;
    expect(await store.incidents.written('i1')).toEqual({ row, body: JSON.stringify(body) });
    expect(await store.incidents.written('nobody')).toBeUndefined();
    expect(first).toMatchObject({
      findings: 3,
      status: 'new',
      assignee: null,
      verdict: null,
      tags: [],
      version: 1,
      body: { tree: [1] },
    });
    const taken = await store.incidents.triage('i1', 1, { status: 'open', assignee: 'u1' }, 'u1', ms(T + 20));
    expect(taken).toMatchObject({ status: 'open', assignee: 'u1', version: 2, updatedMs: T + 20 });
    await store.intake.commit(
      batch(2, [], { incidents: [incident({ id: 'i1', seq: 2, level: 'critical', findings: 9 })] }),
    );
    expect(await store.incidents.get('i1')).toMatchObject({
      level: 'critical',
      findings: 9,
      status: 'open',
      assignee: 'u1',
      version: 3,
    });
    await expect(store.incidents.triage('i1', 2, { status: 'closed' }, 'u2', ms(T))).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(store.incidents.triage('i9', 1, {}, 'u2', ms(T))).rejects.toMatchObject({ code: 'missing' });
    await store.incidents.note('i1', { actor: 'u1', kind: 'comment', detail: '확인했습니다', timeMs: ms(T + 30) });
    await expect(
      store.incidents.note('i9', { actor: '', kind: 'comment', detail: '', timeMs: ms(T) }),
    ).rejects.toMatchObject({ code: 'missing' });
    expect(
      (await store.incidents.history('i1')).map(({ number, actor, kind, detail }) => [number, actor, kind, detail]),
    ).toEqual([
      [1, '', 'created', { level: 'high', risk: 61.5 }],
      [2, 'u1', 'triage', { from: { status: 'new', assignee: null }, to: { status: 'open', assignee: 'u1' } }],
      [3, '', 'level', { from: 'high', to: 'critical' }],
      [4, 'u1', 'comment', '확인했습니다'],
    ]);
  });

  test('what stands out among incidents: of these statuses, those merged into others apart', async () => {
    const store = await open();
    const names = ['CORP\\alice', '한글 "u" \u0001'];
    const told = (tactics: readonly string[], ...bands: readonly string[]) => ({
      ...{ titles: { ko: '', en: '' }, techniques: [], tactics },
      blind: bands.map((kind) => ({ kind, host: 'PC-1', channel: 'Security', fromMs: T, toMs: T + 1 })),
    });
    const rows = [
      incident({
        id: 'i1',
        risk: 90,
        level: 'critical',
        users: names,
        listed: told(['execution', 'impact'], 'cleared'),
      }),
      incident({ id: 'i2', risk: 40, lastMs: ms(T + 9), hosts: ['PC-1', 'PC-2'], listed: told(['impact'], 'cleared') }),
      incident({ id: 'i3', risk: 40, hosts: ['PC-2'], users: [], listed: told([], 'gap', 'cleared') }),
      incident({ id: 'i4', risk: 99, mergedInto: 'i1', listed: told(['impact']) }),
      incident({ id: 'i5', risk: 99, hosts: ['PC-9'], listed: told(['impact']) }),
      incident({ id: 'i6', risk: 10, hosts: ['PC-3'], users: [], listed: null }),
    ];
    await store.intake.commit(batch(1, [], { incidents: rows }));
    const made = (await store.incidents.row('i1'))!.createdMs;
    await store.incidents.triage('i2', 1, { status: 'open', assignee: 'u1' }, 'u1', ms(made + 20));
    await store.incidents.triage('i5', 1, { status: 'closed', verdict: 'benign' }, 'u1', ms(made + 20));
    const asked = { status: ['new', 'open', 'waiting'], most: 3 } as const;
    const found = await store.incidents.summary({ ...asked, sinceMs: made });
    expect(found).toMatchObject({ count: 4, made: 0, changed: 1, untaken: 3, untakenSinceMs: made });
    expect(await store.incidents.summary({ ...asked, sinceMs: made - 1 })).toMatchObject({ made: 4, changed: 0 });
    expect(found.tactics).toEqual([
      { tactic: 'execution', incidents: 1 },
      { tactic: 'impact', incidents: 2 },
    ]);
    expect(found.hosts).toEqual([
      { name: 'PC-1', risk: 90, level: 'critical', incidents: 2 },
      { name: 'PC-2', risk: 40, level: 'high', incidents: 2 },
      { name: 'PC-3', risk: 10, level: 'high', incidents: 1 },
    ]);
    expect(found.users.map(({ name, incidents }) => [name, incidents])).toEqual([
      [names[0], 2],
      [names[1], 1],
    ]);
    expect(
      found.blind.map(({ incident: id, bands }) => [id, (bands as { kind: string }[]).map((one) => one.kind)]),
    ).toEqual([
      ['i2', ['cleared']],
      ['i3', ['gap', 'cleared']],
    ]);
    expect(await store.incidents.summary({ ...asked, status: ['waiting'], sinceMs: 0 })).toEqual({
      ...{ count: 0, made: 0, changed: 0, untaken: 0, untakenSinceMs: null },
      ...{ tactics: [], hosts: [], users: [], blind: [] },
    });
  });

  test('a long story of an incident comes back as it was, whatever is in it', async () => {
    const store = await open();
    const body = {
      story: ['~', '{"', '한글 \u0000 𝄞'].flatMap((text) => Array.from({ length: 3000 }, (_, i) => `${text} ${i}`)),
    };
    await store.intake.commit(batch(1, [], { incidents: [incident({ id: 'i1', body }), incident({ id: 'i2' })] }));
    expect((await store.incidents.get('i1'))!.body).toEqual(body);
    await store.intake.commit(batch(2, [], { incidents: [incident({ id: 'i1', seq: 2, body: [body, '~'] })] }));
    expect((await store.incidents.get('i1'))!.body).toEqual([body, '~']);
    expect((await store.incidents.get('i2'))!.body).toEqual({ tree: [1] });
  });

  test('what changed is asked for by frame and by time, what people changed and what was merged too', async () => {
    const store = await open();
    const rows = ['i1', 'i2', 'i3'].map((id, i) => incident({ id, seq: i + 1, mergedInto: id === 'i2' ? 'i3' : null }));
    await store.intake.commit(batch(3, [], { incidents: rows }));
    const changed = async (seq: number, sinceMs: number, limit = 9) =>
      (await store.incidents.changed({ seq, sinceMs, limit })).map(({ id }) => id);
    const never = Number.MAX_SAFE_INTEGER;
    expect(await changed(0, never)).toEqual(['i1', 'i2', 'i3']);
    expect(await changed(1, never)).toEqual(['i2', 'i3']);
    expect(await changed(0, never, 2)).toEqual(['i1', 'i2']);
    const { updatedMs } = (await store.incidents.get('i1'))!;
    await store.incidents.triage('i1', 1, { status: 'open' }, 'u1', ms(updatedMs + 1000));
    expect(await changed(3, updatedMs + 1000)).toEqual(['i1']);
  });

  test('of two who change one incident at once, one is told', async () => {
    const store = await open();
    await store.intake.commit(batch(1, [], { incidents: [incident({ id: 'i1' })] }));
    const both = ['u1', 'u2'].map((who) => store.incidents.triage('i1', 1, { assignee: who }, who, ms(T)));
    const settled = await Promise.allSettled(both);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  test('incidents are listed by risk or time, filtered, without those that were merged', async () => {
    const store = await open();
    const incidents = [
      incident({ id: 'i1', risk: 10, level: 'low', lastMs: ms(T + 9) }),
      incident({ id: 'i2', risk: 90, hosts: ['PC-2', 'SRV'], title: '랜섬웨어' }),
      incident({ id: 'i3', risk: 50, mergedInto: 'i2' }),
    ];
    await store.intake.commit(batch(1, [], { incidents }));
    await store.incidents.triage('i1', 1, { status: 'closed', assignee: 'u1' }, 'u1', ms(T));
    const list = async (query: object): Promise<[number, string[]]> => {
      const { total, rows } = await store.incidents.list({ order: 'risk', limit: 9, ...query });
      return [total, rows.map(({ id }) => id)];
    };
    expect(await list({})).toEqual([2, ['i2', 'i1']]);
    expect(await list({ order: 'newest', limit: 1 })).toEqual([2, ['i1']]);
    expect(await list({ order: 'newest', limit: 1, offset: 1 })).toEqual([2, ['i2']]);
    expect(await list({ status: ['new', 'open'] })).toEqual([1, ['i2']]);
    expect(await list({ assignee: null })).toEqual([1, ['i2']]);
    expect(await list({ assignee: 'u1' })).toEqual([1, ['i1']]);
    expect(await list({ minLevel: 'high' })).toEqual([1, ['i2']]);
    expect(await list({ host: 'srv' })).toEqual([1, ['i2']]);
    expect(await list({ text: '랜섬' })).toEqual([1, ['i2']]);
    expect(await list({ fromMs: T + 6, toMs: T + 10 })).toEqual([1, ['i1']]);
  });

  test('of an entity the last that was said stands', async () => {
    const store = await open();
    const host = (change: Partial<EntityRow>): EntityRow => ({
      ...{ seq: 1, kind: 'host', key: 'PC-1', firstMs: ms(1), lastMs: ms(2), body: { os: 'Windows' } },
      ...change,
    });
    await store.intake.commit(batch(1, [], { entities: [host({}), host({ key: 'pc-2' })] }));
    await store.intake.commit(
      batch(2, [], { entities: [host({ seq: 2, lastMs: ms(9) }), host({ seq: 1, key: 'pc-2', lastMs: ms(99) })] }),
    );
    expect(await store.entities.get('host', 'PC-1')).toEqual(host({ seq: 2, lastMs: ms(9) }));
    expect((await store.entities.list({ kind: 'host', limit: 9 })).map(({ key }) => key)).toEqual(['PC-1', 'pc-2']);
    expect((await store.entities.list({ kind: 'host', text: 'PC-2', limit: 9 })).map(({ lastMs }) => lastMs)).toEqual([
      2,
    ]);
    expect(await store.entities.list({ kind: 'user', limit: 9 })).toEqual([]);
  });

  test('a record is kept once, changed by who read its last version, listed by what it says', async () => {
    const store = await open();
    const made = {
      id: 'e1',
      title: 'Backup job',
      enabled: true,
      ruleId: null,
      expiresMs: null,
      body: { match: {} },
      createdMs: ms(1),
      createdBy: 'u1',
    };
    const first: StoredException = { ...made, version: 1, updatedMs: ms(1), updatedBy: 'u1' };
    expect(await store.exceptions.create(made)).toEqual(first);
    await expect(store.exceptions.create(made)).rejects.toMatchObject({ code: 'taken' });
    const second = await store.exceptions.update('e1', 1, { enabled: false, ruleId: 'r1' }, 'u2', ms(5));
    expect(second).toEqual({ ...first, enabled: false, ruleId: 'r1', version: 2, updatedMs: 5, updatedBy: 'u2' });
    await expect(store.exceptions.update('e1', 1, {}, 'u2', ms(6))).rejects.toMatchObject({ code: 'conflict' });
    await expect(store.exceptions.update('e9', 1, {}, 'u2', ms(6))).rejects.toMatchObject({ code: 'missing' });
    expect(await store.exceptions.list({ enabled: false, ruleId: 'r1' })).toEqual([second]);
    expect(await store.exceptions.list({ ruleId: null })).toEqual([]);
    await expect(store.exceptions.list({ '1=1 --': 'x' } as never)).rejects.toMatchObject({ code: 'invalid' });
    expect([await store.exceptions.remove('e1'), await store.exceptions.remove('e1')]).toEqual([true, false]);
    expect(await store.exceptions.get('e1')).toBeUndefined();
  });

  test('many records at once: those that are there stay as they are; of changes all are made, or none', async () => {
    const store = await open();
    const mark = (n: number) => ({ id: `m${n}`, body: { n }, createdMs: ms(n), createdBy: '' });
    await store.marks.create({ ...mark(2), body: { n: -2 } });
    const many = [...Array(450).keys()].map(mark);
    expect((await store.marks.createAll([...many, mark(1)])).length).toBe(449);
    expect(await store.marks.createAll(many)).toEqual([]);
    expect((await store.marks.get('m2'))!.body).toEqual({ n: -2 });
    expect((await store.marks.list({ id: ['m449', 'm7', 'nobody'] })).map(({ id }) => id)).toEqual(['m7', 'm449']);
    expect(await store.marks.list({ id: [] })).toEqual([]);
    const change = (n: number, version = 1) => ({ id: `m${n}`, version, change: { body: { n: n + 0.5 } } });
    const changed = await store.marks.updateAll(
      [...Array(300).keys()].map((n) => change(n)),
      'u1',
      ms(999),
    );
    expect(changed.map(({ body }) => (body as { n: number }).n)).toEqual([...Array(300).keys()].map((n) => n + 0.5));
    expect(changed[7]).toEqual({ ...mark(7), body: { n: 7.5 }, version: 2, updatedMs: 999, updatedBy: 'u1' });
    expect(await store.marks.get('m7')).toEqual(changed[7]);
    await expect(store.marks.updateAll([change(400), change(7)], '', ms(1))).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(store.marks.updateAll([change(400), change(900)], '', ms(1))).rejects.toMatchObject({
      code: 'missing',
    });
    expect((await store.marks.get('m400'))!.version).toBe(1);
    expect(await store.marks.updateAll([], '', ms(1))).toEqual([]);
  });

  test('every book keeps its own things', async () => {
    const store = await open();
    const kept = { id: 'x', createdMs: ms(1), createdBy: 'u1' };
    const made = [
      await store.rules.create({ ...kept, enabled: false, level: 'low', note: '' }),
      await store.deliveries.create({
        ...kept,
        incidentId: 'i1',
        channel: 'slack',
        state: 'waiting',
        attempts: 0,
        nextMs: ms(9),
        error: '',
        body: [1],
      }),
      await store.responses.create({
        ...kept,
        incidentId: 'i1',
        action: 'kill',
        host: 'PC-1',
        state: 'proposed',
        approvedBy: null,
        plan: {},
        outcome: null,
      }),
      await store.searches.create({ ...kept, name: '내 검색', owner: 'u1', shared: true, query: { text: 'x' } }),
    ];
    made.push((await store.marks.create({ ...kept, body: { seq: 7 } })) as never);
    const books = [store.rules, store.deliveries, store.responses, store.searches, store.marks];
    for (const [i, book] of books.entries()) expect(await book.get('x')).toEqual(made[i]);
  });
}
