import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GROUPS } from './checks/registry.ts';
import { CHECKS } from './index.ts';

const PAGE = join(import.meta.dirname, '../../docs/lint.md');
const BEGIN = '<!-- The list is made from the registry: npx vitest run packages/sigma/src/lint/docs.test.ts -u -->\n';

/** The page with its list as the registry has it. */
function page(): string {
  const head = readFileSync(PAGE, 'utf8')
    .split(BEGIN)[0]!
    .replace(/\d+ checks/, `${Object.keys(CHECKS).length} checks`);
  const lists = Object.entries(GROUPS).map(([title, checks]) => {
    const rows = Object.entries(checks).map(
      ([id, { severity, what, why, fixes }]) =>
        `| \`${id}\` | ${severity} | ${fixes ? 'yes' : ''} | ${[what, why].map((t) => t.replaceAll('|', '\\|')).join(' | ')} |`,
    );
    return `## ${title}\n\n| Check | Severity | Fix | What it finds | Why |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return `${head}${BEGIN}\n${lists.join('\n')}`;
}

test('the page lists the checks as they are', async () => {
  await expect(page()).toMatchFileSnapshot(PAGE);
});
