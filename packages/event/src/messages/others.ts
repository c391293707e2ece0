/** Rendered messages of System, PowerShell, Task Scheduler, Remote Desktop, Defender, Windows Firewall, BITS and WMI. */
import type { LayoutRow, LineRow } from './types.ts';

export const SERVICE_CONTROL_MANAGER_LAYOUTS = {
  7000: {
    sentence: {
      en: ['The {param1} service failed to start due to the following error: {param2}'],
      ko: [
        '다음 오류로 인해 {param1} 서비스를 시작하지 못했습니다. {param2}',
        '{param1} 서비스를 다음 오류로 인해 시작하지 못했습니다. {param2}',
      ],
      ja: ['{param1} サービスを、次のエラーが原因で開始できませんでした: {param2}'],
    },
    items: [],
  },
  7009: {
    sentence: {
      en: ['A timeout was reached ({param1} milliseconds) while waiting for the {param2} service to connect.'],
      ko: ['{param2} 서비스가 연결되기를 기다리는 동안 시간 초과({param1}밀리초)되었습니다.'],
      ja: ['{param2} サービスの接続を待機中にタイムアウト ({param1} ミリ秒) になりました。'],
    },
    items: [],
  },
  7034: {
    sentence: {
      en: ['The {param1} service terminated unexpectedly. It has done this {param2} time(s).'],
      ko: ['{param1} 서비스가 예기치 않게 종료되었습니다. {param2}번 발생했습니다.'],
      ja: ['{param1} サービスは予期せぬ原因により終了しました。このサービスの強制終了は {param2} 回目です。'],
    },
    items: [],
  },
  7036: {
    sentence: {
      en: ['The {param1} service entered the {param2} state.'],
      ko: ['{param1} 서비스가 {param2} 상태로 들어갔습니다.', '{param1} 서비스가 {param2} 상태에 들어갔습니다.'],
      ja: ['{param1} サービスは {param2} 状態に移行しました。', '{param1} サービスは {param2} 状態に入りました。'],
    },
    items: [],
  },
  7040: {
    sentence: {
      en: ['The start type of the {param1} service was changed from {param2} to {param3}.'],
      ko: [
        '{param1} 서비스의 시작 유형이 {param2}에서 {param3}(으)로 변경되었습니다.',
        '{param1} 서비스의 시작 유형이 {param2}에서 {param3}으로 변경되었습니다.',
        '{param1} 서비스의 시작 유형이 {param2}에서 {param3}로 변경되었습니다.',
      ],
      ja: ['{param1} サービスの開始の種類は {param2} から {param3} に変更されました。'],
    },
    items: [],
  },
  7045: {
    items: [
      ['Service Name', 'ServiceName'],
      ['Service File Name', 'ImagePath', 'block'],
      ['Service Type', 'ServiceType'],
      ['Service Start Type', 'StartType'],
      ['Service Account', 'AccountName'],
    ],
  },
} as const satisfies Readonly<Record<number, LayoutRow>>;

export const POWERSHELL_LAYOUTS = {
  4100: {
    body: 'Payload',
    items: [
      ['Context', 'ContextInfo', 'block'],
      ['User Data', 'UserData', 'block'],
    ],
  },
  4103: {
    body: 'Payload',
    items: [
      ['Context', 'ContextInfo', 'block'],
      ['User Data', 'UserData', 'block'],
    ],
  },
  4104: {
    sentence: {
      en: ['Creating Scriptblock text ({MessageNumber} of {MessageTotal}):'],
      ko: [
        'Scriptblock 텍스트를 만드는 중({MessageNumber}/{MessageTotal}):',
        '스크립트 블록 텍스트 만들기({MessageNumber}/{MessageTotal}):',
        '스크립트 블록 텍스트를 만드는 중({MessageNumber}/{MessageTotal}):',
      ],
      ja: [
        'Scriptblock テキストを作成しています ({MessageTotal} 個中 {MessageNumber} 個目):',
        'Scriptblock テキストを作成しています ({MessageNumber}/{MessageTotal}):',
        'スクリプトブロック テキストを作成しています ({MessageNumber}/{MessageTotal}):',
      ],
    },
    body: 'ScriptBlockText',
    items: [
      ['ScriptBlock ID', 'ScriptBlockId'],
      ['Path', 'Path'],
    ],
  },
} as const satisfies Readonly<Record<number, LayoutRow>>;

/** The unnamed data of the classic log: the block after `Details:` is the last of them. */
export const CLASSIC_POWERSHELL_LAYOUTS = {
  400: { items: [['Details', 'Data', 'block']] },
  403: { items: [['Details', 'Data', 'block']] },
  600: { items: [['Details', 'Data', 'block']] },
  800: {
    sentence: { en: ['Pipeline execution details for command line: {Data}.'] },
    items: [
      ['Context Information', 'Data', 'block'],
      ['Details', 'Data', 'block'],
    ],
  },
} as const satisfies Readonly<Record<number, LayoutRow>>;

export const TASK_SCHEDULER_LAYOUTS = {
  106: {
    sentence: {
      en: ['User "{UserContext}"  registered Task Scheduler task "{TaskName}"'],
      ko: ['사용자 "{UserContext}"이(가) 작업 스케줄러 작업 "{TaskName}"을(를) 등록했습니다.'],
      ja: ['ユーザー "{UserContext}" は、タスク スケジューラのタスク "{TaskName}" を登録しました'],
    },
    items: [],
  },
  140: {
    sentence: {
      en: ['User "{UserName}"  updated Task Scheduler task "{TaskName}"'],
      ko: ['사용자 "{UserName}"이(가) 작업 스케줄러 작업 "{TaskName}"을(를) 업데이트했습니다.'],
      ja: ['ユーザー "{UserName}" は、タスク スケジューラのタスク "{TaskName}" を更新しました'],
    },
    items: [],
  },
  141: {
    sentence: {
      en: ['User "{UserName}"  deleted Task Scheduler task "{TaskName}"'],
      ko: ['사용자 "{UserName}"이(가) 작업 스케줄러 작업 "{TaskName}"을(를) 삭제했습니다.'],
      ja: ['ユーザー "{UserName}" は、タスク スケジューラのタスク "{TaskName}" を削除しました'],
    },
    items: [],
  },
  129: {
    sentence: { en: ['Task Scheduler launch task "{TaskName}" , instance "{Path}"  with process ID {ProcessID}.'] },
    items: [],
  },
} as const satisfies Readonly<Record<number, LayoutRow>>;

const SESSION_LINES = [
  ['User', 'User'],
  ['Session ID', 'SessionID'],
] as const satisfies LayoutRow['items'];
const SESSION: LayoutRow = { items: SESSION_LINES };
const SESSION_FROM: LayoutRow = { items: [...SESSION_LINES, ['Source Network Address', 'Address']] };

export const LOCAL_SESSION_LAYOUTS = {
  21: SESSION_FROM,
  22: SESSION_FROM,
  23: SESSION,
  24: SESSION_FROM,
  25: SESSION_FROM,
  41: SESSION,
  42: SESSION,
  39: {
    sentence: {
      en: ['Session {TargetSession} has been disconnected by session {Source}'],
      ko: ['세션 {TargetSession}이(가) 세션 {Source}에 의해 연결이 끊어졌습니다.'],
      ja: ['セッション {TargetSession} はセッション {Source} によって切断されました'],
    },
    items: [],
  },
  40: {
    sentence: {
      en: ['Session {Session} has been disconnected, reason code {Reason}'],
      ko: [
        '세션 {Session}의 연결이 끊어졌습니다. 이유 코드: {Reason}',
        '세션 {Session}의 연결이 끊어졌습니다. 이유 코드 {Reason}',
      ],
      ja: ['セッション {Session} は切断されました。理由コード {Reason}'],
    },
    items: [],
  },
} as const satisfies Readonly<Record<number, LayoutRow>>;

export const REMOTE_CONNECTION_LAYOUTS = {
  1149: {
    items: [
      ['User', 'Param1'],
      ['Domain', 'Param2'],
      ['Source Network Address', 'Param3'],
    ],
  },
} as const satisfies Readonly<Record<number, LayoutRow>>;

const DEFENDER_THREAT = [
  ['Name', 'Threat Name'],
  ['ID', 'Threat ID'],
  ['Severity', 'Severity Name'],
  ['Category', 'Category Name'],
  ['Path', 'Path', 'block'],
  ['Detection Origin', 'Origin Name'],
  ['Detection Type', 'Type Name'],
  ['Detection Source', 'Source Name'],
] as const satisfies LayoutRow['items'];

export const DEFENDER_LAYOUTS = {
  1116: {
    items: [
      ...DEFENDER_THREAT,
      ['User', 'Detection User'],
      ['Process Name', 'Process Name'],
      ['Security intelligence Version', 'Security intelligence Version'],
      ['Engine Version', 'Engine Version'],
    ],
  },
  1117: {
    items: [
      ...DEFENDER_THREAT,
      ['User', 'Remediation User'],
      ['Process Name', 'Process Name'],
      ['Action', 'Action Name'],
      ['Action Status', 'Additional Actions String'],
      ['Error Code', 'Error Code'],
      ['Error description', 'Error Description'],
      ['Security intelligence Version', 'Security intelligence Version'],
      ['Engine Version', 'Engine Version'],
    ],
  },
  5007: {
    items: [
      ['Old Value', 'Old Value'],
      ['New Value', 'New Value'],
    ],
  },
} as const satisfies Readonly<Record<number, LayoutRow>>;

const FIREWALL_RULE = [
  ['Rule ID', 'RuleId'],
  ['Rule Name', 'RuleName'],
] as const satisfies readonly LineRow[];
const MODIFIER = [
  ['Modifying User', 'ModifyingUser'],
  ['Modifying Application', 'ModifyingApplication'],
] as const satisfies readonly LineRow[];
const FIREWALL_WHOLE_RULE = [
  ...FIREWALL_RULE,
  ['Origin', 'Origin'],
  ['Active', 'Active'],
  ['Direction', 'Direction'],
  ['Profiles', 'Profiles'],
  ['Action', 'Action'],
  ['Application Path', 'ApplicationPath'],
  ['Service Name', 'ServiceName'],
  ['Protocol', 'Protocol'],
  ['Security Options', 'SecurityOptions'],
  ['Edge Traversal', 'EdgeTraversal'],
  ...MODIFIER,
] as const satisfies readonly LineRow[];

export const FIREWALL_LAYOUTS = {
  2004: { items: [{ section: ['Added Rule'], lines: FIREWALL_WHOLE_RULE }] },
  2005: { items: [{ section: ['Modified Rule'], lines: FIREWALL_WHOLE_RULE }] },
  2006: { items: [{ section: ['Deleted Rule'], lines: [...FIREWALL_RULE, ...MODIFIER] }] },
  2033: { items: MODIFIER },
  2071: { items: [{ section: ['Added Rule'], lines: FIREWALL_WHOLE_RULE }] },
  2073: { items: [{ section: ['Modified Rule'], lines: FIREWALL_WHOLE_RULE }] },
  2097: { items: [{ section: ['Added Rule'], lines: FIREWALL_WHOLE_RULE }] },
} as const satisfies Readonly<Record<number, LayoutRow>>;

export const BITS_LAYOUTS = {
  3: {
    items: [
      ['Transfer job', 'jobTitle'],
      ['Job ID', 'jobId'],
      ['Owner', 'jobOwner'],
      ['Process Path', 'processPath'],
      ['Process ID', 'processId'],
    ],
  },
  59: {
    sentence: {
      en: ['BITS started the {name} transfer job that is associated with the {url} URL.'],
      ko: [
        'BITS에서 {url} URL과 연결된 {name} 전송 작업을 시작했습니다.',
        'BITS가 {url} URL과 연결된 {name} 전송 작업을 시작했습니다.',
      ],
      ja: ['BITS は、{url} URL に関連付けられた {name} 転送ジョブを開始しました。'],
    },
    items: [],
  },
  60: {
    sentence: {
      en: [
        'BITS stopped transferring the {name} transfer job that is associated with the {url} URL. The status code is {hr}.',
      ],
      ko: [
        'BITS에서 {url} URL과 연결된 {name} 전송 작업을 중지했습니다. 상태 코드는 {hr}입니다.',
        'BITS가 {url} URL과 연결된 {name} 전송 작업을 중지했습니다. 상태 코드는 {hr}입니다.',
      ],
      ja: ['BITS は、{url} URL に関連付けられた {name} 転送ジョブの転送を停止しました。状態コードは {hr} です。'],
    },
    items: [],
  },
} as const satisfies Readonly<Record<number, LayoutRow>>;

/** Names and signs are not translated here. */
export const WMI_LAYOUTS = {
  5857: {
    sentence: {
      en: [
        '{ProviderName} provider started with result code {Code}. HostProcess = {HostProcess}; ProcessID = {ProcessID}; ProviderPath = {ProviderPath}',
      ],
      ko: [
        '{ProviderName} 공급자가 시작되었습니다. 결과 코드: {Code}. HostProcess = {HostProcess}; ProcessID = {ProcessID}; ProviderPath = {ProviderPath}',
      ],
    },
    items: [],
  },
  5858: {
    sentence: {
      en: [
        'Id = {Id}; ClientMachine = {ClientMachine}; User = {User}; ClientProcessId = {ClientProcessId}; Component = {Component}; Operation = {Operation}; ResultCode = {ResultCode}; PossibleCause = {PossibleCause}',
      ],
    },
    items: [],
  },
  5860: {
    sentence: {
      en: [
        'Namespace = {NamespaceName}; NotificationQuery = {Query}; UserName = {User}; ClientProcessID = {processid}, ClientMachine = {MachineName}; PossibleCause = {PossibleCause}',
      ],
    },
    items: [],
  },
  5861: {
    sentence: {
      en: [
        'Namespace = {Namespace}; Eventfilter = {ESS} (refer to its activate eventid:5859); Consumer = {CONSUMER}; PossibleCause = Binding EventFilter:',
      ],
    },
    body: 'PossibleCause',
    items: [],
  },
} as const satisfies Readonly<Record<number, LayoutRow>>;
