import type { Test } from './model.ts';

export const PROFILES = ['lab', 'workstation', 'server'] as const;
export type Profile = (typeof PROFILES)[number];

export interface Text {
  readonly en: string;
  readonly ko: string;
}

/** What is left out of an event type, all tests of it together; why, and what an attacker could hide behind it. */
export interface Exclusion {
  readonly element: string;
  readonly tests: readonly Test[];
  readonly profiles: readonly Exclude<Profile, 'lab'>[];
  readonly why: Text;
  readonly hides: Text;
}

const BOTH = ['workstation', 'server'] as const;
const DESK = ['workstation'] as const;
const SERVER = ['server'] as const;
const is = (field: string, value: string): Test => ({ field, condition: 'is', value });
const any = (field: string, ...values: string[]): Test => ({ field, condition: 'is any', value: values.join(';') });
const begins = (field: string, value: string): Test => ({ field, condition: 'begin with', value });
const ends = (field: string, value: string): Test => ({ field, condition: 'end with', value });
const has = (field: string, value: string): Test => ({ field, condition: 'contains', value });

const SYSTEM32 = 'C:\\Windows\\System32\\';
const DEFENDER = 'C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\';
const BROWSERS = [
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
  'C:\\Program Files\\Naver\\Naver Whale\\Application\\whale.exe',
];

const BROWSER_INSIDE: Text = {
  en: 'code injected into a browser, or a page that runs an exploit in it',
  ko: '브라우저에 주입된 코드, 브라우저 취약점을 이용하는 페이지',
};
const AV_INSIDE: Text = {
  en: 'code that runs inside the antivirus; a program that was put into its folder, which administrators alone can',
  ko: '백신 프로세스 안에서 실행되는 코드, 관리자 권한으로 백신 폴더에 넣은 프로그램',
};

/** By whole paths in folders that users cannot write, and by two fields where one would be too wide. `lab` leaves nothing out. */
export const EXCLUSIONS: readonly Exclusion[] = [
  {
    element: 'ProcessCreate',
    profiles: DESK,
    tests: [
      is('ParentImage', `${SYSTEM32}SearchIndexer.exe`),
      any('Image', `${SYSTEM32}SearchProtocolHost.exe`, `${SYSTEM32}SearchFilterHost.exe`),
    ],
    why: { en: 'the indexer starts its helpers all day', ko: '색인 서비스가 보조 프로세스를 하루 종일 실행함' },
    hides: {
      en: 'a search filter (a DLL) that somebody registered runs in these helpers; its registration is still seen',
      ko: '등록된 악성 검색 필터(DLL)가 이 보조 프로세스에서 실행됨. 등록 행위 자체는 기록됨',
    },
  },
  {
    element: 'ProcessCreate',
    profiles: BOTH,
    tests: [is('ParentImage', `${SYSTEM32}services.exe`), is('Image', `${SYSTEM32}wbem\\WmiApSrv.exe`)],
    why: { en: 'performance counters are read every few minutes', ko: '성능 카운터 조회로 수 분마다 실행됨' },
    hides: {
      en: 'the service WmiApSrv pointed at another library; the change of its registry key is still seen',
      ko: 'WmiApSrv 서비스의 라이브러리 변조. 레지스트리 변경은 기록됨',
    },
  },
  {
    element: 'NetworkConnect',
    profiles: DESK,
    tests: [any('Image', ...BROWSERS), any('DestinationPort', '443', '80')],
    why: {
      en: 'browsing is most of the traffic; names are seen in DnsQuery',
      ko: '웹 탐색이 트래픽의 대부분이며 도메인은 DnsQuery에 남음',
    },
    hides: BROWSER_INSIDE,
  },
  {
    element: 'NetworkConnect',
    profiles: BOTH,
    tests: [begins('Image', DEFENDER), ends('Image', '\\MsMpEng.exe'), is('DestinationPort', '443')],
    why: { en: 'Defender asks its cloud for every new file', ko: 'Defender가 새 파일마다 클라우드에 조회함' },
    hides: AV_INSIDE,
  },
  {
    element: 'ImageLoad',
    profiles: BOTH,
    tests: [
      any(
        'Image',
        `${SYSTEM32}SearchIndexer.exe`,
        `${SYSTEM32}taskhostw.exe`,
        `${SYSTEM32}RuntimeBroker.exe`,
        `${SYSTEM32}backgroundTaskHost.exe`,
      ),
      begins('ImageLoaded', 'C:\\Windows\\'),
      is('Signature', 'Microsoft Windows'),
      is('SignatureStatus', 'Valid'),
    ],
    why: {
      en: 'helpers of Windows that start all day and load what Windows brings',
      ko: 'Windows 보조 프로세스가 반복 실행되며 Windows 기본 라이브러리를 로드함',
    },
    hides: {
      en: 'use of a signed library of Windows by code injected into these helpers',
      ko: '이 보조 프로세스에 주입된 코드의 Windows 서명 라이브러리 사용',
    },
  },
  {
    element: 'ImageLoad',
    profiles: DESK,
    tests: [any('Image', ...BROWSERS), begins('ImageLoaded', 'C:\\Windows\\'), is('SignatureStatus', 'Valid')],
    why: { en: 'a browser starts a process for every tab', ko: '브라우저가 탭마다 프로세스를 실행함' },
    hides: BROWSER_INSIDE,
  },
  {
    element: 'CreateRemoteThread',
    profiles: BOTH,
    tests: [is('SourceImage', `${SYSTEM32}csrss.exe`), is('StartFunction', 'CtrlRoutine')],
    why: {
      en: 'how Windows delivers Ctrl-C to console programs',
      ko: 'Windows가 콘솔 프로그램에 Ctrl-C를 전달하는 방식',
    },
    hides: {
      en: 'a thread begun by code in csrss.exe, which is protected',
      ko: '보호 프로세스인 csrss.exe 내부 코드가 만든 스레드',
    },
  },
  {
    element: 'RawAccessRead',
    profiles: BOTH,
    tests: [any('Image', `${SYSTEM32}VSSVC.exe`, `${SYSTEM32}smss.exe`, `${SYSTEM32}SearchIndexer.exe`)],
    why: {
      en: 'shadow copies, page files and the indexer read volumes',
      ko: '섀도 복사본, 페이지 파일, 색인 서비스의 볼륨 읽기',
    },
    hides: {
      en: 'copying locked files (ntds.dit, SAM) by code within these processes; the tools that ask for shadow copies are seen starting',
      ko: '이 프로세스 내부 코드의 잠긴 파일(ntds.dit, SAM) 복사. 섀도 복사본을 요청하는 도구의 실행은 기록됨',
    },
  },
  {
    element: 'ProcessAccess',
    profiles: BOTH,
    tests: [
      { field: 'TargetImage', condition: 'not end with', value: '\\lsass.exe' },
      any('GrantedAccess', '0x1000', '0x1400', '0x2000', '0x3000', '0x100000', '0x101000', '0x101400'),
      { field: 'CallTrace', condition: 'excludes', value: 'UNKNOWN' },
    ],
    why: {
      en: 'asking another process for its name, times or end: hundreds a minute. Of lsass.exe everything is kept',
      ko: '다른 프로세스의 이름·시각·종료만 조회하는 접근(분당 수백 건). lsass.exe에 대한 접근은 모두 남김',
    },
    hides: {
      en: 'looking around among processes; nothing can be read from or written to one with these rights',
      ko: '프로세스 목록 탐색. 이 권한으로는 다른 프로세스의 메모리를 읽거나 쓸 수 없음',
    },
  },
  {
    element: 'ProcessAccess',
    profiles: BOTH,
    tests: [begins('SourceImage', DEFENDER), ends('SourceImage', '\\MsMpEng.exe')],
    why: { en: 'Defender looks into every process', ko: 'Defender가 모든 프로세스를 검사함' },
    hides: AV_INSIDE,
  },
  {
    element: 'ProcessAccess',
    profiles: BOTH,
    tests: [
      any(
        'SourceImage',
        `${SYSTEM32}csrss.exe`,
        `${SYSTEM32}wininit.exe`,
        `${SYSTEM32}smss.exe`,
        `${SYSTEM32}services.exe`,
      ),
      { field: 'TargetImage', condition: 'not end with', value: '\\lsass.exe' },
    ],
    why: {
      en: 'Windows starts and ends processes by these',
      ko: 'Windows가 이 프로세스로 다른 프로세스를 시작하고 종료함',
    },
    hides: { en: 'code within protected processes of Windows', ko: 'Windows 보호 프로세스 내부의 코드' },
  },
  {
    element: 'FileCreate',
    profiles: BOTH,
    tests: [
      begins('Image', DEFENDER),
      ends('Image', '\\MsMpEng.exe'),
      begins('TargetFilename', 'C:\\ProgramData\\Microsoft\\Windows Defender\\'),
    ],
    why: { en: 'Defender’s own books', ko: 'Defender 자체 기록 파일' },
    hides: AV_INSIDE,
  },
  {
    element: 'FileCreate',
    profiles: BOTH,
    tests: [
      is('Image', `${SYSTEM32}svchost.exe`),
      begins('TargetFilename', 'C:\\Windows\\SoftwareDistribution\\Download\\'),
    ],
    why: { en: 'Windows Update unpacks what it fetched', ko: 'Windows Update가 내려받은 파일을 풂' },
    hides: {
      en: 'a payload put among updates by code within a service; that it is started is still seen',
      ko: '서비스 내부 코드가 업데이트 폴더에 넣은 악성 파일. 실행은 기록됨',
    },
  },
  {
    element: 'FileCreate',
    profiles: DESK,
    tests: [any('Image', ...BROWSERS), has('TargetFilename', '\\Cache\\')],
    why: { en: 'pages that are kept', ko: '웹 페이지 캐시' },
    hides: {
      en: 'a payload that stays in the cache; copies out of it, and downloads, are seen',
      ko: '캐시에 남은 악성 파일. 캐시 밖으로의 복사와 다운로드는 기록됨',
    },
  },
  {
    element: 'RegistryEvent',
    profiles: BOTH,
    tests: [is('Image', `${SYSTEM32}svchost.exe`), has('TargetObject', '\\Services\\bam\\State\\UserSettings\\')],
    why: {
      en: 'Windows notes when each program was last active',
      ko: 'Windows가 프로그램별 마지막 실행 시각을 기록함',
    },
    hides: {
      en: 'removing such a note to hide that a program ran; Sysmon saw it start',
      ko: '실행 흔적 삭제. 프로그램 실행 자체는 Sysmon에 기록됨',
    },
  },
  {
    element: 'RegistryEvent',
    profiles: BOTH,
    tests: [
      is('Image', `${SYSTEM32}svchost.exe`),
      has('TargetObject', '\\Services\\Tcpip\\Parameters\\Interfaces\\'),
      has('TargetObject', '\\Lease'),
    ],
    why: { en: 'every renewal of a DHCP lease', ko: 'DHCP 임대 갱신' },
    hides: {
      en: 'nothing that is known: name servers and gateways are other values, and kept',
      ko: '알려진 악용 없음. DNS 서버와 게이트웨이 값은 계속 기록됨',
    },
  },
  {
    element: 'RegistryEvent',
    profiles: SERVER,
    tests: [is('Image', `${SYSTEM32}lsass.exe`), has('TargetObject', '\\Services\\W32Time\\')],
    why: { en: 'the clock is set all day on a domain controller', ko: '도메인 컨트롤러의 지속적인 시각 동기화' },
    hides: {
      en: 'a time provider (a DLL) registered by code within lsass.exe',
      ko: 'lsass.exe 내부 코드가 등록한 시간 공급자(DLL)',
    },
  },
  {
    element: 'PipeEvent',
    profiles: DESK,
    tests: [any('Image', ...BROWSERS), any('EventType', 'CreatePipe', 'ConnectPipe'), begins('PipeName', '\\mojo.')],
    why: { en: 'how processes of a browser speak with each other', ko: '브라우저 프로세스 간 통신' },
    hides: {
      en: 'a pipe of that name opened by code within a browser',
      ko: '브라우저 내부 코드가 같은 이름으로 연 파이프',
    },
  },
  {
    element: 'DnsQuery',
    profiles: BOTH,
    tests: [is('Image', `${SYSTEM32}svchost.exe`), ends('QueryName', '.windowsupdate.com')],
    why: { en: 'Windows Update', ko: 'Windows Update' },
    hides: { en: 'nothing but traffic to Microsoft’s own names', ko: 'Microsoft 소유 도메인으로의 트래픽에 한정됨' },
  },
  {
    element: 'DnsQuery',
    profiles: SERVER,
    tests: [ends('QueryName', '.in-addr.arpa'), is('Image', `${SYSTEM32}svchost.exe`)],
    why: { en: 'services look addresses up for their logs', ko: '서비스가 로그 기록을 위해 IP 주소를 역조회함' },
    hides: { en: 'a sweep of reverse look-ups made by a service', ko: '서비스가 수행하는 대량 역방향 조회' },
  },
  {
    element: 'FileDeleteDetected',
    profiles: DESK,
    tests: [any('Image', ...BROWSERS), has('TargetFilename', '\\Cache\\')],
    why: { en: 'pages that are no longer kept', ko: '웹 페이지 캐시 정리' },
    hides: {
      en: 'removing a payload from the cache by code within a browser',
      ko: '브라우저 내부 코드의 캐시 내 악성 파일 삭제',
    },
  },
  {
    element: 'ProcessTampering',
    profiles: DESK,
    tests: [any('Image', ...BROWSERS), is('Type', 'Image is replaced')],
    why: { en: 'browsers replace their own image as they update', ko: '브라우저 업데이트 시 자체 이미지가 교체됨' },
    hides: {
      en: 'hollowing a browser that was started suspended; the parent that starts it so is still seen',
      ko: '일시 중단 상태로 시작한 브라우저의 프로세스 할로잉. 이를 실행한 부모 프로세스는 기록됨',
    },
  },
];
