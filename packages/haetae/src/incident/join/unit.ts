import type { TacticName } from '../../attack/index.ts';
import type { FiledFinding } from '../../detect/index.ts';
import { type Happening, KEPT_FIELD, type Level } from '../incident.ts';
import type { Lineage } from '../lineage/lineage.ts';
import type { Node } from '../lineage/node.ts';
import { type Subject, subjectOf } from '../lineage/subject.ts';
import { contentHash } from '../text.ts';

/** Findings folded: one statement about one process, or, where the event names none, one subject within the window. */
export interface Unit {
  readonly detector: string;
  readonly rule: { readonly id: string; readonly title: string; readonly titleKo?: string } | null;
  readonly level: Level;
  readonly confidence: number;
  /** null for a rule. */
  readonly p: number | null;
  readonly attack: { readonly tactics: readonly TacticName[]; readonly techniques: readonly string[] };
  readonly host: string;
  readonly node: Node | undefined;
  readonly subject: Subject;
  readonly channel: string;
  readonly eventId: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly decoded: string | undefined;
  readonly events: Happening[];
  readonly evidence: string;
  /** Of the content of the first event and the statement. */
  readonly identity: string;
  readonly first: number;
  last: number;
}

/** Fields that sentences and joins ask for; of others, nothing is kept. */
const KEPT: ReadonlySet<string> = new Set(
  (
    'Image CommandLine ParentImage ParentCommandLine User TargetFilename TargetObject Details TargetImage SourceImage ' +
    'GrantedAccess CallTrace ImageLoaded Signed Signature SignatureStatus DestinationIp DestinationPort ' +
    'DestinationHostname SourceIp SourcePort QueryName QueryResults PipeName Hashes OriginalFileName NewProcessName ' +
    'ParentProcessName SubjectUserName SubjectDomainName TargetUserName TargetDomainName TargetServerName LogonType ' +
    'IpAddress IpPort WorkstationName ServiceName ServiceFileName ImagePath TaskName TaskContent ShareName ' +
    'RelativeTargetName ObjectName ObjectType AccessMask ProcessName Application DestAddress DestPort SourceAddress ' +
    'ScriptBlockText Path Payload HostApplication MemberName MemberSid Name Operation Type Query Destination Consumer ' +
    'Filter TargetProcessGuid TargetProcessId StartModule StartFunction StartAddress Configuration State Product ' +
    'Threat Process IntegrityLevel TargetSid SamAccountName TicketEncryptionType Status'
  ).split(' '),
);

export class Units {
  readonly all: Unit[] = [];
  readonly #open = new Map<string, Unit>();
  readonly #lineage: Lineage;
  readonly #hostOf: (name: string) => string;
  readonly #window: number;
  findings = 0;

  constructor(lineage: Lineage, hostOf: (name: string) => string, window: number) {
    this.#lineage = lineage;
    this.#hostOf = hostOf;
    this.#window = window;
  }

  /** Findings in the order of time. */
  add(finding: FiledFinding, powershell: (hostId: string, host: string) => number | undefined): void {
    this.findings++;
    const { event, rule, detector } = finding;
    const host = this.#hostOf(event.computer);
    const timeMs = event.timeMs ?? Number.NaN;
    const subject = subjectOf(finding);
    const node = this.#nodeOf(subject, host, timeMs, powershell);
    const what = rule === null ? detector : `${detector}|${rule.id || rule.title}`;
    const about = node === undefined ? aboutOf(subject, finding) : node.key;
    const key = `${what}|${host}|${about}`;
    const happening = happeningOf(finding);
    const open = this.#open.get(key);
    if (open !== undefined && (node !== undefined || !(timeMs - open.last > this.#window))) {
      open.events.push(happening);
      if (!(open.last >= timeMs)) open.last = timeMs;
      return;
    }
    const unit = unitOf(finding, host, node, subject, happening, `${what}|${about}`);
    this.#open.set(key, unit);
    this.all.push(unit);
  }

  #nodeOf(
    subject: Subject,
    host: string,
    timeMs: number,
    powershell: (hostId: string, host: string) => number | undefined,
  ): Node | undefined {
    const { guid, image } = subject;
    let { pid } = subject;
    if (guid === '' && pid === null && subject.powershellHost !== '')
      pid = powershell(subject.powershellHost, host) ?? null;
    if (guid === '' && pid === null) return undefined;
    return this.#lineage.of({ host, guid, pid, image, timeMs });
  }
}

/** What an event without a process speaks of. */
function aboutOf({ logonId, user, powershellHost, hostApplication }: Subject, { fields }: FiledFinding): string {
  const object =
    powershellHost ||
    hostApplication ||
    fields.ServiceName ||
    fields.TaskName ||
    fields.ShareName ||
    fields.Name ||
    fields.ObjectDN ||
    fields.TargetSid ||
    '';
  return `${logonId}|${user.toLowerCase()}|${object.slice(0, 200)}`;
}

function happeningOf({ event, file }: FiledFinding): Happening {
  const { position, timeMs } = event;
  return {
    file,
    record: position.kind === 'record' ? position.record : null,
    line: position.kind === 'line' ? position.line : null,
    timeMs,
  };
}

function unitOf(
  finding: FiledFinding,
  host: string,
  node: Node | undefined,
  subject: Subject,
  happening: Happening,
  statement: string,
): Unit {
  const { event, rule, detector, level, attack, confidence, why, decoded } = finding;
  const timeMs = event.timeMs ?? Number.NaN;
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(finding.fields))
    if (KEPT.has(name) && value !== '') fields[name] = value.slice(0, KEPT_FIELD);
  const unusual = why.find((reason) => reason.kind === 'unusual');
  const start = event.eventId === 1 || event.eventId === 4688;
  return {
    detector,
    rule:
      rule === null
        ? null
        : { id: rule.id, title: rule.title, ...(rule.titleKo !== undefined && { titleKo: rule.titleKo }) },
    level,
    confidence: confidence ?? 1,
    p: unusual === undefined ? null : unusual.p,
    attack: attack as Unit['attack'],
    host,
    node,
    subject,
    channel: event.channel,
    eventId: event.eventId,
    fields,
    decoded: decoded?.at(-1)?.text.slice(0, KEPT_FIELD),
    events: [happening],
    evidence:
      start && node !== undefined
        ? `start ${node.key}`
        : `${happening.file} ${happening.record ?? ''} ${happening.line ?? ''}`,
    identity: contentHash(
      [
        host.toLowerCase(),
        event.channel.toLowerCase(),
        event.eventId,
        event.eventRecordId,
        event.timeMs,
        event.timeTicks,
        statement,
      ].join('\n'),
    ),
    first: timeMs,
    last: timeMs,
  };
}
