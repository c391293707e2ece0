import type { Level } from '@haetae/sigma';

/** What is said of hosts' logs themselves, by what their agents tell. `id` is for good: exceptions name it. */
export interface AgentRule {
  readonly id: string;
  readonly title: string;
  readonly titleKo: string;
  readonly level: Level;
  readonly techniques: readonly string[];
}

const IMPAIR = ['T1685'];
const LOGGING = ['T1685.001'];

export const AGENT_RULES = {
  'channel-silent': {
    title: 'A log that always wrote has fallen silent while its host lives',
    titleKo: '호스트는 동작 중인데 평소 기록되던 로그가 끊김',
    level: 'high',
    techniques: LOGGING,
  },
  'channel-off': {
    title: 'A log was switched off',
    titleKo: '이벤트 로그 채널이 비활성화됨',
    level: 'high',
    techniques: LOGGING,
  },
  'channel-unreadable': {
    title: 'A log can no longer be read',
    titleKo: '이벤트 로그를 더 이상 읽을 수 없음',
    level: 'medium',
    techniques: LOGGING,
  },
  'channel-shrunk': {
    title: 'A log may hold less than half of what it held',
    titleKo: '이벤트 로그의 최대 크기가 절반 미만으로 축소됨',
    level: 'medium',
    techniques: LOGGING,
  },
  'sysmon-stopped': {
    title: 'Sysmon’s service or driver does not run',
    titleKo: 'Sysmon 서비스 또는 드라이버가 실행되지 않음',
    level: 'high',
    techniques: IMPAIR,
  },
  'sysmon-removed': {
    title: 'Sysmon was removed',
    titleKo: 'Sysmon이 제거됨',
    level: 'high',
    techniques: IMPAIR,
  },
  'sysmon-configured': {
    title: 'Sysmon’s configuration in the registry has changed',
    titleKo: '레지스트리의 Sysmon 설정이 변경됨',
    level: 'medium',
    techniques: IMPAIR,
  },
  'blind-overwritten': {
    title: 'Events were overwritten before they could be collected',
    titleKo: '수집하기 전에 이벤트가 덮어써져 유실됨',
    level: 'medium',
    techniques: [],
  },
  'blind-cleared': {
    title: 'A log was emptied; what was not collected yet is gone',
    titleKo: '로그가 비워져 수집되지 않은 이벤트가 유실됨',
    level: 'high',
    techniques: ['T1685.005'],
  },
  'blind-truncated': {
    title: 'A log file was cut before it was read to its end',
    titleKo: '끝까지 읽기 전에 로그 파일이 잘림',
    level: 'low',
    techniques: [],
  },
  'blind-spool': {
    title: 'An agent had to drop events it had collected',
    titleKo: '에이전트가 수집한 이벤트를 버림',
    level: 'medium',
    techniques: [],
  },
  'command-refused': {
    title: 'A host refused a command that is not a genuine one of this server',
    titleKo: '호스트가 이 서버의 정상 명령이 아닌 명령을 거부함',
    level: 'high',
    techniques: [],
  },
  'command-foreign': {
    title: 'A host carried out a signed command that this server did not send',
    titleKo: '이 서버가 보내지 않은 서명된 명령을 호스트가 실행함',
    level: 'critical',
    techniques: [],
  },
  'agent-silent': {
    title: 'An agent has fallen silent without a good-bye',
    titleKo: '에이전트가 종료 통지 없이 응답을 멈춤',
    level: 'low',
    techniques: IMPAIR,
  },
} as const satisfies Readonly<Record<string, Omit<AgentRule, 'id'>>>;

export type AgentRuleId = keyof typeof AGENT_RULES;
