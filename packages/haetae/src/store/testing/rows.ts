import type { UnixMs } from '@haetae/event';
import type { EngineIncident, FindingRow } from '../index.ts';
import { T } from './events.ts';

export const ms = (n: number): UnixMs => n as UnixMs;

export const finding = (change: Partial<FindingRow> & { readonly id: number }): FindingRow => ({
  ...{ seq: 1, timeMs: ms(T), host: 'PC-1', detector: 'sigma', ruleId: 'r1', title: 'Mimikatz', level: 'high' },
  ...{ eventIds: [change.id * 10], incidentId: null, techniques: ['T1003.001'], body: { why: ['때문'] } },
  ...change,
});
export const incident = (change: Partial<EngineIncident> & { readonly id: string }): EngineIncident => ({
  ...{ seq: 1, firstMs: ms(T), lastMs: ms(T + 5), risk: 61.5, level: 'high', title: 'Credentials stolen on PC-1' },
  ...{ hosts: ['PC-1'], users: ['CORP\\alice'], findings: 2, mergedInto: null, listed: null, body: { tree: [1] } },
  ...change,
});
