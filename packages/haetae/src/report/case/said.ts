import { type Incident, indicatorsOf } from '../../incident/index.ts';
import { formatUtc, type ReportWords } from '../../locale/index.ts';
import type { ReportedIncident, ReportInput, Stage } from '../contract.ts';
import { hostRows, techniqueRows } from '../facts-of.ts';
import { type CaseRecord, declarations, type Reported, reportsOf } from './record.ts';

export type SaidItem = keyof ReportWords['items'];
export type Said = Readonly<Record<SaidItem, readonly string[]>>;

const instant = (ms: number | null): string => (ms === null ? '-' : `${formatUtc(ms, 0).slice(0, 19)}Z`);

/** What a report says, item by item and in no language: kept with the record, and compared with the next. */
export function saidOf(
  { incident, triaged }: ReportedIncident,
  { facts, record }: Pick<ReportInput, 'facts' | 'record'>,
): Said {
  const { risk, level, fromMs, toMs, tree } = incident;
  const { damage, leak, cause, actions } = facts;
  const aware = declarations(record, incident.id, ...incident.merged).at(-1);
  return {
    risk: [`${risk} (${level})`],
    period: [`${instant(fromMs)} – ${instant(toMs)}`],
    aware: aware === undefined ? [] : [`${instant(aware.atMs)} · ${aware.by}`],
    hosts: hostRows(incident).map(({ host }) => host),
    accounts: [...new Set(tree.map(({ user }) => user).filter((user) => user !== ''))].sort(),
    techniques: techniqueRows(incident).map(({ id, name }) => `${id} ${name}`.trim()),
    indicators: indicatorsOf(incident).map(({ kind, value }) => `${kind}: ${value}`),
    damage: damage === undefined ? [] : [damage],
    leak:
      leak === undefined
        ? []
        : [[leak.state, leak.what, leak.persons].filter((part) => part !== undefined).join(' · ')],
    cause: cause === undefined ? [] : [cause],
    actions: [
      ...actions.filter(({ state }) => state === 'done').map(({ what }) => what),
      ...(triaged?.verdict == null ? [] : [triaged.verdict]),
    ],
    openActions: actions.filter(({ state }) => state === 'open').map(({ what }) => what),
  };
}

const same = (
  a: Readonly<Record<string, readonly string[]>>,
  b: Readonly<Record<string, readonly string[]>>,
): boolean => JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

/** The newest report that said something else: so that making a report again tells the same difference again. */
export const previousReport = (record: CaseRecord, { id, merged }: Incident, said: Said): Reported | undefined =>
  reportsOf(record, id, ...merged).findLast((one) => !same(one.said, said));

/** Reports that were made before this one; made again, it is not its own predecessor. */
export const earlierReports = (record: CaseRecord, { id, merged }: Incident, stage: Stage, said: Said): Reported[] =>
  reportsOf(record, id, ...merged).filter((one) => one.stage !== stage || !same(one.said, said));

/** Whether this report is recorded already, as the newest. */
export function isRecorded(record: CaseRecord, { id, merged }: Incident, stage: Stage, said: Said): boolean {
  const last = reportsOf(record, id, ...merged).at(-1);
  return last !== undefined && last.stage === stage && same(last.said, said);
}

export interface Difference {
  readonly item: SaidItem;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export function differences(before: Reported['said'], now: Said): Difference[] {
  return (Object.keys(now) as SaidItem[]).flatMap((item) => {
    const old = new Set(before[item] ?? []);
    const own = new Set(now[item]);
    const added = now[item].filter((text) => !old.has(text));
    const removed = [...old].filter((text) => !own.has(text));
    return added.length + removed.length === 0 ? [] : [{ item, added, removed }];
  });
}
