import type { Words } from './en.ts';

/** 호스트에 관한 말: 에이전트와 Sysmon. */
export const koHosts: Words['hosts'] = {
  agent: {
    brief: '호스트에서 실행: 이벤트를 수집하여 서버로 전송합니다',
    full: '호스트 에이전트입니다. 명령과 플래그는 `haetae agent --help`를 참고하십시오.',
  },
  sysmonConfig: {
    brief: '규칙이 필요로 하는 이벤트를 모두 남기는 Sysmon 설정을 출력합니다',
    full: [
      'Sysmon 15(스키마 4.90)용 설정을 출력합니다. 규칙이 참조하는 이벤트는 모두 기록하고, 잡음을 줄이기 위해 제외한 항목은 하나씩',
      '이유와 함께, 공격자가 그 뒤에 무엇을 숨길 수 있는지 적었습니다.',
      '',
      '예',
      '  haetae sysmon-config -o sysmon.xml                     이후 호스트에서: sysmon64 -c sysmon.xml',
      '  haetae sysmon-config --profile lab                     아무것도 제외하지 않음',
      '  haetae ready --sysmon-config sysmon.xml                설정에 부족한 부분 확인',
    ].join('\n'),
    profile: 'lab(전부), workstation(업무용) 또는 server(서버)',
  },
  ready: {
    flag: '로그 대신 이 Sysmon 설정이 규칙에 비해 부족한 부분을 보여 줍니다',
    either: '--sysmon-config FILE과 로그 경로는 함께 쓸 수 없습니다',
    unreadable: (path, code) => `--sysmon-config ${path}: 읽을 수 없습니다(${code}).`,
    noConfig: (path, why) => `--sysmon-config ${path}: Sysmon 설정이 아닙니다: ${why}`,
    head: (path, schema, able, all) =>
      `${path}(스키마 ${schema}): Sysmon을 참조하는 규칙 ${all}개 중 ${able}개가 탐지할 수 있습니다`,
    withoutFields: (n) => `규칙 ${n}개는 어떤 설정으로도 얻을 수 없는 필드를 참조합니다`,
    problems: (n) => `Sysmon이 거부하거나 무시할 부분(${n}건)`,
    line: (n) => `${n}행:`,
    problem: {
      xml: 'XML 형식이 올바르지 않음',
      element: '알 수 없는 요소',
      field: '해당 이벤트에 없는 필드',
      condition: '알 수 없는 조건',
      onmatch: 'onmatch가 include도 exclude도 아님',
      schema: 'schemaversion이 없음',
    },
    hashes: (names) => `규칙이 참조하지만 계산하지 않는 해시: ${names}`,
    elements: '이벤트 유형',
    looking: (n) => `규칙 ${n}개`,
    all: '전부',
    most: (n) => `제외 ${n}건 외 전부`,
    part: (n) => `일부: 포함 ${n}건만`,
    none: '기록 안 함',
    defaultOn: '지정 없음: 기록됨',
    defaultOff: '지정 없음: 기록 안 됨',
    prevents: '차단 기능: 별도 결정 필요',
    blind: '기록되지 않아 탐지할 수 없는 유형',
    rules: (n) => `규칙 ${n}개`,
    dropped: (n) => `필터에 걸리는 규칙: 규칙의 예시 이벤트가 기록되지 않습니다(${n}개)`,
    more: (n) => `외 ${n}개`,
    ours: '`haetae sysmon-config`는 이러한 공백이 없는 설정을 출력합니다.',
  },
};
