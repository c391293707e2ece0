import { unusualReason } from '../detect/index.ts';
import { BOM, formatLocal, formatUtc, row, type Words, type Zone, zoneLabel } from '../locale/index.ts';
import type { Located } from '../pipeline/index.ts';
import { unusualText, unusualTitle } from './unusual.ts';

/** Prints findings, in the order in which it is given them, in one format. */
export interface FindingPrinter {
  head(): string;
  finding(finding: Located): string;
  foot(): string;
}

/** The rule's title in the reader's language, where it has one; of a score, what is unusual. */
export function titleOf(finding: Located, words: Words): string {
  const { rule } = finding;
  if (rule !== null) return (words.lang === 'ko' ? rule.titleKo : undefined) ?? rule.title;
  const reason = unusualReason(finding);
  return reason === undefined ? finding.detector : unusualTitle(reason, words);
}

/** The members of a finding's JSON in their order. `time` is '' when the record tells none. */
export function findingJson(finding: Located): string {
  const { event, file, detector, rule, level, attack, via, degraded, confidence, why, fields, decoded } = finding;
  const { position } = event;
  return JSON.stringify({
    time: formatUtc(event.timeMs ?? Number.NaN, event.timeTicks),
    computer: event.computer,
    channel: event.channel,
    provider: event.provider,
    eventId: event.eventId,
    eventRecordId: event.eventRecordId,
    ...(position.kind === 'record' ? { record: position.record, file } : { file, line: position.line }),
    detector,
    rule: rule === null ? null : { id: rule.id, title: rule.title, path: rule.path },
    level,
    attack,
    why,
    fields,
    via,
    ...(degraded === undefined ? {} : { degraded }),
    ...(confidence === undefined ? {} : { confidence }),
    ...(decoded === undefined ? {} : { decoded }),
  });
}

export function jsonLinesPrinter(): FindingPrinter {
  return { head: () => '', finding: (finding) => `${findingJson(finding)}\n`, foot: () => '' };
}

export function jsonPrinter(): FindingPrinter {
  let first = true;
  return {
    head: () => '[',
    finding(finding) {
      const comma = first ? '\n' : ',\n';
      first = false;
      return comma + findingJson(finding);
    },
    foot: () => (first ? ']\n' : '\n]\n'),
  };
}

/** A sheet for Excel: one row a finding, the time zone in the head, no cell a formula. `now` tells the zone's offset today. */
export function csvPrinter(words: Words, zone: Zone, now: number): FindingPrinter {
  const { table: t, levels } = words;
  return {
    head: () =>
      BOM +
      row([
        `${t.time} (${zoneLabel(zone, now)})`,
        `${t.time} (UTC)`,
        t.level,
        t.computer,
        t.detection,
        t.tactics,
        t.techniques,
        t.details,
        t.decoded,
        t.why,
        t.channel,
        t.provider,
        t.eventId,
        t.recordId,
        t.file,
        t.row,
        t.detector,
        t.ruleId,
        t.rule,
        t.via,
        t.fields,
      ]),
    finding(finding) {
      const { event, attack, rule } = finding;
      const ms = event.timeMs ?? Number.NaN;
      return row([
        formatLocal(ms, zone),
        formatUtc(ms, event.timeTicks),
        levels[finding.level],
        event.computer,
        titleOf(finding, words),
        attack.tactics.join(' '),
        attack.techniques.join(' '),
        detailOf(finding),
        (finding.decoded ?? []).map(({ text }) => text).join('\n'),
        whyText(finding, words).join('\n'),
        event.channel,
        event.provider,
        String(event.eventId),
        String(event.eventRecordId),
        finding.file,
        String(event.position.kind === 'record' ? event.position.record : event.position.line),
        finding.detector,
        rule?.id ?? '',
        rule?.path ?? '',
        viaText(finding, words),
        JSON.stringify(finding.fields),
      ]);
    },
    foot: () => '',
  };
}

/** How the rule saw the event where that was not plainly: `mapped:4688, without Hashes`; '' where it was. */
export function viaText({ via, degraded = [] }: Located, { table: t }: Words): string {
  if (degraded.length > 0) return t.without(via, degraded.join(' '));
  return via === 'field' ? '' : via;
}

/** What matched, a line each: `selection: CommandLine contains -enc`, `event_count gte 10: 23 in 5m, User=x`. */
export function whyText({ why }: Located, words: Words): string[] {
  return why.flatMap((reason) => {
    switch (reason.kind) {
      case 'held':
        return [`${reason.selection}: ${reason.field ?? '*'} ${reason.op} ${reason.pattern}`];
      case 'correlated': {
        const { type, fields, condition, value, timespan, group, rules } = reason;
        const about = [type, ...fields, condition].join(' ');
        const where = group.map((g) => `, ${g.field}=${g.value}`).join('');
        return [`${about}: ${value} in ${timespan}${where}`, ...rules.map((r) => `${r.rule}: ${r.count}`)];
      }
      case 'unusual':
        return unusualText(reason, words);
      default:
        return [];
    }
  });
}

/** Fields that tell a person what happened, the most telling first, each followed by those that belong to it. */
const TELLING: readonly (readonly string[])[] = [
  ['CommandLine'],
  ['ScriptBlockText'],
  ['TaskName', 'TaskContent'],
  ['ServiceName', 'ImagePath'],
  ['ServiceName', 'ServiceFileName'],
  ['TargetObject', 'Details'],
  ['TargetObject'],
  ['SourceImage', 'TargetImage', 'GrantedAccess'],
  ['Image', 'DestinationIp', 'DestinationHostname', 'DestinationPort'],
  ['Application', 'DestAddress', 'DestPort'],
  ['QueryName', 'Image'],
  ['Image', 'TargetFilename'],
  ['TargetFilename'],
  ['ImageLoaded', 'Image'],
  ['PipeName', 'Image'],
  ['ShareName', 'RelativeTargetName', 'IpAddress'],
  ['TargetUserName', 'IpAddress', 'LogonType'],
  ['TargetUserName', 'MemberName', 'MemberSid'],
  ['TargetUserName', 'SubjectUserName'],
  ['Threat Name', 'Path'],
  ['NewProcessName'],
  ['Image'],
  ['Payload'],
  ['param1', 'param2'],
  ['SubjectUserName'],
  ['Data'],
];

/** One line that tells what happened: a command alone, other fields with their names; '' when the event has no fields. */
export function detailOf({ fields, why }: Located): string {
  const correlated = why.find((reason) => reason.kind === 'correlated');
  if (correlated?.kind === 'correlated') {
    const { type, fields: measured, value, timespan, group } = correlated;
    return [...group.map((g) => `${g.field}=${g.value}`), [type, ...measured, value, '/', timespan].join(' ')].join(
      '  ',
    );
  }
  const has = (name: string): boolean => fields[name] !== undefined && fields[name] !== '' && fields[name] !== '-';
  const telling = TELLING.find((names) => names.length > 0 && has(names[0]!) && (names.length === 1 || has(names[1]!)));
  const held = why.flatMap((reason) => (reason.kind === 'held' && reason.field !== undefined ? [reason.field] : []));
  const names = telling ?? [...new Set(held)].filter(has);
  const shown = (names.length > 0 ? names : Object.keys(fields).slice(0, 3)).filter(has);
  if (shown.length === 1 && (shown[0] === 'CommandLine' || shown[0] === 'ScriptBlockText')) return fields[shown[0]]!;
  return shown.map((name) => `${name}=${fields[name]}`).join('  ');
}
