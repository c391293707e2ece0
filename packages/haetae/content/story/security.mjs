/** Windows Security, PowerShell, System… events: fields and types as the providers' manifests have them. */
const fields = (text) =>
  text
    .trim()
    .split(/\s+/)
    .map((field) => field.split(':'));
const SUBJECT = 'SubjectUserSid:sid SubjectUserName SubjectDomainName SubjectLogonId:hexInt64';

/** Event id → version, task, fields. */
const SECURITY = {
  4624: [
    2,
    12544,
    fields(`${SUBJECT} TargetUserSid:sid TargetUserName TargetDomainName TargetLogonId:hexInt64 LogonType:uint32
    LogonProcessName AuthenticationPackageName WorkstationName LogonGuid:guid TransmittedServices LmPackageName KeyLength:uint32
    ProcessId:hexInt64 ProcessName IpAddress IpPort ImpersonationLevel RestrictedAdminMode TargetOutboundUserName
    TargetOutboundDomainName VirtualAccount TargetLinkedLogonId:hexInt64 ElevatedToken`),
  ],
  4625: [
    0,
    12544,
    fields(`${SUBJECT} TargetUserSid:sid TargetUserName TargetDomainName Status:hexInt32 FailureReason SubStatus:hexInt32
    LogonType:uint32 LogonProcessName AuthenticationPackageName WorkstationName TransmittedServices LmPackageName KeyLength:uint32
    ProcessId:hexInt64 ProcessName IpAddress IpPort`),
  ],
  4634: [0, 12545, fields('TargetUserSid:sid TargetUserName TargetDomainName TargetLogonId:hexInt64 LogonType:uint32')],
  4672: [0, 12548, fields(`${SUBJECT} PrivilegeList`)],
  4688: [
    2,
    13312,
    fields(`${SUBJECT} NewProcessId:hexInt64 NewProcessName TokenElevationType ProcessId:hexInt64 CommandLine TargetUserSid:sid
    TargetUserName TargetDomainName TargetLogonId:hexInt64 ParentProcessName MandatoryLabel:sid`),
  ],
  4698: [
    1,
    12804,
    fields(`${SUBJECT} TaskName TaskContent ClientProcessStartKey:uint64 ClientProcessId:uint32 ParentProcessId:uint32
    RpcCallClientLocality:uint32 FQDN`),
  ],
  4720: [
    0,
    13824,
    fields(`TargetUserName TargetDomainName TargetSid:sid ${SUBJECT} PrivilegeList SamAccountName DisplayName UserPrincipalName
    HomeDirectory HomePath ScriptPath ProfilePath UserWorkstations PasswordLastSet AccountExpires PrimaryGroupId AllowedToDelegateTo
    OldUacValue NewUacValue UserAccountControl UserParameters SidHistory LogonHours`),
  ],
  4732: [
    0,
    13826,
    fields(`MemberName MemberSid:sid TargetUserName TargetDomainName TargetSid:sid ${SUBJECT} PrivilegeList`),
  ],
};
const AUDIT = { name: 'Microsoft-Windows-Security-Auditing', guid: '{54849625-5478-4994-A5BA-3E3B0328C30D}' };
const EVENTLOG = { name: 'Microsoft-Windows-Eventlog', guid: '{FC65DDD8-D6EF-4962-83D5-6E5CFE9CE148}' };
const SUCCESS = 0x8020000000000000n;
const FAILURE = 0x8010000000000000n;
const NOBODY = 'S-1-0-0';
const LABEL = { Low: 'S-1-16-4096', Medium: 'S-1-16-8192', High: 'S-1-16-12288', System: 'S-1-16-16384' };
const ELEVATION = { Low: '%%1938', Medium: '%%1938', High: '%%1937', System: '%%1936' };
const PRIVILEGES = [
  'SeSecurityPrivilege',
  'SeBackupPrivilege',
  'SeRestorePrivilege',
  'SeTakeOwnershipPrivilege',
  'SeDebugPrivilege',
  'SeSystemEnvironmentPrivilege',
  'SeLoadDriverPrivilege',
  'SeImpersonatePrivilege',
].join('\n\t\t\t');
const NO_GUID = '{00000000-0000-0000-0000-000000000000}';

const subject = (logon) => ({
  ...{
    SubjectUserSid: logon.sid,
    SubjectUserName: logon.user,
    SubjectDomainName: logon.domain,
    SubjectLogonId: logon.logonId,
  },
});
const target = (logon) => ({
  ...{
    TargetUserSid: logon.sid,
    TargetUserName: logon.user,
    TargetDomainName: logon.domain,
    TargetLogonId: logon.logonId,
  },
});

export class Security {
  constructor(host) {
    this.host = host;
    this.lsass = host.process({ image: 'C:\\Windows\\System32\\lsass.exe', pid: 684 });
    /** The computer's own account, under which Windows writes what it does itself. */
    this.machine = { ...host.system, user: `${host.name}$`, domain: 'HAETAE' };
  }

  write(eventId, ms, values, keywords = SUCCESS) {
    const [version, task, schema] = SECURITY[eventId];
    const { random, computer } = this.host;
    this.host.events.push({
      ...{ channel: 'Security', provider: AUDIT, computer, eventId, version, level: 0, task, opcode: 0, keywords },
      ...{
        processId: eventId === 4688 ? 4 : this.lsass.pid,
        threadId: 4 * random.int(180, 260),
        ms,
        ticks: random.int(0, 9999),
      },
      fields: schema.map(([name, type = 'string']) => {
        if (values[name] === undefined) throw new Error(`Security ${eventId} needs ${name}`);
        return [name, type, values[name]];
      }),
    });
  }

  created(ms, process) {
    this.write(4688, ms, {
      ...subject(process.parent.logon === this.host.system ? this.machine : process.parent.logon),
      ...{ NewProcessId: process.pid, NewProcessName: process.image, TokenElevationType: ELEVATION[process.integrity] },
      ...{ ProcessId: process.parent.pid, CommandLine: process.command, ParentProcessName: process.parent.image },
      ...{
        TargetUserSid: NOBODY,
        TargetUserName: '-',
        TargetDomainName: '-',
        TargetLogonId: 0,
        MandatoryLabel: LABEL[process.integrity],
      },
    });
  }

  loggedOn(ms, logon, type, { ip = '-', port = '-', workstation = '-', elevated = false } = {}) {
    const local = type === 2 || type === 5 || type === 11;
    this.write(4624, ms, {
      ...subject(local ? this.machine : { sid: NOBODY, user: '-', domain: '-', logonId: 0 }),
      ...{
        ...target(logon),
        LogonType: type,
        LogonGuid: NO_GUID,
        TransmittedServices: '-',
        KeyLength: type === 3 ? 128 : 0,
      },
      ...(local
        ? {
            LogonProcessName: type === 5 ? 'Advapi  ' : 'User32 ',
            AuthenticationPackageName: 'Negotiate',
            LmPackageName: '-',
          }
        : {
            LogonProcessName: type === 3 ? 'NtLmSsp ' : 'User32 ',
            AuthenticationPackageName: type === 3 ? 'NTLM' : 'Negotiate',
            LmPackageName: type === 3 ? 'NTLM V2' : '-',
          }),
      ...{
        WorkstationName: workstation,
        ProcessId: local ? 0x2a8 : 0,
        ProcessName: local ? 'C:\\Windows\\System32\\services.exe' : '-',
      },
      ...{
        IpAddress: ip,
        IpPort: `${port}`,
        ImpersonationLevel: '%%1833',
        RestrictedAdminMode: '-',
        TargetOutboundUserName: '-',
      },
      ...{
        TargetOutboundDomainName: '-',
        VirtualAccount: '%%1843',
        TargetLinkedLogonId: 0,
        ElevatedToken: elevated ? '%%1842' : '%%1843',
      },
    });
    if (elevated) this.write(4672, ms + 1, { ...subject(logon), PrivilegeList: PRIVILEGES });
  }

  loggedOff(ms, logon, type) {
    this.write(4634, ms, { ...target(logon), LogonType: type });
  }

  failed(ms, user, { ip, port, workstation, unknownUser = false }) {
    const values = {
      ...subject({ sid: NOBODY, user: '-', domain: '-', logonId: 0 }),
      ...{
        TargetUserSid: NOBODY,
        TargetUserName: user,
        TargetDomainName: 'HAETAE',
        Status: 0xc000006d,
        FailureReason: '%%2313',
      },
      ...{
        SubStatus: unknownUser ? 0xc0000064 : 0xc000006a,
        LogonType: 3,
        LogonProcessName: 'NtLmSsp ',
        AuthenticationPackageName: 'NTLM',
      },
      ...{
        WorkstationName: workstation,
        TransmittedServices: '-',
        LmPackageName: '-',
        KeyLength: 0,
        ProcessId: 0,
        ProcessName: '-',
      },
      ...{ IpAddress: ip, IpPort: `${port}` },
    };
    this.write(4625, ms, values, FAILURE);
  }

  task(ms, logon, client, name, content) {
    this.write(4698, ms, {
      ...{
        ...subject(logon),
        TaskName: name,
        TaskContent: content,
        ClientProcessStartKey: 5_629_499_534_213_000n + BigInt(client.pid),
      },
      ...{
        ClientProcessId: client.pid,
        ParentProcessId: client.parent.pid,
        RpcCallClientLocality: 0,
        FQDN: this.host.computer,
      },
    });
  }

  userAdded(ms, logon, name, sid) {
    const nothing = '%%1793';
    this.write(4720, ms, {
      ...{
        ...subject(logon),
        TargetUserName: name,
        TargetDomainName: this.host.name,
        TargetSid: sid,
        PrivilegeList: '-',
        SamAccountName: name,
      },
      ...{
        DisplayName: nothing,
        UserPrincipalName: '-',
        HomeDirectory: nothing,
        HomePath: nothing,
        ScriptPath: nothing,
        ProfilePath: nothing,
      },
      ...{
        UserWorkstations: nothing,
        PasswordLastSet: '%%1794',
        AccountExpires: '%%1794',
        PrimaryGroupId: '513',
        AllowedToDelegateTo: '-',
      },
      ...{
        OldUacValue: '0x0',
        NewUacValue: '0x15',
        UserAccountControl: '\n\t\t%%2080\n\t\t%%2082\n\t\t%%2084',
        UserParameters: nothing,
      },
      ...{ SidHistory: '-', LogonHours: '%%1797' },
    });
  }

  memberAdded(ms, logon, sid, group, groupSid) {
    this.write(4732, ms, {
      ...{
        ...subject(logon),
        MemberName: '-',
        MemberSid: sid,
        TargetUserName: group,
        TargetDomainName: 'Builtin',
        TargetSid: groupSid,
        PrivilegeList: '-',
      },
    });
  }

  /** 1102 carries UserData, not EventData. */
  cleared(ms, logon) {
    const { random, computer } = this.host;
    this.host.events.push({
      ...{
        channel: 'Security',
        provider: EVENTLOG,
        computer,
        eventId: 1102,
        version: 1,
        level: 4,
        task: 104,
        opcode: 0,
      },
      ...{
        keywords: 0x4020000000000000n,
        processId: 1340,
        threadId: 4 * random.int(1000, 2000),
        ms,
        ticks: random.int(0, 9999),
        fields: [],
      },
      userData: {
        name: 'LogFileCleared',
        xmlns: 'http://manifests.microsoft.com/win/2004/08/windows/eventlog',
        fields: Object.entries(subject(logon)).map(([name, value]) => [
          name,
          { SubjectUserSid: 'sid', SubjectLogonId: 'hexInt64' }[name] ?? 'string',
          value,
        ]),
      },
    });
  }
}

/** An event of any other provider: `fields` are [name, type, value]. */
export function write(host, ms, provider, channel, eventId, fields, more = {}) {
  host.events.push({
    ...{
      channel,
      provider,
      computer: host.computer,
      eventId,
      version: 0,
      level: 4,
      task: 0,
      opcode: 0,
      keywords: 0x8000000000000000n,
    },
    ...{ processId: 900, threadId: 4 * host.random.int(300, 900), ms, ticks: host.random.int(0, 9999), fields },
    ...more,
  });
}

const POWERSHELL = { name: 'Microsoft-Windows-PowerShell', guid: '{A0C1853B-5C40-4B15-8766-3CF1C58F985A}' };

/** 4104: one script block, in `parts` pieces as Windows cuts long ones; `warning` is what PowerShell itself finds suspicious. */
export function scriptBlock(host, ms, process, parts, { path = '', warning = false, id } = {}) {
  parts.forEach((text, i) => {
    write(
      host,
      ms + i,
      POWERSHELL,
      'Microsoft-Windows-PowerShell/Operational',
      4104,
      [
        ['MessageNumber', 'int32', i + 1],
        ['MessageTotal', 'int32', parts.length],
        ['ScriptBlockText', 'string', text],
        ['ScriptBlockId', 'string', id],
        ['Path', 'string', path],
      ],
      {
        version: 1,
        level: warning ? 3 : 5,
        task: 2,
        opcode: 15,
        keywords: 0n,
        processId: process.pid,
        userSid: process.logon.sid,
      },
    );
  });
}

/** 40961, 53504, 40962: what every PowerShell writes when it starts. */
export function powershellStart(host, ms, process) {
  const common = { task: 4, opcode: 1, keywords: 0n, processId: process.pid, userSid: process.logon.sid, version: 1 };
  const channel = 'Microsoft-Windows-PowerShell/Operational';
  write(host, ms, POWERSHELL, channel, 40961, [], common);
  write(
    host,
    ms + 60,
    POWERSHELL,
    channel,
    53504,
    [
      ['param1', 'string', `${process.pid}`],
      ['param2', 'string', 'DefaultAppDomain'],
    ],
    { ...common, task: 111, opcode: 10 },
  );
  write(host, ms + 130, POWERSHELL, channel, 40962, [], { ...common, opcode: 2 });
}
