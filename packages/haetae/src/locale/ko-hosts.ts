import type { Words } from './en.ts';

/** 호스트에 관한 말: 에이전트와 Sysmon. */
export const koHosts: Words['hosts'] = {
  agent: {
    brief: '호스트에서 실행: 이벤트를 수집하여 서버로 전송합니다',
    full: '호스트 에이전트입니다. 명령과 플래그는 `haetae agent --help`를 참고하십시오.',
  },
};
