/** Of a program by its name. */
export const rule = (n: number, image: string, ...techniques: string[]): string => `title: Program ${image}
id: 00000000-0000-4000-8000-00000000000${n}
status: test
logsource: { product: windows }
detection:
  program: { Channel: Linux-Sysmon/Operational, EventID: 1, Image|endswith: /${image} }
  condition: program
tags: [${techniques.map((one) => `attack.${one}`).join(', ')}]
level: critical
`;
export const playbook = (
  n: number,
  technique: string,
  action: string,
  approval: string,
): string => `id: 00000000-0000-4000-8000-0000000001${n}0
title: ${action}
title_ko: ${action}
when: { techniques: [${technique}] }
do: [{ action: ${action} }]
approval: ${approval}
limits: { per_host_per_hour: 100, per_hour: 1000 }
tests:
  - { name: yes, given: { techniques: [${technique}] }, expect: [${action}] }
  - { name: no, given: { techniques: [T1082] }, expect: [] }
`;
