/**
 * Prints techniques.ts out of two JSON tables of ATT&CK Enterprise:
 *
 *     node make-table.mjs enterprise-v19.json enterprise-v18.1.json > techniques.ts
 *
 * Each is `{ tactics: [{ id, shortname, name }], techniques: [{ id, name, tactics, platforms }] }`; v19 adds `replacedBy`
 * (v18 id → v19 id). Facts only: ids, names, tactics, platforms; no descriptions. It imports nothing, as its room does.
 */
const [path19, path18] = process.argv.slice(2);
if (path18 === undefined) {
  console.error('usage: node make-table.mjs enterprise-v19.json enterprise-v18.1.json > techniques.ts');
  process.exit(2);
}
/** Paths are relative to the working folder. */
const read = async (path) =>
  (await import(new URL(encodeURI(path), `file://${encodeURI(process.cwd())}/`), { with: { type: 'json' } })).default;
const v19 = await read(path19);
const v18 = await read(path18);
const current = new Map(v19.techniques.map((technique) => [technique.id, technique]));
const former = new Map(v18.techniques.map((technique) => [technique.id, technique]));

const gone = v18.techniques.filter((technique) => !current.has(technique.id));
for (const { id } of gone) {
  if (!current.has(v19.replacedBy[id])) throw new Error(`${id} is gone from v19 and nothing replaces it`);
}
for (const id of Object.keys(v19.replacedBy)) {
  if (!former.has(id) || current.has(id)) throw new Error(`replacedBy names ${id}, which is no technique of v18 alone`);
}
const quote = (text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const row = (technique, ...more) => {
  const parts = [technique.id, technique.name, technique.tactics.join(','), technique.platforms.join(','), ...more];
  if (parts.some((part) => part.includes('|'))) throw new Error(`${technique.id}: a value holds |`);
  return `  ${quote(parts.join('|'))},`;
};
const EVASION = new Set(['stealth', 'defense-impairment']);
const left = v18.techniques.filter(
  ({ id, tactics }) =>
    tactics.includes('defense-evasion') &&
    current.has(id) &&
    !current.get(id).tactics.some((tactic) => EVASION.has(tactic)),
);
const added = v19.techniques.filter(({ id }) => !former.has(id));

process.stdout.write(
  `/**
 * MITRE ATT&CK Enterprise, v19, with what v18.1 had instead. Written by make-table.mjs; do not edit.
 *
 * © 2025 The MITRE Corporation. This work is reproduced and distributed with the permission of The MITRE Corporation.
 * See NOTICE.md.
 */

/** One technique a row: id | name | tactics | platforms. */
export const CURRENT_ROWS: readonly string[] = [
${v19.techniques.map((technique) => row(technique)).join('\n')}
];

/** Techniques of v18.1 that v19 revoked: id | name | tactics in v18.1 | platforms | the v19 id that replaces it. */
export const REVOKED_ROWS: readonly string[] = [
${gone.map((technique) => row(technique, v19.replacedBy[technique.id])).join('\n')}
];

/** Techniques v18.1 did not have. */
export const ADDED: readonly string[] = [
${added.map(({ id }) => `  '${id}',`).join('\n')}
];

/** Techniques that lay in Defense Evasion in v18.1 and lie in neither of its successors in v19. */
export const LEFT_EVASION: readonly string[] = [
${left.map(({ id }) => `  '${id}',`).join('\n')}
];
`,
);
