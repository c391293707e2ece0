/** What Windows writes to the Security log of one host, with the fields of Windows 10 22H2 and Server 2022. */
import { DOMAIN, type Host, type Integrity, type Logon, type Process } from './host.ts';
import { type EventShape, shapeOf, type Value } from './shape.ts';

const AUDIT = { name: 'Microsoft-Windows-Security-Auditing', guid: '{54849625-5478-4994-A5BA-3E3B0328C30D}' };
const SUCCESS = 0x8020000000000000n;
const FAILURE = 0x8010000000000000n;
const SUBJECT = 'SubjectUserSid:sid SubjectUserName SubjectDomainName SubjectLogonId:hexInt64';
const TARGET = 'TargetUserSid:sid TargetUserName TargetDomainName TargetLogonId:hexInt64';
const ACCOUNT = `TargetUserName TargetDomainName TargetSid:sid ${SUBJECT}`;
const MEMBER = `MemberName MemberSid:sid ${ACCOUNT} PrivilegeList`;
const CLIENT = 'ClientProcessStartKey:uint64 ClientProcessId:uint32 ParentProcessId:uint32';
const ATTRIBUTES = `SamAccountName DisplayName UserPrincipalName HomeDirectory HomePath ScriptPath ProfilePath UserWorkstations
  PasswordLastSet AccountExpires PrimaryGroupId AllowedToDelegateTo OldUacValue NewUacValue UserAccountControl UserParameters SidHistory LogonHours`;
const OBJECT = 'ObjectServer ObjectType ObjectName HandleId:hexInt64';
const WFP_FILTER = 'FilterRTID:uint64 LayerName LayerRTID:uint64';

/** Event id → version, task, category of the audit policy, fields. */
const ROWS: Readonly<Record<number, readonly [version: number, task: number, category: string, fields: string]>> = {
  4624: [
    2,
    12544,
    'Logon',
    `${SUBJECT} ${TARGET} LogonType:uint32 LogonProcessName AuthenticationPackageName WorkstationName LogonGuid:guid
    TransmittedServices LmPackageName KeyLength:uint32 ProcessId:hexInt64 ProcessName IpAddress IpPort ImpersonationLevel
    RestrictedAdminMode TargetOutboundUserName TargetOutboundDomainName VirtualAccount TargetLinkedLogonId:hexInt64 ElevatedToken`,
  ],
  4625: [
    0,
    12544,
    'Logon',
    `${SUBJECT} TargetUserSid:sid TargetUserName TargetDomainName Status:hexInt32 FailureReason SubStatus:hexInt32 LogonType:uint32
    LogonProcessName AuthenticationPackageName WorkstationName TransmittedServices LmPackageName KeyLength:uint32 ProcessId:hexInt64
    ProcessName IpAddress IpPort`,
  ],
  4634: [0, 12545, 'Logoff', `${TARGET} LogonType:uint32`],
  4647: [0, 12545, 'Logoff', TARGET],
  4648: [
    0,
    12544,
    'Logon',
    `${SUBJECT} LogonGuid:guid TargetUserName TargetDomainName TargetLogonGuid:guid TargetServerName TargetInfo ProcessId:hexInt64
    ProcessName IpAddress IpPort`,
  ],
  4656: [
    1,
    12800,
    'File System',
    `${SUBJECT} ${OBJECT} TransactionId:guid AccessList AccessReason AccessMask:hexInt32 PrivilegeList RestrictedSidCount:uint32
    ProcessId:hexInt64 ProcessName ResourceAttributes`,
  ],
  4658: [0, 12800, 'File System', `${SUBJECT} ObjectServer HandleId:hexInt64 ProcessId:hexInt64 ProcessName`],
  4663: [
    1,
    12800,
    'File System',
    `${SUBJECT} ${OBJECT} AccessList AccessMask:hexInt32 ProcessId:hexInt64 ProcessName ResourceAttributes`,
  ],
  4662: [
    0,
    14080,
    'Directory Service Access',
    `${SUBJECT} ObjectServer ObjectType ObjectName OperationType HandleId:hexInt64 AccessList AccessMask:hexInt32 Properties AdditionalInfo AdditionalInfo2`,
  ],
  4672: [0, 12548, 'Special Logon', `${SUBJECT} PrivilegeList`],
  4688: [
    2,
    13312,
    'Process Creation',
    `${SUBJECT} NewProcessId:hexInt64 NewProcessName TokenElevationType ProcessId:hexInt64 CommandLine ${TARGET} ParentProcessName
    MandatoryLabel:sid`,
  ],
  4689: [0, 13313, 'Process Termination', `${SUBJECT} Status:hexInt32 ProcessId:hexInt64 ProcessName`],
  4690: [
    0,
    12807,
    'Handle Manipulation',
    `${SUBJECT} SourceHandleId:hexInt64 SourceProcessId:hexInt64 TargetHandleId:hexInt64 TargetProcessId:hexInt64`,
  ],
  4697: [
    1,
    12289,
    'Security System Extension',
    `${SUBJECT} ServiceName ServiceFileName ServiceType:hexInt32 ServiceStartType:uint32 ServiceAccount ${CLIENT}`,
  ],
  4698: [
    1,
    12804,
    'Other Object Access Events',
    `${SUBJECT} TaskName TaskContent ${CLIENT} RpcCallClientLocality:uint32 FQDN`,
  ],
  4699: [
    1,
    12804,
    'Other Object Access Events',
    `${SUBJECT} TaskName TaskContent ${CLIENT} RpcCallClientLocality:uint32 FQDN`,
  ],
  4702: [
    1,
    12804,
    'Other Object Access Events',
    `${SUBJECT} TaskName TaskContentNew ${CLIENT} RpcCallClientLocality:uint32 FQDN`,
  ],
  4703: [
    0,
    13317,
    'Token Right Adjusted Events',
    `${SUBJECT} ${TARGET} ProcessName ProcessId:hexInt64 EnabledPrivilegeList DisabledPrivilegeList`,
  ],
  4719: [
    0,
    13568,
    'Audit Policy Change',
    `${SUBJECT} CategoryId SubcategoryId SubcategoryGuid:guid AuditPolicyChanges`,
  ],
  4720: [0, 13824, 'User Account Management', `${ACCOUNT} PrivilegeList ${ATTRIBUTES}`],
  4722: [0, 13824, 'User Account Management', ACCOUNT],
  4724: [0, 13824, 'User Account Management', ACCOUNT],
  4726: [0, 13824, 'User Account Management', `${ACCOUNT} PrivilegeList`],
  4728: [0, 13826, 'Security Group Management', MEMBER],
  4732: [0, 13826, 'Security Group Management', MEMBER],
  4768: [
    0,
    14339,
    'Kerberos Authentication Service',
    `TargetUserName TargetDomainName TargetSid:sid ServiceName ServiceSid:sid TicketOptions:hexInt32 Status:hexInt32
    TicketEncryptionType:hexInt32 PreAuthType IpAddress IpPort CertIssuerName CertSerialNumber CertThumbprint`,
  ],
  4769: [
    0,
    14337,
    'Kerberos Service Ticket Operations',
    `TargetUserName TargetDomainName ServiceName ServiceSid:sid TicketOptions:hexInt32 TicketEncryptionType:hexInt32 IpAddress IpPort
    Status:hexInt32 LogonGuid:guid TransmittedServices`,
  ],
  4771: [
    0,
    14339,
    'Kerberos Authentication Service',
    `TargetUserName TargetSid:sid ServiceName TicketOptions:hexInt32 Status:hexInt32 PreAuthType IpAddress IpPort CertIssuerName
    CertSerialNumber CertThumbprint`,
  ],
  4776: [0, 14336, 'Credential Validation', 'PackageName TargetUserName Workstation Status:hexInt32'],
  4798: [0, 13824, 'User Account Management', `${ACCOUNT} CallerProcessId:hexInt64 CallerProcessName`],
  4799: [0, 13826, 'Security Group Management', `${ACCOUNT} CallerProcessId:hexInt64 CallerProcessName`],
  5140: [
    1,
    12808,
    'File Share',
    `${SUBJECT} ObjectType IpAddress IpPort ShareName ShareLocalPath AccessMask:hexInt32 AccessList`,
  ],
  5145: [
    0,
    12811,
    'Detailed File Share',
    `${SUBJECT} ObjectType IpAddress IpPort ShareName ShareLocalPath RelativeTargetName AccessMask:hexInt32 AccessList AccessReason`,
  ],
  5156: [
    1,
    12810,
    'Filtering Platform Connection',
    `ProcessID:uint64 Application Direction SourceAddress SourcePort DestAddress DestPort Protocol:uint32 ${WFP_FILTER} RemoteUserID:sid
    RemoteMachineID:sid`,
  ],
  5158: [
    0,
    12810,
    'Filtering Platform Connection',
    `ProcessId:uint64 Application SourceAddress SourcePort Protocol:uint32 ${WFP_FILTER}`,
  ],
};

const SHAPES: Readonly<Record<number, EventShape>> = Object.fromEntries(
  Object.entries(ROWS).map(([id, [version, task, category, fields]]) => {
    const keywords = id === '4625' || id === '4771' ? FAILURE : SUCCESS;
    const draft = { channel: 'Security', provider: AUDIT, eventId: Number(id), version, level: 0, task, keywords };
    return [id, shapeOf({ ...draft, fields, category })];
  }),
);
const CLEARED = shapeOf({
  ...{
    channel: 'Security',
    provider: { name: 'Microsoft-Windows-Eventlog', guid: '{FC65DDD8-D6EF-4962-83D5-6E5CFE9CE148}' },
  },
  ...{ eventId: 1102, version: 1, task: 104, keywords: 0x4020000000000000n, fields: SUBJECT, category: 'Log clear' },
  userData: { name: 'LogFileCleared', xmlns: 'http://manifests.microsoft.com/win/2004/08/windows/eventlog' },
});

const NOBODY = ['S-1-0-0', '-', '-', 0] as const;
const NO_GUID = '{00000000-0000-0000-0000-000000000000}';
const LABEL: Readonly<Record<Integrity, string>> = {
  ...{ Low: 'S-1-16-4096', Medium: 'S-1-16-8192', High: 'S-1-16-12288', System: 'S-1-16-16384' },
};
const ELEVATION: Readonly<Record<Integrity, string>> = {
  ...{ Low: '%%1938', Medium: '%%1938', High: '%%1937', System: '%%1936' },
};
const PRIVILEGES = [
  ...['SeSecurityPrivilege', 'SeBackupPrivilege', 'SeRestorePrivilege', 'SeTakeOwnershipPrivilege', 'SeDebugPrivilege'],
  ...['SeSystemEnvironmentPrivilege', 'SeLoadDriverPrivilege', 'SeImpersonatePrivilege'],
].join('\n\t\t\t');

const subject = (logon: Logon): [string, string, string, number] => [
  logon.sid,
  logon.user,
  logon.domain,
  logon.logonId,
];

/** Where a logon comes from. */
export interface From {
  readonly ip: string;
  readonly port?: number;
  readonly workstation?: string;
}

/** An account that something is done to. */
export interface Account {
  readonly name: string;
  /** The host's name for an account of its own. */
  readonly domain: string;
  readonly sid: string;
}

export class Security {
  readonly #host: Host;
  readonly #lsass: Process;
  /** The computer's own account, under which Windows writes what it does itself. */
  readonly machine: Logon;

  constructor(host: Host, lsass: Process) {
    this.#host = host;
    this.#lsass = lsass;
    this.machine = { ...host.system, user: `${host.name}$`, domain: DOMAIN, account: `${DOMAIN}\\${host.name}$` };
  }

  #write(id: number, ms: number, values: Value[], pid: number = this.#lsass.pid): void {
    this.#host.write(SHAPES[id]!, ms, pid, 4 * this.#host.chance.int(20, 260), '', values);
  }

  #actor(logon: Logon): [string, string, string, number] {
    return subject(logon === this.#host.system ? this.machine : logon);
  }

  created(ms: number, process: Process): void {
    const { parent, integrity } = process;
    const by = parent?.logon ?? this.#host.system;
    const target = by === process.logon ? NOBODY : subject(process.logon);
    this.#write(
      4688,
      ms,
      [
        ...this.#actor(by),
        ...[process.pid, process.image, ELEVATION[integrity], parent?.pid ?? 4, process.command],
        ...[...target, parent?.image ?? '', LABEL[integrity]],
      ],
      4,
    );
  }

  ended(ms: number, process: Process): void {
    this.#write(4689, ms, [...this.#actor(process.logon), 0, process.pid, process.image], 4);
  }

  loggedOn(ms: number, logon: Logon, type: number, from?: From): void {
    const { chance } = this.#host;
    const here = from === undefined;
    const ntlm = type === 3 && from?.workstation !== undefined;
    const elevated = logon.integrity === 'High' || logon.integrity === 'System';
    const port = from?.port ?? chance.int(49_700, 65_400);
    this.#write(4624, ms, [
      ...(here || type === 10 ? subject(this.machine) : NOBODY),
      ...subject(logon),
      type,
      ...(type === 5
        ? ['Advapi  ', 'Negotiate']
        : here || type === 10
          ? ['User32 ', 'Negotiate']
          : ntlm
            ? ['NtLmSsp ', 'NTLM']
            : ['Kerberos', 'Kerberos']),
      ...[
        from?.workstation ?? (here && type !== 5 ? this.#host.name : '-'),
        ntlm || type === 5 ? NO_GUID : chance.guid(),
      ],
      ...['-', ntlm ? 'NTLM V2' : '-', ntlm ? 128 : 0],
      ...(here || type === 10
        ? [
            type === 5 ? 0x2a8 : 0x5d4,
            type === 5 ? 'C:\\Windows\\System32\\services.exe' : 'C:\\Windows\\System32\\svchost.exe',
          ]
        : [0, '-']),
      ...[from?.ip ?? (type === 5 ? '-' : '127.0.0.1'), here ? (type === 5 ? '-' : '0') : `${port}`],
      ...['%%1833', '-', '-', '-', '%%1843', 0, elevated ? '%%1842' : '%%1843'],
    ]);
    if (elevated) this.#write(4672, ms + 1, [...this.#actor(logon), PRIVILEGES]);
  }

  loggedOff(ms: number, logon: Logon, type: number): void {
    this.#write(4634, ms, [...subject(logon), type]);
  }

  failed(ms: number, user: string, type: number, from: From, unknown = false): void {
    const port = from.port ?? this.#host.chance.int(49_700, 65_400);
    this.#write(4625, ms, [
      ...[...NOBODY, 'S-1-0-0', user, DOMAIN, 0xc000006d, '%%2313', unknown ? 0xc0000064 : 0xc000006a, type],
      ...['NtLmSsp ', 'NTLM', from.workstation ?? '-', '-', '-', 0, 0, '-', from.ip, `${port}`],
    ]);
  }

  /** Somebody here used another account's password, for a server or for himself. */
  explicit(ms: number, process: Process, user: string, server: string): void {
    this.#write(4648, ms, [
      ...[...this.#actor(process.logon), process.logon.guid, user, DOMAIN, NO_GUID, server, server, process.pid],
      ...[process.image, '-', '-'],
    ]);
  }

  opened(ms: number, process: Process, path: string, mask: number, accesses: string): void {
    const handle = 4 * this.#host.chance.int(100, 2000);
    const object = ['Security', 'File', path, handle];
    this.#write(
      4663,
      ms,
      [...this.#actor(process.logon), ...object, accesses, mask, process.pid, process.image, 'S:AI'],
      4,
    );
  }

  handleRequested(ms: number, process: Process, type: string, object: string, mask: number, accesses: string): number {
    const handle = 4 * this.#host.chance.int(100, 2000);
    this.#write(
      4656,
      ms,
      [
        ...this.#actor(process.logon),
        'Security',
        type,
        object,
        handle,
        NO_GUID,
        accesses,
        '-',
        mask,
        '-',
        0,
        process.pid,
        process.image,
        '-',
      ],
      4,
    );
    return handle;
  }

  handleClosed(ms: number, process: Process, handle: number): void {
    this.#write(4658, ms, [...this.#actor(process.logon), 'Security', handle, process.pid, process.image], 4);
  }

  handleDuplicated(ms: number, process: Process): void {
    const { chance } = this.#host;
    this.#write(
      4690,
      ms,
      [...this.#actor(process.logon), 4 * chance.int(100, 2000), process.pid, 4 * chance.int(1000, 3000), 4],
      4,
    );
  }

  directory(ms: number, logon: Logon, object: string, type: string, properties: string, mask: number): void {
    const what = ['DS', type, object, 'Object Access', 0, '%%7688\n\t\t\t\t', mask, properties, '-', ''];
    this.#write(4662, ms, [...this.#actor(logon), ...what]);
  }

  serviceInstalled(ms: number, client: Process, name: string, path: string, account: string): void {
    const { pid, parent, logon } = client;
    this.#write(4697, ms, [
      ...[...this.#actor(logon), name, path, 0x10, 3, account],
      ...[startKey(client), pid, parent?.pid ?? 0],
    ]);
  }

  task(ms: number, client: Process, what: 'created' | 'deleted' | 'updated', name: string, content: string): void {
    const id = { created: 4698, deleted: 4699, updated: 4702 }[what];
    const { pid, parent, logon } = client;
    const by = [startKey(client), pid, parent?.pid ?? 0, 0, this.#host.computer];
    this.#write(id, ms, [...this.#actor(logon), name, content, ...by]);
  }

  privileges(ms: number, process: Process, enabled: string): void {
    const who = this.#actor(process.logon);
    this.#write(4703, ms, [...who, ...subject(process.logon), process.image, process.pid, enabled, '-'], 4);
  }

  auditPolicy(ms: number, logon: Logon, subcategory: string, guid: string, changes: string): void {
    this.#write(4719, ms, [...this.#actor(logon), '%%8274', subcategory, guid, changes]);
  }

  userAdded(ms: number, logon: Logon, { name, domain, sid }: Account): void {
    const nothing = '%%1793';
    const account = [name, domain, sid, ...this.#actor(logon)];
    this.#write(4720, ms, [
      ...[
        ...account,
        '-',
        name,
        nothing,
        '-',
        nothing,
        nothing,
        nothing,
        nothing,
        nothing,
        '%%1794',
        '%%1794',
        '513',
        '-',
      ],
      ...['0x0', '0x15', '\n\t\t%%2080\n\t\t%%2082\n\t\t%%2084', nothing, '-', '%%1797'],
    ]);
    this.#write(4722, ms + 2, account);
    this.#write(4724, ms + 5, account);
  }

  userDeleted(ms: number, logon: Logon, { name, domain, sid }: Account): void {
    this.#write(4726, ms, [name, domain, sid, ...this.#actor(logon), '-']);
  }

  memberAdded(ms: number, logon: Logon, member: Account, group: string, groupSid: string, global: boolean): void {
    const domain = global ? DOMAIN : 'Builtin';
    const name = global ? `CN=${member.name},CN=Users,DC=haetae,DC=example` : '-';
    this.#write(global ? 4728 : 4732, ms, [name, member.sid, group, domain, groupSid, ...this.#actor(logon), '-']);
  }

  ticket(
    ms: number,
    user: string,
    sid: string,
    ip: string,
    options: { encryption?: number; preauth?: string } = {},
  ): void {
    const { encryption = 0x12, preauth = '2' } = options;
    const port = `${this.#host.chance.int(49_700, 65_400)}`;
    this.#write(4768, ms, [
      ...[user, `${DOMAIN}.EXAMPLE`, sid, 'krbtgt', 'S-1-5-21-3071284915-1420386721-2910774538-502', 0x40810010, 0],
      ...[encryption, preauth, `::ffff:${ip}`, port, '', '', ''],
    ]);
  }

  serviceTicket(ms: number, user: string, service: string, serviceSid: string, ip: string, encryption = 0x12): void {
    const { chance } = this.#host;
    const from = [`::ffff:${ip}`, `${chance.int(49_700, 65_400)}`];
    const who = [`${user}@${DOMAIN}.EXAMPLE`, `${DOMAIN}.EXAMPLE`];
    this.#write(4769, ms, [...who, service, serviceSid, 0x40810000, encryption, ...from, 0, chance.guid(), '-']);
  }

  ticketRefused(ms: number, user: string, sid: string, ip: string): void {
    const port = `${this.#host.chance.int(49_700, 65_400)}`;
    this.#write(4771, ms, [user, sid, `krbtgt/${DOMAIN}`, 0x40810010, 0x18, '2', `::ffff:${ip}`, port, '', '', '']);
  }

  validated(ms: number, user: string, workstation: string, status = 0): void {
    this.#write(4776, ms, ['MICROSOFT_AUTHENTICATION_PACKAGE_V1_0', user, workstation, status]);
  }

  membershipRead(ms: number, process: Process, group: string, groupSid: string): void {
    const account = [group, 'Builtin', groupSid, ...this.#actor(process.logon)];
    this.#write(4799, ms, [...account, process.pid, process.image]);
  }

  groupsRead(ms: number, process: Process, user: string, sid: string): void {
    const account = [user, this.#host.name, sid, ...this.#actor(process.logon)];
    this.#write(4798, ms, [...account, process.pid, process.image]);
  }

  shareOpened(ms: number, logon: Logon, from: From, share: string, local: string): void {
    const port = `${from.port ?? this.#host.chance.int(49_700, 65_400)}`;
    this.#write(5140, ms, [
      ...subject(logon),
      'File',
      from.ip,
      port,
      `\\\\*\\${share}`,
      local,
      0x1,
      '%%4416\n\t\t\t\t',
    ]);
  }

  shareChecked(ms: number, logon: Logon, from: From, share: string, local: string, file: string, mask: number): void {
    const port = `${from.port ?? this.#host.chance.int(49_700, 65_400)}`;
    const accesses = mask & 0x2 ? '%%1538\n\t\t\t\t%%4417\n\t\t\t\t' : '%%1538\n\t\t\t\t%%4416\n\t\t\t\t';
    this.#write(5145, ms, [
      ...subject(logon),
      'File',
      from.ip,
      port,
      `\\\\*\\${share}`,
      local,
      file,
      mask,
      accesses,
      '-',
    ]);
  }

  /** WFP's own record of a connection; `device` paths as it has them. */
  connected(ms: number, process: Process, ours: number, ip: string, port: number, incoming: boolean): void {
    this.#write(
      5156,
      ms,
      [
        ...[
          process.pid,
          device(process.image),
          incoming ? '%%14592' : '%%14593',
          this.#host.ip,
          `${ours}`,
          ip,
          `${port}`,
          6,
        ],
        ...[67_000 + (process.pid % 900), incoming ? '%%14610' : '%%14611', incoming ? 44 : 48, 'S-1-0-0', 'S-1-0-0'],
      ],
      4,
    );
  }

  bound(ms: number, process: Process, port: number): void {
    this.#write(5158, ms, [process.pid, device(process.image), '0.0.0.0', `${port}`, 6, 0, '%%14608', 36], 4);
  }

  cleared(ms: number, logon: Logon): void {
    this.#host.write(CLEARED, ms, 1340, 4 * this.#host.chance.int(1000, 2000), '', subject(logon));
  }
}

const startKey = ({ pid }: Process): bigint => 5_629_499_534_213_000n + BigInt(pid);
const device = (image: string): string => `\\device\\harddiskvolume3${image.slice(2).toLowerCase()}`;
