import { current, evasionNow, technique } from './attack.ts';
import { inOrder, type TacticName, tactic } from './tactics.ts';

/** The tags of a Sigma rule, in words of ATT&CK v19. */
export interface AttackTags {
  /** In the order of the matrix. */
  readonly tactics: readonly TacticName[];
  /** v19 ids without repetition, in the order of the tags. */
  readonly techniques: readonly string[];
  /** `G0094` */
  readonly groups: readonly string[];
  /** `S0002` */
  readonly software: readonly string[];
  /** `CVE-2021-1675` */
  readonly cves: readonly string[];
  /** Tags of other kinds as written: `car.2013-05-009`, `tlp.white`, `detection.threat-hunting`, `attack.ds0026`. */
  readonly other: readonly string[];
  /** `attack.` and `cve.` tags that name nothing known, as written. */
  readonly unknown: readonly string[];
}

/**
 * Reads `attack.t1059.001`, `attack.execution`, `attack.g0094`, `attack.s0002`, `cve.2021-1675`… in any letter case, with `-`
 * or `_` between words, of v18 or v19. The old `attack.defense-evasion` becomes what the techniques named beside it became
 * (T1562.001 → defense-impairment); without such a technique it becomes stealth, which kept its id. Where tags name
 * techniques but no tactic, the tactics are those of the techniques.
 */
export function fromSigmaTags(tags: readonly string[]): AttackTags {
  const tactics: TacticName[] = [];
  const techniques = new Set<string>();
  const groups = new Set<string>();
  const software = new Set<string>();
  const cves = new Set<string>();
  const other: string[] = [];
  const unknown: string[] = [];
  let evasion = false;

  for (const tag of tags) {
    const text = tag.trim().toLowerCase();
    const dot = text.indexOf('.');
    const space = text.slice(0, Math.max(dot, 0));
    const name = text.slice(dot + 1);
    if (space === 'cve') {
      const match = /^(\d{4})[-.](\d{4,})$/.exec(name);
      if (match === null) unknown.push(tag);
      else cves.add(`CVE-${match[1]}-${match[2]}`);
    } else if (space !== 'attack') {
      other.push(tag);
    } else if (/^t\d/.test(name)) {
      const id = current(name);
      if (id === undefined) unknown.push(tag);
      else techniques.add(id);
    } else if (/^g\d{4}$/.test(name)) groups.add(name.toUpperCase());
    else if (/^s\d{4}$/.test(name)) software.add(name.toUpperCase());
    else if (/^(ds|dc|an|det|c|m)\d{4}$/.test(name)) other.push(tag);
    else {
      const shortname = name.replaceAll('_', '-');
      const known = tactic(shortname);
      if (known !== undefined) tactics.push(known.shortname);
      else if (shortname === 'defense-evasion') evasion = true;
      else unknown.push(tag);
    }
  }

  if (evasion) {
    const now = [...techniques].flatMap((id) => evasionNow(id));
    tactics.push(...(now.length > 0 ? now : (['stealth'] as const)));
  } else if (tactics.length === 0) {
    for (const id of techniques) {
      const found = technique(id);
      if (found?.kind === 'current') tactics.push(...found.tactics);
    }
  }
  return {
    tactics: inOrder(tactics),
    techniques: [...techniques],
    groups: [...groups],
    software: [...software],
    cves: [...cves],
    other,
    unknown,
  };
}
