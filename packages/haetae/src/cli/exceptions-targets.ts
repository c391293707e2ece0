import type { SigmaRule } from '@haetae/sigma';
import { type KnownBad, positivesOf } from '../exceptions/index.ts';
import { type Incident, incidentsOf } from '../incident/index.ts';
import { printable, type Words } from '../locale/index.ts';
import type { Located } from '../pipeline/index.ts';
import { type RulePack, ruleTools } from '../rules/index.ts';
import { discover, type InputReceipt } from '../source/index.ts';
import type { ExceptionsProposeFlags } from './flags.ts';
import { pickIncident } from './incident-pick.ts';
import { wholeNumber } from './options.ts';
import type { PreparedScan } from './scan-run.ts';
import type { Session } from './session.ts';
import { UsageError } from './usage.ts';

/** Findings that are meant to be good, and all the others of the logs. */
export interface Targets {
  readonly targets: readonly Located[];
  readonly others: readonly Located[];
  /** Where --id named one. */
  readonly incident: Incident | undefined;
  readonly receipts: readonly InputReceipt[];
}

/** The place of a finding, of each of its events where it has several. */
const placeKey = (detector: string, rule: string, file: string, place: number | null): string =>
  JSON.stringify([detector, rule, file, place]);

const keyOf = ({ detector, rule, file, event: { position } }: Located): string =>
  placeKey(detector, rule?.id ?? '', file, position.kind === 'record' ? position.record : position.line);

/** Reads the logs and parts their findings by --id or --rule. */
export async function targetsOf(
  flags: ExceptionsProposeFlags,
  prepared: PreparedScan,
  s: Session,
  words: Words,
): Promise<Targets> {
  const record = wholeNumber('--record', flags.record, words);
  const line = wholeNumber('--line', flags.line, words);
  const done = await prepared.run(s, flags.id !== undefined);
  try {
    const found: Located[] = [];
    const kept = async function* (): AsyncGenerator<Located> {
      for await (const finding of done.findings.sorted()) {
        found.push(finding);
        yield finding;
      }
    };
    const incident = await incidentOf(kept(), done.traces, flags.id, words);
    if (incident === undefined && flags.id === undefined) for await (const _ of kept());
    const isMeant = incident === undefined ? meantByRule(flags, found, words) : meantBy(incident);
    const asked = (finding: Located): boolean => {
      const { position } = finding.event;
      if (record !== undefined && !(position.kind === 'record' && position.record === record)) return false;
      if (line !== undefined && !(position.kind === 'line' && position.line === line)) return false;
      return (flags.file === undefined || finding.file.endsWith(flags.file)) && isMeant(finding);
    };
    const targets = found.filter(asked);
    const meant = new Set(targets);
    return { targets, others: found.filter((one) => !meant.has(one)), incident, receipts: done.receipts };
  } finally {
    done.findings.dispose();
  }
}

async function incidentOf(
  findings: AsyncIterable<Located>,
  traces: Parameters<typeof incidentsOf>[1],
  id: string | undefined,
  words: Words,
): Promise<Incident | undefined> {
  if (id === undefined) return undefined;
  const { incidents } = await incidentsOf(findings, traces);
  return pickIncident(incidents, id.trim().toLowerCase(), words);
}

function meantBy({ findings }: Incident): (finding: Located) => boolean {
  const keys = new Set(
    findings.flatMap(({ detector, rule, events }) =>
      events.map(({ file, record, line }) => placeKey(detector, rule?.id ?? '', file, record ?? line)),
    ),
  );
  return (finding) => keys.has(keyOf(finding));
}

function meantByRule({ rule }: ExceptionsProposeFlags, found: readonly Located[], { exceptions: w }: Words) {
  const wanted = (rule ?? '').trim().toLowerCase();
  const rules = new Map(
    found.flatMap((one) => (one.rule === null ? [] : [[one.rule.id || one.rule.path, one.rule] as const])),
  );
  const byId = [...rules.values()].filter(
    ({ id }) => id.toLowerCase() === wanted || (wanted.length >= 4 && id.toLowerCase().startsWith(wanted)),
  );
  const byTitle = [...rules.values()].filter(({ title, titleKo }) =>
    [title, titleKo].some((text) => text?.toLowerCase().includes(wanted)),
  );
  const meant = byId.length > 0 ? byId : byTitle;
  if (meant.length === 0) throw new UsageError(w.noRule(rule ?? ''));
  if (meant.length > 1)
    throw new UsageError(
      w.severalRules(rule ?? '', meant.map(({ id, title }) => `\n  ${id.slice(0, 8)}  ${printable(title)}`).join('')),
    );
  const [only] = meant;
  return (finding: Located): boolean =>
    finding.rule !== null && finding.rule.id === only!.id && finding.rule.path === only!.path;
}

/** Single-event rules of the packs. */
export async function sigmaRules(packs: readonly RulePack[]): Promise<SigmaRule[]> {
  const { readRules } = await ruleTools();
  return readRules(packs.flatMap(({ files }) => files)).entries.flatMap((entry) =>
    entry.kind === 'rule' ? [entry.rule] : [],
  );
}

export interface KnownBadFound {
  readonly tests: readonly KnownBad[];
  readonly attacks: readonly KnownBad[];
}

/** What must stay visible: the positive tests beside the rules, and every finding in the logs of --known-bad. */
export async function knownBadOf(
  paths: readonly string[],
  prepared: PreparedScan,
  s: Session,
  words: Words,
): Promise<KnownBadFound> {
  const tests = positivesOf(prepared.packs.flatMap(({ examples }) => examples));
  if (paths.length === 0) return { tests, attacks: [] };
  const found = await discover(paths);
  for (const { path, kind } of found.missed)
    if (kind === 'missing' || kind === 'no-match') throw new UsageError(words.errors.missing(path));
  const done = await prepared.run({ ...s, found }, false);
  try {
    const attacks: KnownBad[] = [];
    for await (const finding of done.findings.sorted()) attacks.push({ ...finding, at: whereOf(finding) });
    return { tests, attacks };
  } finally {
    done.findings.dispose();
  }
}

/** `Sysmon.evtx#99`, `export.csv:280`. */
export function whereOf({ file, event: { position } }: Located): string {
  const name = file.split(/[\\/]/).at(-1)!;
  return printable(position.kind === 'record' ? `${name}#${position.record}` : `${name}:${position.line}`);
}
