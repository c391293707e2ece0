import { EXCLUSIONS, type Exclusion, type Profile, type Text } from './exclusions.ts';
import { type Filter, SCHEMA, type SysmonConfig } from './model.ts';

/** An event type as our configurations treat it: everything but what is listed; or nothing, with why. */
export interface Section {
  readonly element: string;
  readonly about: Text;
  readonly logged: boolean;
}

export const SECTIONS: readonly Section[] = [
  {
    element: 'ProcessCreate',
    logged: true,
    about: { en: 'Processes start: most rules look here.', ko: '프로세스 생성: 가장 많은 규칙이 참조합니다.' },
  },
  {
    element: 'ProcessTerminate',
    logged: true,
    about: { en: 'Processes end: how long each lived.', ko: '프로세스 종료: 프로세스의 수명을 알 수 있습니다.' },
  },
  {
    element: 'FileCreateTime',
    logged: true,
    about: {
      en: 'A file’s time of creation is changed: traces are made to look old.',
      ko: '파일 생성 시각 변경: 흔적을 오래된 것처럼 꾸미는 행위입니다.',
    },
  },
  {
    element: 'NetworkConnect',
    logged: true,
    about: { en: 'Connections, with the process that made them.', ko: '네트워크 연결과 이를 만든 프로세스입니다.' },
  },
  {
    element: 'DriverLoad',
    logged: true,
    about: {
      en: 'Drivers: vulnerable ones are signed as well, so that none is left out.',
      ko: '드라이버 로드: 취약한 드라이버도 서명되어 있으므로 제외하지 않습니다.',
    },
  },
  {
    element: 'ImageLoad',
    logged: true,
    about: {
      en: 'Libraries: the loudest event. Without it side-loading is not seen.',
      ko: '라이브러리 로드: 이벤트가 가장 많지만 없으면 DLL 사이드로딩을 볼 수 없습니다.',
    },
  },
  {
    element: 'CreateRemoteThread',
    logged: true,
    about: { en: 'A thread is begun in another process.', ko: '다른 프로세스에 스레드 생성.' },
  },
  {
    element: 'RawAccessRead',
    logged: true,
    about: { en: 'A volume is read past its file system.', ko: '파일 시스템을 거치지 않는 볼륨 읽기.' },
  },
  {
    element: 'ProcessAccess',
    logged: true,
    about: {
      en: 'A process opens another: how credentials are read from lsass.exe.',
      ko: '다른 프로세스 열기: lsass.exe에서 자격 증명을 읽는 방법입니다.',
    },
  },
  { element: 'FileCreate', logged: true, about: { en: 'Files are made or overwritten.', ko: '파일 생성과 덮어쓰기.' } },
  {
    element: 'RegistryEvent',
    logged: true,
    about: {
      en: 'Keys and values are made, set, renamed, removed.',
      ko: '레지스트리 키와 값의 생성·설정·이름 변경·삭제.',
    },
  },
  {
    element: 'FileCreateStreamHash',
    logged: true,
    about: {
      en: 'Alternate streams, the mark of the web among them.',
      ko: '대체 데이터 스트림(Mark of the Web 포함).',
    },
  },
  {
    element: 'PipeEvent',
    logged: true,
    about: {
      en: 'Named pipes: how many tools speak among themselves.',
      ko: '명명된 파이프: 여러 공격 도구의 통신 수단입니다.',
    },
  },
  {
    element: 'WmiEvent',
    logged: true,
    about: {
      en: 'WMI subscriptions: few, and always worth a look.',
      ko: 'WMI 구독: 드물고 항상 확인할 가치가 있습니다.',
    },
  },
  {
    element: 'DnsQuery',
    logged: true,
    about: { en: 'Names that are asked for, with the process that asks.', ko: 'DNS 질의와 질의한 프로세스.' },
  },
  {
    element: 'FileDelete',
    logged: false,
    about: {
      en: 'Deleted files are kept by this one, until the disk is full: FileDeleteDetected logs the same and keeps none.',
      ko: '삭제된 파일을 보관하므로 디스크를 채울 수 있습니다. FileDeleteDetected가 보관 없이 같은 내용을 기록합니다.',
    },
  },
  {
    element: 'ClipboardChange',
    logged: false,
    about: {
      en: 'What people copy, passwords too: no rule needs it.',
      ko: '사용자가 복사한 내용(비밀번호 포함): 필요한 규칙이 없습니다.',
    },
  },
  {
    element: 'ProcessTampering',
    logged: true,
    about: {
      en: 'A process’s image is replaced: hollowing, herpaderping.',
      ko: '프로세스 이미지 변조: 프로세스 할로잉, 허퍼더핑.',
    },
  },
  { element: 'FileDeleteDetected', logged: true, about: { en: 'Files are deleted.', ko: '파일 삭제.' } },
  {
    element: 'FileBlockExecutable',
    logged: false,
    about: {
      en: 'Does not only log but prevents: a decision of its own.',
      ko: '기록이 아니라 차단 기능이므로 별도로 결정해야 합니다.',
    },
  },
  {
    element: 'FileBlockShredding',
    logged: false,
    about: {
      en: 'Does not only log but prevents: a decision of its own.',
      ko: '기록이 아니라 차단 기능이므로 별도로 결정해야 합니다.',
    },
  },
  {
    element: 'FileExecutableDetected',
    logged: true,
    about: { en: 'Programs are written to the disk.', ko: '실행 파일 생성.' },
  },
];

export const HASHES: readonly string[] = ['MD5', 'SHA1', 'SHA256', 'IMPHASH'];

export const exclusionsOf = (element: string, profile: Profile): readonly Exclusion[] =>
  profile === 'lab' ? [] : EXCLUSIONS.filter((one) => one.element === element && one.profiles.includes(profile));

/** Our own configuration for machines of this kind. */
export function sysmonConfig(profile: Profile): SysmonConfig {
  const filters = SECTIONS.map(
    ({ element, logged }): Filter => ({
      element,
      onmatch: logged ? 'exclude' : 'include',
      relation: 'or',
      clauses: exclusionsOf(element, profile).map(({ tests }) => ({ relation: 'and', tests })),
    }),
  );
  return { schema: SCHEMA, hashes: HASHES, filters };
}
