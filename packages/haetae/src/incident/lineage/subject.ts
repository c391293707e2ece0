import type { FiledFinding } from '../../detect/index.ts';
import { logonId, number, pidInText, plainGuid } from '../trace/host.ts';

/** Whom and what a finding's event speaks of, before processes and sessions are looked up. */
export interface Subject {
  /** The process that acts: '' and null where not told. */
  readonly guid: string;
  readonly pid: number | null;
  readonly image: string;
  /** `domain\name`; '' where not told. */
  readonly user: string;
  /** Of the account that acts, and, for a logon, the session that it made; '' where not told. */
  readonly logonId: string;
  /** Kerberos logon GUID; '' without. */
  readonly logonGuid: string;
  /** PowerShell's HostId; '' without. */
  readonly powershellHost: string;
  /** Command line of the PowerShell host, where the event tells that and no process id. */
  readonly hostApplication: string;
}

type Fields = Readonly<Record<string, string>>;

/** The first of these that is told. */
function first(fields: Fields, ...names: readonly string[]): string {
  for (const name of names) {
    const value = fields[name];
    if (value !== undefined && value !== '' && value !== '-') return value;
  }
  return '';
}

function account(fields: Fields, name: string, domain: string): string {
  const user = first(fields, name);
  const realm = first(fields, domain);
  return user === '' || realm === '' ? user : `${realm}\\${user}`;
}

const NOBODY = { guid: '', pid: null, image: '', logonGuid: '', powershellHost: '', hostApplication: '' } as const;

export function subjectOf({ event, fields }: FiledFinding): Subject {
  const channel = event.channel.toLowerCase();
  if (channel === 'microsoft-windows-sysmon/operational' || channel === 'linux-sysmon/operational')
    return ofSysmon(fields);
  if (channel === 'security') return ofSecurity(event.eventId, fields);
  if (channel.includes('powershell')) return ofPowerShell(event.processId, fields);
  const user = account(fields, 'SubjectUserName', 'SubjectDomainName') || first(fields, 'User', 'AccountName');
  return { ...NOBODY, user, logonId: logonId(first(fields, 'SubjectLogonId', 'LogonId')) };
}

function ofSysmon(fields: Fields): Subject {
  return {
    ...NOBODY,
    guid: plainGuid(first(fields, 'ProcessGuid', 'SourceProcessGuid', 'SourceProcessGUID')),
    pid: number(first(fields, 'ProcessId', 'SourceProcessId')) ?? pidInText(fields.Message),
    image: first(fields, 'Image', 'SourceImage'),
    user: first(fields, 'User', 'SourceUser'),
    logonId: logonId(first(fields, 'LogonId')),
  };
}

/** Events about a logon or a logoff speak of the session that begins or ends. */
const ABOUT_SESSIONS: ReadonlySet<number> = new Set([4624, 4634, 4647, 4627, 4778, 4779]);

function ofSecurity(eventId: number, fields: Fields): Subject {
  const subject = account(fields, 'SubjectUserName', 'SubjectDomainName');
  const target = account(fields, 'TargetUserName', 'TargetDomainName');
  const logonGuid = plainGuid(first(fields, 'LogonGuid', 'TargetLogonGuid'));
  if (ABOUT_SESSIONS.has(eventId)) {
    const id = logonId(first(fields, 'TargetLogonId', 'LogonID', 'LogonId'));
    return { ...NOBODY, user: target || first(fields, 'AccountName') || subject, logonId: id, logonGuid };
  }
  if (eventId === 1102) {
    // Its data stand in UserData, or, where an exporter lost those, in the text only.
    const text = fields.Message ?? '';
    const id = logonId(first(fields, 'SubjectLogonId')) || logonId(/Logon ID:\s*(0x[0-9a-f]+)/i.exec(text)?.[1]);
    const name = subject || (/Account Name:\s*(\S[^\r\n\t]*)/.exec(text)?.[1] ?? '');
    return { ...NOBODY, user: name, logonId: id };
  }
  if (eventId === 4688) {
    const own = logonId(first(fields, 'TargetLogonId'));
    return {
      ...NOBODY,
      pid: number(first(fields, 'NewProcessId')),
      image: first(fields, 'NewProcessName'),
      user: own === '' ? subject : target,
      logonId: own === '' ? logonId(first(fields, 'SubjectLogonId')) : own,
    };
  }
  return {
    ...NOBODY,
    pid: number(first(fields, 'ProcessId', 'ProcessID', 'CallerProcessId', 'ClientProcessId')),
    image: first(fields, 'ProcessName', 'Application', 'CallerProcessName'),
    user: subject || target,
    logonId: logonId(first(fields, 'SubjectLogonId')),
    logonGuid,
  };
}

function ofPowerShell(processId: number | undefined, fields: Fields): Subject {
  const text = fields.ContextInfo ?? fields.Data ?? fields.Message ?? '';
  const line = (name: string): string => new RegExp(`${name}\\s?=\\s?([^\\r\\n]*)`).exec(text)?.[1]?.trim() ?? '';
  return {
    ...NOBODY,
    pid: processId === undefined || processId === 0 ? null : processId,
    user: first(fields, 'UserId') || line('User') || line('UserId'),
    logonId: '',
    powershellHost: first(fields, 'HostId') || line('Host ID') || line('HostId'),
    hostApplication: first(fields, 'HostApplication') || line('Host Application') || line('HostApplication'),
  };
}
