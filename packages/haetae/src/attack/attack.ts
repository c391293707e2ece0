/** Techniques of ATT&CK Enterprise v19, and the way there from v18. */
import { inOrder, type TacticName, tactic } from './tactics.ts';
import { ADDED, CURRENT_ROWS, LEFT_EVASION, REVOKED_ROWS } from './techniques.ts';

/** A technique or sub-technique. */
export type Technique = CurrentTechnique | RevokedTechnique;

/** Of v19. */
export interface CurrentTechnique {
  readonly kind: 'current';
  /** `T1059`, `T1059.001` */
  readonly id: string;
  /** Of itself only: `PowerShell`, not `Command and Scripting Interpreter: PowerShell`. */
  readonly name: string;
  /** In the order of the matrix. */
  readonly tactics: readonly TacticName[];
  readonly platforms: readonly string[];
  /** The technique a sub-technique belongs to. */
  readonly parent: string | undefined;
}

/** Of v18, gone in v19. */
export interface RevokedTechnique {
  readonly kind: 'revoked';
  readonly id: string;
  readonly name: string;
  /** As v18 had them: `defense-evasion` is possible. */
  readonly tactics: readonly string[];
  readonly platforms: readonly string[];
  readonly parent: string | undefined;
  /** The v19 technique. */
  readonly replacedBy: string;
}

const parent = (id: string): string | undefined => (id.includes('.') ? id.slice(0, id.indexOf('.')) : undefined);

const techniques = new Map<string, Technique>();
const formerIds = new Map<string, string[]>();
for (const row of CURRENT_ROWS) {
  const [id, name, tactics, platforms] = row.split('|') as [string, string, string, string];
  techniques.set(id, {
    kind: 'current',
    id,
    name,
    tactics: inOrder(tactics.split(',').map((shortname) => tactic(shortname)!.shortname)),
    platforms: platforms.split(','),
    parent: parent(id),
  });
  formerIds.set(id, ADDED.includes(id) ? [] : [id]);
}
for (const row of REVOKED_ROWS) {
  const [id, name, tactics, platforms, replacedBy] = row.split('|') as [string, string, string, string, string];
  techniques.set(id, {
    kind: 'revoked',
    id,
    name,
    tactics: tactics.split(','),
    platforms: platforms.split(','),
    parent: parent(id),
    replacedBy,
  });
  formerIds.get(replacedBy)!.push(id);
}

const normal = (id: string): string => id.trim().toUpperCase();

/** Every technique of v19, by id. */
export const TECHNIQUES: readonly CurrentTechnique[] = [...techniques.values()].filter(
  (technique): technique is CurrentTechnique => technique.kind === 'current',
);

/** A technique of v19, or of v18 where v19 revoked it, by id in any letter case; undefined for an unknown id. */
export function technique(id: string): Technique | undefined {
  return techniques.get(normal(id));
}

/** The v19 id for a v18 or v19 id: `T1562.001` → `T1685`, `T1059` → `T1059`; undefined for an unknown id. */
export function current(id: string): string | undefined {
  const found = technique(id);
  return found?.kind === 'revoked' ? found.replacedBy : found?.id;
}

/** The v18 ids for a v19 id: `T1685` → `T1562, T1562.001, T1562.006`; [] when v18 had nothing like it or the id is unknown. */
export function legacy(id: string): readonly string[] {
  return formerIds.get(normal(id)) ?? [];
}

/** A technique's page on attack.mitre.org. */
export function techniqueUrl(id: string): string {
  return `https://attack.mitre.org/techniques/${normal(id).replace('.', '/')}`;
}

/**
 * What became of Defense Evasion for a technique (v18 or v19 id): Stealth, Defense Impairment or both; the technique's own
 * tactics where it left (T1548 → privilege-escalation); [] where it never lay there.
 */
export function evasionNow(id: string): readonly TacticName[] {
  const now = techniques.get(current(id) ?? '');
  if (now?.kind !== 'current') return [];
  const evasive = now.tactics.filter((name) => name === 'stealth' || name === 'defense-impairment');
  return evasive.length > 0 || !LEFT_EVASION.includes(now.id) ? evasive : now.tactics;
}
