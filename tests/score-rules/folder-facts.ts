import {
  current,
  evasionNow,
  TACTICS,
  type TacticName,
  tactic,
  technique,
} from '../../packages/haetae/src/attack/index.ts';

/** What the folders of an attack sample say that it shows, in words of ATT&CK v19. */
export interface FolderFacts {
  readonly techniques: ReadonlySet<string>;
  readonly tactics: ReadonlySet<TacticName>;
}

const letters = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, '');
/** Tactics by their names' letters, and as the collections misspell them. */
const NAMED = new Map<string, TacticName>([
  ...TACTICS.map(({ shortname }): [string, TacticName] => [letters(shortname), shortname]),
  ['intialaccess', 'initial-access'],
]);
const EVASION = ['stealth', 'defense-impairment'] as const;

/**
 * Technique ids (`T1562.002-Disable…`, `T1110.xxx-Brut force`), tactic ids (`TA0005-…`) and tactic names (`Defense Evasion`) of
 * the folders above a file, v18 read as v19 has them. The old Defense Evasion is what its techniques became, or both its heirs.
 */
export function folderFacts(path: string): FolderFacts {
  const techniques = new Set<string>();
  const tactics = new Set<TacticName>();
  const old: string[] = [];
  let evasion = false;
  for (const folder of path.split('/').slice(0, -1)) {
    for (const [id] of folder.matchAll(/\bT\d{4}(?:\.\d{3})?/g)) {
      const now = current(id);
      if (now === undefined) continue;
      techniques.add(now);
      old.push(id);
    }
    const tacticId = /\bTA\d{4}/.exec(folder)?.[0];
    const named = tacticId === undefined ? NAMED.get(letters(folder)) : tactic(tacticId)?.shortname;
    if (tacticId === 'TA0005' || letters(folder) === 'defenseevasion') evasion = true;
    else if (named !== undefined) tactics.add(named);
  }
  if (evasion) {
    const heirs = old.flatMap((id) => evasionNow(current(id)!));
    for (const heir of heirs.length > 0 ? heirs : EVASION) tactics.add(heir);
  }
  return { techniques, tactics };
}

/** Whether a finding speaks of what the folder is about: one of its techniques, a sub-technique of it or its parent, or one of its tactics. */
export function fits(
  { techniques, tactics }: FolderFacts,
  attack: { readonly tactics: readonly string[]; readonly techniques: readonly string[] },
): boolean {
  const parent = (id: string): string => {
    const found = technique(id);
    return found?.kind === 'current' ? (found.parent ?? id) : id;
  };
  return (
    attack.tactics.some((name) => tactics.has(name as TacticName)) ||
    attack.techniques.some(
      (id) => techniques.has(id) || techniques.has(parent(id)) || [...techniques].some((of) => parent(of) === id),
    )
  );
}
