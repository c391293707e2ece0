import { readFileSync } from 'node:fs';
import { budgetOf, type Incident, type IncidentReport, incidentsOf, readAssets, shortHost } from '../incident/index.ts';
import { cut, printable, type Words, width } from '../locale/index.ts';
import type { Scan } from '../pipeline/index.ts';
import type { Out } from './console.ts';
import { idText } from './incident-table.ts';
import { count } from './numbers.ts';
import { LEVELS, type Level } from './options.ts';
import { UsageError } from './usage.ts';

/** A scan's findings as incidents; `worst` is the gravest level of any finding, which a budget or a rank does not change. */
export async function incidentsIn(
  done: Scan,
  options: Parameters<typeof incidentsOf>[2] = {},
): Promise<{ readonly report: IncidentReport; readonly worst: Level | undefined }> {
  let worst: Level | undefined;
  const watched = async function* () {
    for await (const finding of done.findings.sorted()) {
      if (worst === undefined || LEVELS.indexOf(finding.level) > LEVELS.indexOf(worst)) worst = finding.level;
      yield finding;
    }
  };
  const report = await incidentsOf(watched(), done.traces, options);
  return { report, worst };
}

/** Alerts a day that a host may raise; undefined where the user did not say. */
export function budgetOption(text: string | undefined, { incidents: w }: Words): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new UsageError(w.badBudget(text));
  return Number(text);
}

/** Weights of hosts, out of the file that --assets names. */
export function assetsOption(
  path: string | undefined,
  { incidents: w }: Words,
): { readonly assets?: ReadonlyMap<string, number> } {
  if (path === undefined) return {};
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(w.noAssets(path, (error as Error).message));
  }
  const { weights, problems } = readAssets(text);
  const [first] = problems;
  if (first !== undefined) throw new UsageError(w.badAssets(`${path}:${first.line}`, first.text.slice(0, 80)));
  return { assets: weights };
}

const MOST_HOSTS = 20;

/** What an alert budget means on these logs: each host's threshold, and what falls just below it. */
export function budgetText(
  incidents: readonly Incident[],
  perDay: number,
  titleOf: (incident: Incident) => string,
  words: Words,
  { columns, color }: Pick<Out, 'columns' | 'color'>,
): string {
  const { incidents: w } = words;
  const room = Math.max(60, columns);
  const { hosts } = budgetOf(incidents, perDay);
  const lines = ['', color.bold(w.budget.title(count(perDay)))];
  for (const { host, days, threshold, alerts, below, held } of hosts.slice(0, MOST_HOSTS)) {
    const name = printable(shortHost(host)) || words.table.unknownHost;
    lines.push(`  ${w.budget.host(name, String(threshold), count(alerts.length), count(days), count(held))}`);
    for (const incident of below) {
      const head = `    ${w.budget.below}  ${String(incident.risk).padStart(3)}  ${idText(incident.id)}  `;
      lines.push(color.dim(`${head}${cut(titleOf(incident), room - width(head))}`));
    }
  }
  if (hosts.length > MOST_HOSTS) lines.push(`  ${w.moreRows(count(hosts.length - MOST_HOSTS))}`);
  return `${lines.join('\n')}\n`;
}
