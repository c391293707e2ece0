/** ATT&CK Enterprise v19: tactics, techniques, and what v18 called them. Facts of MITRE's; see NOTICE.md. */
export {
  type CurrentTechnique,
  current,
  evasionNow,
  legacy,
  type RevokedTechnique,
  TECHNIQUES,
  type Technique,
  technique,
  techniqueUrl,
} from './attack.ts';
export { type AttackTags, fromSigmaTags } from './sigma-tags.ts';
export { TACTICS, type Tactic, type TacticName, tactic } from './tactics.ts';
