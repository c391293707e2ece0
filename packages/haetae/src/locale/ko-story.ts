import { josa } from './josa.ts';
import type { Phrase, StoryWords } from './story.ts';

/** A predicate by its past stem: `실행했` + `습니다`, `고`. */
const did = (stem: string, note?: string): Phrase => ({
  end: `${stem}습니다`,
  and: `${stem}고`,
  ...(note !== undefined && note !== '' && { note }),
});
const noted = (phrase: string, note: string | undefined): string =>
  note === undefined ? phrase : `${phrase}(${note})`;
const times = (n: number): string => `${n.toLocaleString('en-US')}회`;

const named = (channel: string): string => (channel === '' ? '' : `${channel} `);

const UNITS: readonly (readonly [number, string])[] = [
  [86_400_000, '일'],
  [3_600_000, '시간'],
  [60_000, '분'],
  [1000, '초'],
];

/** The two largest units: 2시간 14분. */
function span(ms: number): string {
  const first = UNITS.findIndex(([size]) => ms >= size);
  if (first < 0) return '1초 미만';
  const [size, unit] = UNITS[first]!;
  const next = UNITS[first + 1];
  const rest = next === undefined ? 0 : Math.floor((ms % size) / next[0]);
  return `${Math.floor(ms / size)}${unit}${rest > 0 ? ` ${rest}${next![1]}` : ''}`;
}

const LOGON_TYPES: Readonly<Record<string, string>> = {
  '2': '콘솔',
  '3': '네트워크',
  '4': '배치',
  '5': '서비스',
  '7': '잠금 해제',
  '8': '네트워크 평문',
  '9': '새 자격 증명',
  '10': '원격 데스크톱',
  '11': '캐시된 자격 증명',
};

export const koStory: StoryWords = {
  sentence: ({ subject, host, pause, clauses }) => {
    const lead = [pause > 0 ? `${span(pause)} 뒤` : '', host === '' ? '' : `${host}에서`].filter((part) => part !== '');
    const who = subject === '' ? [] : [josa(subject, '이/가')];
    const told = clauses.map(({ phrase, after, child }, i) => {
      const last = i === clauses.length - 1;
      const words = [child && !clauses[i - 1]?.child ? '이 프로세스가' : '', after > 0 ? `${span(after)} 뒤` : ''];
      return [...words, noted(last ? phrase.end : phrase.and, phrase.note)].filter((word) => word !== '').join(' ');
    });
    return `${[...lead, ...who].join(' ')}${lead.length + who.length > 0 ? ' ' : ''}${told.join(', ')}.`;
  },
  span,
  times,
  list: (names, more) => `${names.join(', ')}${more > 0 ? ` 외 ${more}가지` : ''}`,
  note: {
    command: (text) => `명령: ${text}`,
    decoded: (text) => `해독: ${text}`,
    user: (name) => `사용자 ${name}`,
    via: (text) => `경로: ${text}`,
    access: (mask) => `접근 권한 ${mask}`,
    until: (text) => `마지막 ${text}`,
    runs: (text) => `실행할 것: ${text}`,
    rule: (title) => `탐지: ${title}`,
  },
  ran: (images) => did(`${josa(images, '을/를')} 실행했`),
  wasStarted: (images) => did(`${josa(images, '이/가')} 실행되었`),
  connected: (to, n) => did(`${to}에 ${n > 1 ? `${times(n)} ` : ''}접속했`),
  wasReached: (from, port) => did(`${from}에서 ${port} 포트로 들어온 연결을 받았`),
  askedName: (name) => did(`${josa(name, '을/를')} DNS로 조회했`),
  wrote: (paths) => did(`${paths} 파일을 만들었`),
  deleted: (path) => did(`${path} 파일을 지웠`),
  setTime: (path) => did(`${path}의 생성 시각을 바꿨`),
  downloaded: (path) => did(`인터넷에서 받은 ${josa(path, '을/를')} 저장했`),
  setRegistry: (key, value) =>
    did(value === '' ? `레지스트리 ${josa(key, '을/를')} 바꿨` : `레지스트리 ${key}에 ${josa(value, '을/를')} 썼`),
  madeThread: (target) => did(`${target} 안에 스레드를 만들었`),
  opened: (target) => did(`${target}의 메모리를 열었`),
  tampered: (type) => did('자기 프로세스 이미지를 바꿔치기했', type),
  loaded: (module) => did(`${josa(module, '을/를')} 불러왔`),
  loadedDriver: (driver) => did(`드라이버 ${josa(driver, '을/를')} 올렸`),
  pipe: (name) => did(`파이프 ${josa(name, '을/를')} 썼`),
  ranScript: (n) => did(`PowerShell 스크립트를 ${n > 1 ? `${times(n)} ` : ''}실행했`),
  scriptRan: (n) => did(`PowerShell 스크립트가 ${n > 1 ? `${times(n)} ` : ''}실행되었`),
  service: (name) => did(`서비스 ${josa(name, '을/를')} 설치했`),
  task: (name) => did(`예약 작업 ${josa(name, '을/를')} 등록했`),
  wmi: (name) => did(`WMI 이벤트 구독 ${josa(name, '을/를')} 등록했`),
  share: (name, from) => did(`${from === '' ? '' : `${from}에서 `}공유 ${name}에 접근했`),
  usedAccount: (account, server) => did(`${account} 계정의 자격 증명을 ${server === '' ? '' : `${server}에 `}사용했`),
  loggedOn: (from, type) => did(`${from === '' ? '' : `${from}에서 `}로그온했`, type),
  failedLogon: (from, n) => did(`${from === '' ? '' : `${from}에서 `}로그온에 ${n > 1 ? `${times(n)} ` : ''}실패했`),
  privileged: () => did('관리자 권한을 받았'),
  madeAccount: (name) => did(`계정 ${josa(name, '을/를')} 만들었`),
  changedAccount: (name) => did(`계정 ${josa(name, '을/를')} 변경했`),
  addedTo: (member, group) =>
    did(member === '' ? `${group} 그룹에 구성원을 추가했` : `${josa(member, '을/를')} ${group} 그룹에 추가했`),
  clearedLog: (log) => did(`${log} 로그를 지웠`),
  ticket: (service, from) => did(`${from === '' ? '' : `${from}에서 `}${service}의 Kerberos 티켓을 요청했`),
  directory: (object) => did(`디렉터리 개체 ${object}에 접근했`),
  object: (name, n) => did(`개체 ${name}에 접근을 ${n > 1 ? `${times(n)} ` : ''}요청했`),
  protectionOff: () => did('Defender 실시간 보호가 꺼졌'),
  threat: (name, path) => did(`Defender가 ${josa(name, '을/를')} 탐지했`, path),
  sysmon: (state) => did(`Sysmon 상태가 바뀌었`, state),
  found: (title, where, n) => did(`‘${title}’에 해당하는 기록이 ${n > 1 ? `${n}건 ` : ''}남았`, where),
  left: (title, where, n) => did(`‘${title}’에 해당하는 기록을 ${n > 1 ? `${n}건 ` : ''}남겼`, where),
  unusual: (what) => did(`${what}에서 평소와 다른 행위가 나타났`),
  logonType: (type) => (LOGON_TYPES[type] === undefined ? `유형 ${type}` : `유형 ${type}, ${LOGON_TYPES[type]}`),
  hop: (from, to, as) => `${from}에서 ${josa(to, '으로/로')} 옮겨 갔습니다${as === '' ? '' : `(계정 ${as})`}.`,
  blind: (kind, { host, channel, span: long, missing, by }) => {
    switch (kind) {
      case 'gap':
        return `${host}의 ${named(channel)}로그에서 ${long === '' ? '' : `${long} 사이 `}레코드 ${missing}개가 빠져 있습니다.`;
      case 'silence':
        return `이 사이 ${long} 동안 ${host}에 ${named(channel)}기록이 없습니다.`;
      case 'cleared':
        return `${by === '' ? '누군가가' : josa(by, '이/가')} ${host}의 ${named(channel)}로그를 지웠습니다. 그 이전 기록은 믿을 수 없습니다.`;
      case 'recreated':
        return `${host}의 ${named(channel)}로그가 새로 시작되었습니다. 그 이전 기록이 없습니다.`;
      case 'sysmon-stopped':
        return `${host}에서 Sysmon이 중지되었습니다.`;
      case 'sysmon-configured':
        return `${host}의 Sysmon 설정이 바뀌었습니다.`;
      case 'sysmon-error':
        return `${host}의 Sysmon이 오류를 기록했습니다. 일부 이벤트가 빠졌을 수 있습니다.`;
      case 'clock':
        return `${host}의 시계가 ${long} 뒤로 갔습니다. 이 앞뒤의 시각은 믿을 수 없습니다.`;
      default:
        return kind satisfies never;
    }
  },
  stage: (tactic, host, deeds, n) => `${tactic}: ${host}에서 ${josa(deeds, '이/가')} 이어졌습니다(행위 ${n}건).`,
  title: ({ what, root, image, host, moreHosts }) => {
    const way = root === '' || root === image ? image : image === '' ? root : `${root} → ${image}`;
    const place = moreHosts > 0 ? `${host} 외 ${moreHosts}대` : host;
    return `${what}${way === '' ? '' : ` — ${way}`}${place === '' ? '' : ` (${place})`}`;
  },
  unusualTitle: (image) => (image === '' ? '평소와 다른 행위' : `${image}의 평소와 다른 행위`),
  unknownProcess: '알 수 없는 프로세스',
  somebody: '누군가',
};
