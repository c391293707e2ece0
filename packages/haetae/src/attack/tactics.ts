/**
 * The tactics of MITRE ATT&CK Enterprise v19 in the order of the matrix. v19 split Defense Evasion (TA0005) into Stealth,
 * which keeps its id, and Defense Impairment.
 *
 * © 2025 The MITRE Corporation. This work is reproduced and distributed with the permission of The MITRE Corporation.
 */
export const TACTICS = [
  { id: 'TA0043', shortname: 'reconnaissance', name: { en: 'Reconnaissance', ko: '정찰' } },
  { id: 'TA0042', shortname: 'resource-development', name: { en: 'Resource Development', ko: '자원 개발' } },
  { id: 'TA0001', shortname: 'initial-access', name: { en: 'Initial Access', ko: '초기 침투' } },
  { id: 'TA0002', shortname: 'execution', name: { en: 'Execution', ko: '실행' } },
  { id: 'TA0003', shortname: 'persistence', name: { en: 'Persistence', ko: '지속' } },
  { id: 'TA0004', shortname: 'privilege-escalation', name: { en: 'Privilege Escalation', ko: '권한 상승' } },
  { id: 'TA0005', shortname: 'stealth', name: { en: 'Stealth', ko: '은닉' } },
  { id: 'TA0112', shortname: 'defense-impairment', name: { en: 'Defense Impairment', ko: '방어 무력화' } },
  { id: 'TA0006', shortname: 'credential-access', name: { en: 'Credential Access', ko: '자격 증명 접근' } },
  { id: 'TA0007', shortname: 'discovery', name: { en: 'Discovery', ko: '탐색' } },
  { id: 'TA0008', shortname: 'lateral-movement', name: { en: 'Lateral Movement', ko: '내부 이동' } },
  { id: 'TA0009', shortname: 'collection', name: { en: 'Collection', ko: '수집' } },
  { id: 'TA0011', shortname: 'command-and-control', name: { en: 'Command and Control', ko: '명령 및 제어' } },
  { id: 'TA0010', shortname: 'exfiltration', name: { en: 'Exfiltration', ko: '유출' } },
  { id: 'TA0040', shortname: 'impact', name: { en: 'Impact', ko: '영향' } },
] as const;

export type Tactic = (typeof TACTICS)[number];
/** A v19 shortname: `initial-access`, `stealth`… */
export type TacticName = Tactic['shortname'];

const order = new Map<string, number>(TACTICS.map((tactic, i) => [tactic.shortname, i]));
const byKey = new Map<string, Tactic>(
  TACTICS.flatMap((tactic): [string, Tactic][] => [
    [tactic.shortname, tactic],
    [tactic.id.toLowerCase(), tactic],
  ]),
);

/** A v19 tactic by shortname or id, in any letter case; undefined for others, Defense Evasion among them. */
export function tactic(nameOrId: string): Tactic | undefined {
  return byKey.get(nameOrId.trim().toLowerCase());
}

/** Without repetition, in the order of the matrix. */
export function inOrder(tactics: Iterable<TacticName>): TacticName[] {
  return [...new Set(tactics)].sort((a, b) => order.get(a)! - order.get(b)!);
}
