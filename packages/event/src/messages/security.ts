/**
 * Rendered messages of the Security channel: label → field, by section. English labels and their order are those of
 * Windows 7 to Server 2022; fields by the %n of each message. Source: learn.microsoft.com, event-4624 and its neighbours.
 */
import type { LayoutRow, LineRow, SectionRow, Texts } from './types.ts';

const GENERATED: Texts = { en: ['This event is generated'], ko: ['이 이벤트는'], ja: ['このイベントは'] };
const CERTIFICATE_NOTE: Texts = {
  en: ['Certificate information is only provided'],
  ko: ['인증서 정보는'],
  ja: ['証明書情報は'],
};
const TOKEN_NOTE: Texts = {
  en: ['Token Elevation Type indicates'],
  ko: ['토큰 상승 유형은', '토큰 권한 상승 유형은'],
  ja: ['トークン昇格の種類は'],
};

const SUBJECT_LINES = [
  ['Security ID', 'SubjectUserSid'],
  ['Account Name', 'SubjectUserName'],
  ['Account Domain', 'SubjectDomainName'],
  ['Logon ID', 'SubjectLogonId'],
] as const satisfies readonly LineRow[];
const SUBJECT: SectionRow = { section: ['Subject'], lines: SUBJECT_LINES };
/** The account an event is about, in account management. */
const target = (...section: SectionRow['section']): SectionRow => ({
  section,
  lines: [
    ['Security ID', 'TargetSid'],
    ['Account Name', 'TargetUserName'],
    ['Account Domain', 'TargetDomainName'],
  ],
});
const GROUP: SectionRow = {
  section: ['Group'],
  lines: [
    ['Security ID', 'TargetSid'],
    ['Group Name', 'TargetUserName'],
    ['Account Name', 'TargetUserName'],
    ['Group Domain', 'TargetDomainName'],
    ['Account Domain', 'TargetDomainName'],
  ],
};
const MEMBER: SectionRow = {
  section: ['Member'],
  lines: [
    ['Security ID', 'MemberSid'],
    ['Account Name', 'MemberName'],
  ],
};
const PRIVILEGES: SectionRow = {
  section: ['Additional Information'],
  lines: [['Privileges', 'PrivilegeList', 'block']],
};
const ADDED: SectionRow = {
  section: ['Additional Information'],
  lines: [
    ['Privileges', 'PrivilegeList', 'block'],
    ['Expiration time', 'MembershipExpirationTime'],
  ],
};
const PROCESS: SectionRow = {
  section: ['Process Information', 'Process'],
  lines: [
    ['Process ID', 'ProcessId'],
    ['Process Name', 'ProcessName'],
    ['Name', 'ProcessName'],
  ],
};
const OBJECT_LINES = [
  ['Object Server', 'ObjectServer'],
  ['Object Type', 'ObjectType'],
  ['Object Name', 'ObjectName'],
  ['Handle ID', 'HandleId'],
] as const satisfies readonly LineRow[];
const TASK = (content: LineRow): LayoutRow => ({
  items: [
    SUBJECT,
    { section: ['Task Information'], lines: [['Task Name', 'TaskName'], content] },
    {
      section: ['Other Information'],
      lines: [
        ['ProcessCreationTime', 'ClientProcessStartKey'],
        ['ClientProcessId', 'ClientProcessId'],
        ['ParentProcessId', 'ParentProcessId'],
        ['FQDN', 'FQDN'],
      ],
    },
  ],
});
const USER_ATTRIBUTES = [
  ['SAM Account Name', 'SamAccountName'],
  ['Display Name', 'DisplayName'],
  ['User Principal Name', 'UserPrincipalName'],
  ['Home Directory', 'HomeDirectory'],
  ['Home Drive', 'HomePath'],
  ['Script Path', 'ScriptPath'],
  ['Profile Path', 'ProfilePath'],
  ['User Workstations', 'UserWorkstations'],
  ['Password Last Set', 'PasswordLastSet'],
  ['Account Expires', 'AccountExpires'],
  ['Primary Group ID', 'PrimaryGroupId'],
  ['Allowed To Delegate To', 'AllowedToDelegateTo'],
  ['Old UAC Value', 'OldUacValue'],
  ['New UAC Value', 'NewUacValue'],
  ['User Account Control', 'UserAccountControl', 'block'],
  ['User Parameters', 'UserParameters', 'block'],
  ['SID History', 'SidHistory'],
  ['Logon Hours', 'LogonHours'],
] as const satisfies readonly LineRow[];
const COMPUTER_ATTRIBUTES = [
  ...USER_ATTRIBUTES,
  ['DNS Host Name', 'DnsHostName'],
  ['Service Principal Names', 'ServicePrincipalNames', 'block'],
] as const satisfies readonly LineRow[];
const AUTHENTICATION: SectionRow = {
  section: ['Detailed Authentication Information'],
  lines: [
    ['Logon Process', 'LogonProcessName'],
    ['Authentication Package', 'AuthenticationPackageName'],
    ['Transited Services', 'TransmittedServices'],
    ['Package Name (NTLM only)', 'LmPackageName'],
    ['Key Length', 'KeyLength'],
  ],
};
const LOGON_SOURCE: SectionRow = {
  section: ['Network Information'],
  lines: [
    ['Workstation Name', 'WorkstationName'],
    ['Source Network Address', 'IpAddress'],
    ['Source Port', 'IpPort'],
  ],
};
const NEW_LOGON = [
  ['Security ID', 'TargetUserSid'],
  ['Account Name', 'TargetUserName'],
  ['Account Domain', 'TargetDomainName'],
  ['Logon ID', 'TargetLogonId'],
] as const satisfies readonly LineRow[];
const CLIENT: SectionRow = {
  section: ['Network Information'],
  lines: [
    ['Client Address', 'IpAddress'],
    ['Client Port', 'IpPort'],
  ],
};
/** Keys and encryption types, which 4768 and 4769 tell since January 2025. */
const keys = (owner: 'Account' | 'Service' | 'DC'): readonly LineRow[] => [
  ['MSDS-SupportedEncryptionTypes', `${owner}SupportedEncryptionTypes`],
  ['Available Keys', `${owner}AvailableKeys`],
];
const KERBEROS_SERVICE: SectionRow = {
  section: ['Service Information'],
  lines: [['Service Name', 'ServiceName'], ['Service ID', 'ServiceSid'], ...keys('Service')],
};
const DOMAIN_CONTROLLER: SectionRow = { section: ['Domain Controller Information'], lines: keys('DC') };
const KERBEROS_CLIENT: SectionRow = {
  section: ['Network Information'],
  lines: [...CLIENT.lines, ['Advertized Etypes', 'ClientAdvertizedEncryptionTypes', 'block']],
};
const CERTIFICATE: SectionRow = {
  section: ['Certificate Information'],
  lines: [
    ['Certificate Issuer Name', 'CertIssuerName'],
    ['Certificate Serial Number', 'CertSerialNumber'],
    ['Certificate Thumbprint', 'CertThumbprint'],
  ],
};
const SHARE_SOURCE: SectionRow = {
  section: ['Network Information'],
  lines: [
    ['Object Type', 'ObjectType'],
    ['Source Address', 'IpAddress'],
    ['Source Port', 'IpPort'],
  ],
};
const FILTER: SectionRow = {
  section: ['Filter Information'],
  lines: [
    ['Filter Origin', 'FilterOrigin'],
    ['Filter Run-Time ID', 'FilterRTID'],
    ['Layer Name', 'LayerName'],
    ['Layer Run-Time ID', 'LayerRTID'],
  ],
};
const REMOTE_LINES = [
  ['Remote User ID', 'RemoteUserID'],
  ['Remote Machine ID', 'RemoteMachineID'],
] as const satisfies readonly LineRow[];
/** `pid` differs in letter case between the events of the Windows Filtering Platform. */
const wfp = (pid: string, ...more: readonly LineRow[]): LayoutRow => ({
  items: [
    {
      section: ['Application Information'],
      lines: [
        ['Process ID', pid],
        ['Application Name', 'Application'],
      ],
    },
    {
      section: ['Network Information'],
      lines: [
        ['Direction', 'Direction'],
        ['Source Address', 'SourceAddress'],
        ['Source Port', 'SourcePort'],
        ['Destination Address', 'DestAddress'],
        ['Destination Port', 'DestPort'],
        ['Protocol', 'Protocol'],
        ['Interface Index', 'InterfaceIndex'],
      ],
    },
    { ...FILTER, lines: [...FILTER.lines, ...more] },
  ],
});
const SESSION: LayoutRow = {
  items: [
    {
      section: ['Subject'],
      lines: [
        ['Account Name', 'AccountName'],
        ['Account Domain', 'AccountDomain'],
        ['Logon ID', 'LogonID'],
      ],
    },
    { section: ['Session'], lines: [['Session Name', 'SessionName']] },
    {
      section: ['Additional Information'],
      lines: [
        ['Client Name', 'ClientName'],
        ['Client Address', 'ClientAddress'],
      ],
    },
  ],
  trailer: GENERATED,
};
const LOCK: LayoutRow = {
  items: [{ section: ['Subject'], lines: [...NEW_LOGON, ['Session ID', 'SessionId']] }],
};
const ACCOUNT: LayoutRow = { items: [SUBJECT, target('Target Account')] };
const ACCOUNT_PRIVILEGES: LayoutRow = { items: [SUBJECT, target('Target Account'), PRIVILEGES] };
const MEMBER_ADDED: LayoutRow = { items: [SUBJECT, MEMBER, GROUP, ADDED] };
const MEMBER_REMOVED: LayoutRow = { items: [SUBJECT, MEMBER, GROUP, PRIVILEGES] };

export const SECURITY_LAYOUTS = {
  4611: { items: [SUBJECT, ['Logon Process Name', 'LogonProcessName']] },
  4616: {
    items: [SUBJECT, PROCESS, ['Previous Time', 'PreviousTime'], ['New Time', 'NewTime']],
    trailer: GENERATED,
  },
  4624: {
    items: [
      SUBJECT,
      ['Logon Type', 'LogonType'],
      {
        section: ['Logon Information'],
        lines: [
          ['Logon Type', 'LogonType'],
          ['Restricted Admin Mode', 'RestrictedAdminMode'],
          ['Remote Credential Guard', 'RemoteCredentialGuard'],
          ['Virtual Account', 'VirtualAccount'],
          ['Elevated Token', 'ElevatedToken'],
        ],
      },
      ['Impersonation Level', 'ImpersonationLevel'],
      {
        section: ['New Logon'],
        lines: [
          ...NEW_LOGON,
          ['Linked Logon ID', 'TargetLinkedLogonId'],
          ['Network Account Name', 'TargetOutboundUserName'],
          ['Network Account Domain', 'TargetOutboundDomainName'],
          ['Logon GUID', 'LogonGuid'],
        ],
      },
      PROCESS,
      LOGON_SOURCE,
      AUTHENTICATION,
    ],
    trailer: GENERATED,
  },
  4625: {
    items: [
      SUBJECT,
      ['Logon Type', 'LogonType'],
      {
        section: ['Account For Which Logon Failed'],
        lines: [
          ['Security ID', 'TargetUserSid'],
          ['Account Name', 'TargetUserName'],
          ['Account Domain', 'TargetDomainName'],
        ],
      },
      {
        section: ['Failure Information'],
        lines: [
          ['Failure Reason', 'FailureReason'],
          ['Status', 'Status'],
          ['Sub Status', 'SubStatus'],
        ],
      },
      {
        section: ['Process Information'],
        lines: [
          ['Caller Process ID', 'ProcessId'],
          ['Caller Process Name', 'ProcessName'],
        ],
      },
      LOGON_SOURCE,
      AUTHENTICATION,
    ],
    trailer: GENERATED,
  },
  4627: {
    items: [
      SUBJECT,
      ['Logon Type', 'LogonType'],
      { section: ['New Logon'], lines: NEW_LOGON },
      ['Group Membership', 'GroupMembership', 'block'],
    ],
    trailer: {
      en: ['The subject fields indicate'],
      ko: ['주체 필드는'],
      ja: ['サブジェクトのフィールドは', 'サブジェクト フィールドは'],
    },
  },
  4634: { items: [{ section: ['Subject'], lines: NEW_LOGON }, ['Logon Type', 'LogonType']], trailer: GENERATED },
  4647: { items: [{ section: ['Subject'], lines: NEW_LOGON }], trailer: GENERATED },
  4648: {
    items: [
      { section: ['Subject'], lines: [...SUBJECT_LINES, ['Logon GUID', 'LogonGuid']] },
      {
        section: ['Account Whose Credentials Were Used'],
        lines: [
          ['Account Name', 'TargetUserName'],
          ['Account Domain', 'TargetDomainName'],
          ['Logon GUID', 'TargetLogonGuid'],
        ],
      },
      {
        section: ['Target Server'],
        lines: [
          ['Target Server Name', 'TargetServerName'],
          ['Additional Information', 'TargetInfo'],
        ],
      },
      PROCESS,
      {
        section: ['Network Information'],
        lines: [
          ['Network Address', 'IpAddress'],
          ['Port', 'IpPort'],
        ],
      },
    ],
    trailer: GENERATED,
  },
  4656: {
    items: [
      SUBJECT,
      { section: ['Object'], lines: [...OBJECT_LINES, ['Resource Attributes', 'ResourceAttributes']] },
      PROCESS,
      {
        section: ['Access Request Information'],
        lines: [
          ['Transaction ID', 'TransactionId'],
          ['Accesses', 'AccessList', 'block'],
          ['Access Reasons', 'AccessReason', 'block'],
          ['Access Mask', 'AccessMask'],
          ['Privileges Used for Access Check', 'PrivilegeList', 'block'],
          ['Restricted SID Count', 'RestrictedSidCount'],
        ],
      },
    ],
  },
  4657: {
    items: [
      SUBJECT,
      {
        section: ['Object'],
        lines: [
          ['Object Name', 'ObjectName'],
          ['Object Value Name', 'ObjectValueName'],
          ['Handle ID', 'HandleId'],
          ['Operation Type', 'OperationType'],
        ],
      },
      PROCESS,
      {
        section: ['Change Information'],
        lines: [
          ['Old Value Type', 'OldValueType'],
          ['Old Value', 'OldValue', 'block'],
          ['New Value Type', 'NewValueType'],
          ['New Value', 'NewValue', 'block'],
        ],
      },
    ],
  },
  4658: {
    items: [
      SUBJECT,
      {
        section: ['Object'],
        lines: [
          ['Object Server', 'ObjectServer'],
          ['Handle ID', 'HandleId'],
        ],
      },
      PROCESS,
    ],
  },
  4660: {
    items: [
      SUBJECT,
      {
        section: ['Object'],
        lines: [
          ['Object Server', 'ObjectServer'],
          ['Handle ID', 'HandleId'],
        ],
      },
      {
        section: ['Process Information'],
        lines: [
          ['Process ID', 'ProcessId'],
          ['Process Name', 'ProcessName'],
          ['Transaction ID', 'TransactionId'],
        ],
      },
    ],
  },
  4663: {
    items: [
      SUBJECT,
      { section: ['Object'], lines: [...OBJECT_LINES, ['Resource Attributes', 'ResourceAttributes']] },
      PROCESS,
      {
        section: ['Access Request Information'],
        lines: [
          ['Accesses', 'AccessList', 'block'],
          ['Access Mask', 'AccessMask'],
        ],
      },
    ],
  },
  4670: {
    items: [
      SUBJECT,
      { section: ['Object'], lines: OBJECT_LINES },
      PROCESS,
      {
        section: ['Permissions Change'],
        lines: [
          ['Original Security Descriptor', 'OldSd'],
          ['New Security Descriptor', 'NewSd'],
        ],
      },
    ],
  },
  4672: { items: [SUBJECT, ['Privileges', 'PrivilegeList', 'block']] },
  4673: {
    items: [
      SUBJECT,
      {
        section: ['Service'],
        lines: [
          ['Server', 'ObjectServer'],
          ['Service Name', 'Service'],
        ],
      },
      PROCESS,
      { section: ['Service Request Information'], lines: [['Privileges', 'PrivilegeList', 'block']] },
    ],
  },
  4688: {
    items: [
      { section: ['Creator Subject', 'Subject'], lines: SUBJECT_LINES },
      { section: ['Target Subject'], lines: NEW_LOGON },
      {
        section: ['Process Information'],
        lines: [
          ['New Process ID', 'NewProcessId'],
          ['New Process Name', 'NewProcessName'],
          ['Token Elevation Type', 'TokenElevationType'],
          ['Mandatory Label', 'MandatoryLabel'],
          ['Creator Process ID', 'ProcessId'],
          ['Creator Process Name', 'ParentProcessName'],
          ['Process Command Line', 'CommandLine', 'block'],
        ],
      },
    ],
    trailer: TOKEN_NOTE,
  },
  4689: {
    items: [
      SUBJECT,
      {
        section: ['Process Information'],
        lines: [
          ['Process ID', 'ProcessId'],
          ['Process Name', 'ProcessName'],
          ['Exit Status', 'Status'],
        ],
      },
    ],
  },
  4690: {
    items: [
      SUBJECT,
      {
        section: ['Source Handle Information'],
        lines: [
          ['Source Handle ID', 'SourceHandleId'],
          ['Source Process ID', 'SourceProcessId'],
        ],
      },
      {
        section: ['New Handle Information'],
        lines: [
          ['Target Handle ID', 'TargetHandleId'],
          ['Target Process ID', 'TargetProcessId'],
        ],
      },
    ],
  },
  4697: {
    items: [
      SUBJECT,
      {
        section: ['Service Information'],
        lines: [
          ['Service Name', 'ServiceName'],
          ['Service File Name', 'ServiceFileName', 'block'],
          ['Service Type', 'ServiceType'],
          ['Service Start Type', 'ServiceStartType'],
          ['Service Account', 'ServiceAccount'],
        ],
      },
    ],
  },
  4698: TASK(['Task Content', 'TaskContent', 'block']),
  4699: TASK(['Task Content', 'TaskContent', 'block']),
  4700: TASK(['Task Content', 'TaskContent', 'block']),
  4701: TASK(['Task Content', 'TaskContent', 'block']),
  4702: TASK(['Task New Content', 'TaskContentNew', 'block']),
  4703: {
    items: [
      SUBJECT,
      { section: ['Target Account'], lines: NEW_LOGON },
      PROCESS,
      ['Enabled Privileges', 'EnabledPrivilegeList', 'block'],
      ['Disabled Privileges', 'DisabledPrivilegeList', 'block'],
    ],
  },
  4704: {
    items: [
      SUBJECT,
      { section: ['Target Account'], lines: [['Account Name', 'TargetSid']] },
      { section: ['User Right'], lines: [['User Right', 'PrivilegeList', 'block']] },
    ],
  },
  4719: {
    items: [
      SUBJECT,
      {
        section: ['Audit Policy Change'],
        lines: [
          ['Category', 'CategoryId'],
          ['Sub Category', 'SubcategoryId'],
          ['Sub Category GUID', 'SubcategoryGuid'],
          ['Changes', 'AuditPolicyChanges'],
        ],
      },
    ],
  },
  4720: {
    items: [SUBJECT, target('New Account'), { section: ['Attributes'], lines: USER_ATTRIBUTES }, PRIVILEGES],
  },
  4722: ACCOUNT,
  4723: ACCOUNT_PRIVILEGES,
  4724: ACCOUNT,
  4725: ACCOUNT,
  4726: ACCOUNT_PRIVILEGES,
  4728: MEMBER_ADDED,
  4729: MEMBER_REMOVED,
  4732: MEMBER_ADDED,
  4733: MEMBER_REMOVED,
  4738: {
    items: [SUBJECT, target('Target Account'), { section: ['Changed Attributes'], lines: USER_ATTRIBUTES }, PRIVILEGES],
  },
  4740: {
    items: [
      SUBJECT,
      {
        section: ['Account That Was Locked Out'],
        lines: [
          ['Security ID', 'TargetSid'],
          ['Account Name', 'TargetUserName'],
        ],
      },
      { section: ['Additional Information'], lines: [['Caller Computer Name', 'TargetDomainName']] },
    ],
  },
  4741: {
    items: [
      SUBJECT,
      target('New Computer Account'),
      { section: ['Attributes'], lines: COMPUTER_ATTRIBUTES },
      PRIVILEGES,
    ],
  },
  4742: {
    items: [
      SUBJECT,
      target('Target Computer Account'),
      { section: ['Changed Attributes'], lines: COMPUTER_ATTRIBUTES },
      PRIVILEGES,
    ],
  },
  4756: MEMBER_ADDED,
  4757: MEMBER_REMOVED,
  4767: ACCOUNT,
  4768: {
    items: [
      {
        section: ['Account Information'],
        lines: [
          ['Account Name', 'TargetUserName'],
          ['Supplied Realm Name', 'TargetDomainName'],
          ['User ID', 'TargetSid'],
          ...keys('Account'),
        ],
      },
      KERBEROS_SERVICE,
      DOMAIN_CONTROLLER,
      KERBEROS_CLIENT,
      {
        section: ['Additional Information'],
        lines: [
          ['Ticket Options', 'TicketOptions'],
          ['Result Code', 'Status'],
          ['Ticket Encryption Type', 'TicketEncryptionType'],
          ['Session Encryption Type', 'SessionKeyEncryptionType'],
          ['Pre-Authentication Type', 'PreAuthType'],
          ['Pre-Authentication EncryptionType', 'PreAuthEncryptionType'],
        ],
      },
      CERTIFICATE,
      { section: ['Ticket information'], lines: [['Response ticket hash', 'ResponseTicket']] },
    ],
    trailer: CERTIFICATE_NOTE,
  },
  4769: {
    items: [
      {
        section: ['Account Information'],
        lines: [
          ['Account Name', 'TargetUserName'],
          ['Account Domain', 'TargetDomainName'],
          ['Logon GUID', 'LogonGuid'],
          ...keys('Account'),
        ],
      },
      KERBEROS_SERVICE,
      DOMAIN_CONTROLLER,
      KERBEROS_CLIENT,
      {
        section: ['Additional Information'],
        lines: [
          ['Ticket Options', 'TicketOptions'],
          ['Ticket Encryption Type', 'TicketEncryptionType'],
          ['Session Encryption Type', 'SessionKeyEncryptionType'],
          ['Failure Code', 'Status'],
          ['Transited Services', 'TransmittedServices'],
        ],
      },
      {
        section: ['Ticket information'],
        lines: [
          ['Request ticket hash', 'RequestTicketHash'],
          ['Response ticket hash', 'ResponseTicketHash'],
        ],
      },
    ],
    trailer: GENERATED,
  },
  4771: {
    items: [
      {
        section: ['Account Information'],
        lines: [
          ['Security ID', 'TargetSid'],
          ['Account Name', 'TargetUserName'],
        ],
      },
      { section: ['Service Information'], lines: [['Service Name', 'ServiceName']] },
      CLIENT,
      {
        section: ['Additional Information'],
        lines: [
          ['Ticket Options', 'TicketOptions'],
          ['Failure Code', 'Status'],
          ['Pre-Authentication Type', 'PreAuthType'],
        ],
      },
      CERTIFICATE,
    ],
    trailer: CERTIFICATE_NOTE,
  },
  4776: {
    items: [
      ['Authentication Package', 'PackageName'],
      ['Logon Account', 'TargetUserName'],
      ['Source Workstation', 'Workstation'],
      ['Error Code', 'Status'],
    ],
  },
  4778: SESSION,
  4779: SESSION,
  4798: {
    items: [
      SUBJECT,
      target('User'),
      {
        section: ['Process Information'],
        lines: [
          ['Process ID', 'CallerProcessId'],
          ['Process Name', 'CallerProcessName'],
        ],
      },
    ],
  },
  4799: {
    items: [
      SUBJECT,
      GROUP,
      {
        section: ['Process Information'],
        lines: [
          ['Process ID', 'CallerProcessId'],
          ['Process Name', 'CallerProcessName'],
        ],
      },
    ],
  },
  4800: LOCK,
  4801: LOCK,
  4946: {
    items: [
      ['Profile Changed', 'ProfileChanged'],
      {
        section: ['Added Rule'],
        lines: [
          ['Rule ID', 'RuleId'],
          ['Rule Name', 'RuleName'],
        ],
      },
    ],
  },
  4948: {
    items: [
      ['Profile Changed', 'ProfileChanged'],
      {
        section: ['Deleted Rule'],
        lines: [
          ['Rule ID', 'RuleId'],
          ['Rule Name', 'RuleName'],
        ],
      },
    ],
  },
  4957: {
    items: [
      {
        section: ['Rule Information'],
        lines: [
          ['ID', 'RuleId'],
          ['Name', 'RuleName'],
        ],
      },
      { section: ['Error Information'], lines: [['Reason', 'RuleAttr']] },
    ],
  },
  5136: {
    items: [
      SUBJECT,
      {
        section: ['Directory Service'],
        lines: [
          ['Name', 'DSName'],
          ['Type', 'DSType'],
        ],
      },
      {
        section: ['Object'],
        lines: [
          ['DN', 'ObjectDN'],
          ['GUID', 'ObjectGUID'],
          ['Class', 'ObjectClass'],
        ],
      },
      {
        section: ['Attribute'],
        lines: [
          ['LDAP Display Name', 'AttributeLDAPDisplayName'],
          ['Syntax (OID)', 'AttributeSyntaxOID'],
          ['Value', 'AttributeValue', 'block'],
        ],
      },
      {
        section: ['Operation'],
        lines: [
          ['Type', 'OperationType'],
          ['Correlation ID', 'OpCorrelationID'],
          ['Application Correlation ID', 'AppCorrelationID'],
        ],
      },
    ],
  },
  5140: {
    items: [
      SUBJECT,
      SHARE_SOURCE,
      {
        section: ['Share Information'],
        lines: [
          ['Share Name', 'ShareName'],
          ['Share Path', 'ShareLocalPath'],
        ],
      },
      {
        section: ['Access Request Information'],
        lines: [
          ['Access Mask', 'AccessMask'],
          ['Accesses', 'AccessList', 'block'],
        ],
      },
    ],
  },
  5142: {
    items: [
      SUBJECT,
      {
        section: ['Share Information'],
        lines: [
          ['Share Name', 'ShareName'],
          ['Share Path', 'ShareLocalPath'],
        ],
      },
    ],
  },
  5145: {
    items: [
      SUBJECT,
      SHARE_SOURCE,
      {
        section: ['Share Information'],
        lines: [
          ['Share Name', 'ShareName'],
          ['Share Path', 'ShareLocalPath'],
          ['Relative Target Name', 'RelativeTargetName'],
        ],
      },
      {
        section: ['Access Request Information'],
        lines: [
          ['Access Mask', 'AccessMask'],
          ['Accesses', 'AccessList', 'block'],
        ],
      },
      ['Access Check Results', 'AccessReason', 'block'],
    ],
  },
  5152: wfp('ProcessId'),
  5156: wfp('ProcessID', ...REMOTE_LINES),
  5157: wfp('ProcessID', ...REMOTE_LINES),
  5158: {
    items: [
      {
        section: ['Application Information'],
        lines: [
          ['Process ID', 'ProcessId'],
          ['Application Name', 'Application'],
        ],
      },
      {
        section: ['Network Information'],
        lines: [
          ['Source Address', 'SourceAddress'],
          ['Source Port', 'SourcePort'],
          ['Protocol', 'Protocol'],
        ],
      },
      {
        section: ['Filter Information'],
        lines: [
          ['Filter Run-Time ID', 'FilterRTID'],
          ['Layer Name', 'LayerName'],
          ['Layer Run-Time ID', 'LayerRTID'],
        ],
      },
    ],
  },
} as const satisfies Readonly<Record<number, LayoutRow>>;

/** Security events that the event log service itself writes. */
export const EVENTLOG_LAYOUTS = {
  104: {
    sentence: {
      en: ['The {Channel} log file was cleared.'],
      ko: ['{Channel} 로그 파일이 지워졌습니다.', '{Channel} 로그 파일을 지웠습니다.'],
      ja: ['{Channel} ログ ファイルが消去されました。', '{Channel} ログ ファイルは消去されました。'],
    },
    items: [],
  },
  1102: {
    items: [
      {
        section: ['Subject'],
        lines: [
          ['Security ID', 'SubjectUserSid'],
          ['Account Name', 'SubjectUserName'],
          ['Domain Name', 'SubjectDomainName'],
          ['Account Domain', 'SubjectDomainName'],
          ['Logon ID', 'SubjectLogonId'],
        ],
      },
    ],
  },
} as const satisfies Readonly<Record<number, LayoutRow>>;
