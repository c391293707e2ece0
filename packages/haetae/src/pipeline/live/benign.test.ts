import { PlainEvent } from '@haetae/event';
import { describe, expect, test } from 'vitest';
import { DETECTORS, type FiledFinding } from '../../detect/index.ts';
import type { FindingRow, Store } from '../../store/index.ts';
import { benignProposal } from './benign.ts';

const ID = '11111111-1111-4111-8111-111111111111';
const RULE = {
  path: 'rule.yml',
  text: `title: Somebody Asks Who He Is
id: ${ID}
logsource: {product: windows, category: process_creation}
detection: {selection: {Image|endswith: \\whoami.exe}, condition: selection}
level: medium
`,
};
/** What the rule's own tests say must be seen: one that differs from the agent's in nothing but what started it. */
const EXAMPLES = {
  path: 'rule.tests.yml',
  text: `rule: ${ID}
positive:
  - channel: Microsoft-Windows-Sysmon/Operational
    provider: Microsoft-Windows-Sysmon
    eventId: 1
    fields:
      Image: C:\\Windows\\System32\\whoami.exe
      ParentImage: C:\\Program Files\\Inventory\\agent.exe
      User: NT AUTHORITY\\SYSTEM
`,
};

const detector = DETECTORS.get('sigma')!.create({ rules: [RULE] });
function row(id: number, incidentId: string, fields: Readonly<Record<string, string>>): FindingRow {
  const event = new PlainEvent({
    ...{
      timeMs: id,
      channel: 'Microsoft-Windows-Sysmon/Operational',
      provider: 'Microsoft-Windows-Sysmon',
      eventId: 1,
    },
    ...{ position: { kind: 'record', record: id } as const, computer: 'WS01' },
    names: Object.keys(fields),
    values: Object.values(fields),
  });
  const [found] = detector.detect(event);
  const body = { ...structuredClone(found!), file: 'live' } as FiledFinding;
  return {
    ...{ id, seq: 1, timeMs: id, host: 'WS01', detector: 'sigma', ruleId: ID, title: 'x', level: 'medium' },
    ...{ eventIds: [id], incidentId, techniques: [], body },
  } as unknown as FindingRow;
}
const agent = (id: number, incident: string) =>
  row(id, incident, {
    Image: 'C:\\Windows\\System32\\whoami.exe',
    ParentImage: 'C:\\Program Files\\Inventory\\agent.exe',
    User: 'NT AUTHORITY\\SYSTEM',
  });
const shell = (id: number, incident: string) =>
  row(id, incident, {
    Image: 'C:\\Windows\\System32\\whoami.exe',
    ParentImage: 'C:\\Windows\\System32\\cmd.exe',
    User: 'CORP\\lee',
  });
const storeOf = (rows: readonly FindingRow[]) =>
  ({
    findings: {
      list: async ({ incidentId, ruleId }: { incidentId?: string; ruleId?: string }) =>
        rows.filter(
          (one) => (incidentId ?? one.incidentId) === one.incidentId && (ruleId ?? one.ruleId) === one.ruleId,
        ),
    },
  }) as unknown as Pick<Store, 'findings'>;

describe('what would except an incident', () => {
  test('the smallest filter that takes its findings and leaves all others of the rule', async () => {
    const store = storeOf([agent(1, 'a'), agent(2, 'a'), shell(3, 'b')]);
    const { drafts, covered, targets, alsoHidden, refusals, unproposed } = await benignProposal(store, 'a', [RULE], []);
    expect({ covered, targets, alsoHidden, refusals, unproposed }).toEqual({
      ...{ covered: 2, targets: 2, alsoHidden: [], refusals: [], unproposed: [] },
    });
    expect(drafts.map(({ ruleId }) => ruleId)).toEqual([ID]);
    expect(JSON.stringify(drafts[0]!.filter)).toContain('Inventory');
  });

  test('none that hides what a test of the rule says must be seen', async () => {
    const store = storeOf([agent(1, 'a'), shell(3, 'b')]);
    expect(await benignProposal(store, 'a', [RULE], [EXAMPLES])).toMatchObject({
      ...{ drafts: [], covered: 0, targets: 1, refusals: [] },
      unproposed: [{ title: 'Somebody Asks Who He Is', findings: 1 }],
    });
  });

  test('tests of other rules are no matter', async () => {
    const store = storeOf([agent(1, 'a'), shell(3, 'b')]);
    const other = { ...EXAMPLES, text: EXAMPLES.text.replace(ID, '22222222-2222-4222-8222-222222222222') };
    expect((await benignProposal(store, 'a', [RULE], [other])).refusals).toEqual([]);
  });

  test('an incident without findings gives nothing to except', async () => {
    expect(await benignProposal(storeOf([]), 'a', [RULE], [])).toMatchObject({ drafts: [], covered: 0, targets: 0 });
  });
});
