import { indicatorsOf } from '../../incident/index.ts';
import { BOM, row } from '../../locale/index.ts';
import type { ReportedIncident } from '../contract.ts';

/** Indicators as a sheet, values as the logs have them. A value that a spreadsheet would take for a formula stands behind an apostrophe. */
export function indicatorCsv(incidents: readonly ReportedIncident[]): string {
  const rows = incidents.flatMap(({ incident }) =>
    indicatorsOf(incident).map(({ kind, value, hosts }) => row([kind, value, hosts.join(' '), incident.id])),
  );
  return BOM + row(['kind', 'value', 'hosts', 'incident']) + rows.join('');
}
