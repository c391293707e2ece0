import type { Profile, Text } from './exclusions.ts';
import type { Test } from './model.ts';
import { SCHEMA } from './model.ts';
import { exclusionsOf, HASHES, SECTIONS } from './profile.ts';

const HEAD: Readonly<Record<Profile, Text>> = {
  lab: {
    en: 'For machines on which attacks are tried out: everything is logged. Far too much for people’s own machines.',
    ko: '공격을 재현하는 실습 컴퓨터용: 모든 것을 기록합니다. 일반 업무용 컴퓨터에는 지나치게 많습니다.',
  },
  workstation: { en: 'For people’s machines.', ko: '업무용 컴퓨터용.' },
  server: { en: 'For servers and domain controllers.', ko: '서버와 도메인 컨트롤러용.' },
};
const LOAD: Text = { en: 'Load it with: sysmon64 -c FILE', ko: '적용: sysmon64 -c FILE' };
const MADE: Text = {
  en: 'Each exclusion says why it is there, and what could hide behind it. Leave out what your own network does not need.',
  ko: '각 제외 항목에는 이유와 그 뒤에 숨을 수 있는 행위를 적었습니다. 환경에 필요 없는 제외는 지우십시오.',
};
const WORDS: Readonly<Record<'why' | 'hides', Text>> = {
  why: { en: 'why', ko: '이유' },
  hides: { en: 'hides', ko: '위험' },
};

/** The configuration as `sysmon -c` takes it, with its reasons as comments. */
export function printSysmonConfig(profile: Profile, lang: 'en' | 'ko'): string {
  const lines = [
    `<!-- Haetae, ${profile}. ${HEAD[profile][lang]} -->`,
    `<!-- ${LOAD[lang]} -->`,
    `<!-- ${MADE[lang]} -->`,
    `<Sysmon schemaversion="${SCHEMA}">`,
    `  <HashAlgorithms>${HASHES.join(',')}</HashAlgorithms>`,
    '  <EventFiltering>',
  ];
  for (const { element, logged, about } of SECTIONS) {
    lines.push(`    <!-- ${about[lang]} -->`, '    <RuleGroup name="" groupRelation="or">');
    const exclusions = logged ? exclusionsOf(element, profile) : [];
    const onmatch = logged ? 'exclude' : 'include';
    if (exclusions.length === 0) lines.push(`      <${element} onmatch="${onmatch}"/>`);
    else {
      lines.push(`      <${element} onmatch="${onmatch}">`);
      for (const { tests, why, hides } of exclusions)
        lines.push(
          `        <!-- ${WORDS.why[lang]}: ${why[lang]} -->`,
          `        <!-- ${WORDS.hides[lang]}: ${hides[lang]} -->`,
          '        <Rule groupRelation="and">',
          ...tests.map((test) => `          ${testXml(test)}`),
          '        </Rule>',
        );
      lines.push(`      </${element}>`);
    }
    lines.push('    </RuleGroup>');
  }
  lines.push('  </EventFiltering>', '</Sysmon>', '');
  return lines.join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

const testXml = ({ field, condition, value }: Test): string =>
  `<${field} condition="${condition}">${value.replace(/[&<>]/g, (c) => ENTITIES[c]!)}</${field}>`;
