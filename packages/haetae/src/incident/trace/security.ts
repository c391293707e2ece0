import { type Event, integrityLevel } from '@haetae/event';
import { own, placeOf } from './acts.ts';
import { type FieldsOf, keep, type LiveHost, logonId, type MarkSink, number, plainGuid } from './host.ts';
import { ADMIN_PORTS } from './sysmon.ts';

const service = keep('ServiceFileName', 'ServiceType', 'ServiceStartType', 'ServiceAccount', 'SubjectUserName');
const task = keep('TaskContent', 'TaskContentNew', 'SubjectUserName');
const share = keep('IpAddress', 'IpPort', 'AccessMask', 'SubjectUserName');
const explicit = keep(
  'TargetServerName',
  'TargetInfo',
  'TargetLogonGuid',
  'IpAddress',
  'IpPort',
  'ProcessName',
  'SubjectUserName',
);

/** `\\\\*\\C$`, `\\\\*\\ADMIN$`. */
const ADMIN_SHARE = /\\(?:[a-z]|admin)\$$/i;
const WRITE = 0x2;

/** Security: processes, logon sessions, services, tasks and shares. */
export function seeSecurity(event: Event, host: LiveHost, mark: MarkSink): void {
  switch (event.eventId) {
    case 1102:
      mark(event, host, {
        kind: 'cleared',
        channel: event.channel,
        by: account(event, 'SubjectUserName', 'SubjectDomainName'),
      });
      break;
    case 4624:
      logon(event, host);
      break;
    case 4634:
    case 4647: {
      const session = host.openSession(logonId(event.get('TargetLogonId')));
      if (session !== undefined) session.endMs = event.timeMs;
      break;
    }
    case 4648: {
      const who = account(event, 'TargetUserName', 'TargetDomainName');
      const by = { logonId: logonId(event.get('SubjectLogonId')), pid: number(event.get('ProcessId')) };
      const key = `${who} ${event.get('TargetServerName')} ${event.get('TargetLogonGuid')} ${by.pid}`;
      host.hostAct('logon', key, who, by, event, explicit);
      break;
    }
    case 4672: {
      const session = host.openSession(logonId(event.get('SubjectLogonId')));
      if (session !== undefined) session.privileged = true;
      break;
    }
    case 4688:
      started(event, host);
      break;
    case 4689: {
      const pid = number(event.get('ProcessId'));
      if (pid !== null) host.ended(pid, event.timeMs);
      break;
    }
    case 4697:
      host.hostAct(
        'service',
        event.get('ServiceName') ?? '',
        event.get('ServiceName') ?? '',
        asked(event),
        event,
        service,
      );
      break;
    case 4698:
    case 4702:
      host.hostAct('task', event.get('TaskName') ?? '', event.get('TaskName') ?? '', asked(event), event, task);
      break;
    case 5156:
      connected(event, host);
      break;
    case 5140:
    case 5145: {
      const shared = event.get('ShareName') ?? '';
      // What comes of others is not told by where it lies; they are opened all day.
      if (!ADMIN_SHARE.test(shared) || !(Number(event.get('AccessMask') ?? 0) & WRITE)) break;
      const name = event.get('RelativeTargetName') ?? '';
      const path = name === '' ? shared : `${shared}\\${name}`;
      const by = { logonId: logonId(event.get('SubjectLogonId')), pid: null };
      host.hostAct('share', `${path} ${by.logonId}`, path, by, event, share);
      break;
    }
  }
}

/** `DOMAIN\name`; the name alone without a domain; '' without a name. */
export function account(event: Event, name: string, domain: string): string {
  const user = event.get(name) ?? '';
  if (user === '' || user === '-') return '';
  const realm = event.get(domain) ?? '';
  return own(realm === '' || realm === '-' ? user : `${realm}\\${user}`);
}

const asked = (event: Event): { logonId: string; pid: number | null } => ({
  logonId: logonId(event.get('SubjectLogonId')),
  pid: number(event.get('ClientProcessId')),
});

function started(event: Event, host: LiveHost): void {
  const pid = number(event.get('NewProcessId'));
  const process = pid === null ? undefined : host.start(pid, event.timeMs);
  if (process === undefined) return;
  const { trace } = process;
  trace.image = own(event.get('NewProcessName'));
  trace.commandLine = own(event.get('CommandLine'));
  // The target account is told where the process runs under another one than that which started it.
  const target = logonId(event.get('TargetLogonId'));
  trace.logonId = target === '' ? logonId(event.get('SubjectLogonId')) : target;
  trace.user =
    target === ''
      ? account(event, 'SubjectUserName', 'SubjectDomainName')
      : account(event, 'TargetUserName', 'TargetDomainName');
  trace.integrity = integrityLevel(event.get('MandatoryLabel') ?? '') ?? '';
  trace.parentPid = number(event.get('ProcessId'));
  trace.parentImage = own(event.get('ParentProcessName'));
  trace.startMs = event.timeMs;
  trace.startAt = placeOf(event);
}

const OUTBOUND = '%%14593';

/** A connection out to a port of remote administration; those to others are too many, and Sysmon tells them better. */
function connected(event: Event, host: LiveHost): void {
  const what = `${event.get('DestAddress')}:${event.get('DestPort')}`;
  if (!ADMIN_PORTS.test(what) || event.get('Direction') !== OUTBOUND) return;
  const pid = number(event.get('ProcessID') ?? event.get('ProcessId'));
  if (pid === null || pid <= 4) return;
  const process = host.pid(pid, event.timeMs);
  if (process === undefined) return;
  process.trace.image ||= own(event.get('Application'));
  host.act(process, 'connection', `${what} ${event.get('SourcePort')}`, event, flow, what);
}

/** Under Sysmon's names. */
const flow: FieldsOf = (event) => ({
  SourceIp: own(event.get('SourceAddress')),
  SourcePort: own(event.get('SourcePort')),
  DestinationIp: own(event.get('DestAddress')),
  DestinationPort: own(event.get('DestPort')),
  Initiated: 'true',
});

function logon(event: Event, host: LiveHost): void {
  const id = logonId(event.get('TargetLogonId'));
  if (id === '') return;
  const address = own(event.get('IpAddress')).replace(/^::ffff:/i, '');
  const type = number(event.get('LogonType'));
  host.session({
    host: host.name,
    logonId: id,
    linkedId: logonId(event.get('TargetLinkedLogonId')),
    logonGuid: plainGuid(event.get('LogonGuid') ?? ''),
    type: type ?? Number.NaN,
    user: account(event, 'TargetUserName', 'TargetDomainName'),
    address: address === '-' ? '' : address,
    port: own(event.get('IpPort')),
    workstation: own(event.get('WorkstationName')),
    bySession: logonId(event.get('SubjectLogonId')),
    byPid: number(event.get('ProcessId')),
    timeMs: event.timeMs,
    at: placeOf(event),
    endMs: null,
    privileged: false,
  });
}
