import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseRules } from '../parse.ts';
import { FIELD_CONDITIONS, ITEM_CONDITIONS, RULE_CONDITIONS } from './conditions.ts';
import { applyPipelines, parsePipeline, REFUSED_TRANSFORMATIONS, TRANSFORMATIONS } from './index.ts';
import { show } from './testing/show.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/pipelines.md'), 'utf8');
const blocks = [...page.matchAll(/```yaml\n(.*?)```/gs)].map((m) => m[1]!);

test('the page names every transformation and condition, as the registry has them', () => {
  for (const [name, { summary }] of Object.entries(TRANSFORMATIONS))
    expect(page).toContain(`| \`${name}\` | ${summary} |`);
  for (const [name, { refused }] of Object.entries(REFUSED_TRANSFORMATIONS))
    expect(page).toContain(`| \`${name}\` | ${refused[0]!.toUpperCase()}${refused.slice(1)}. |`);
  for (const name of [RULE_CONDITIONS, ITEM_CONDITIONS, FIELD_CONDITIONS].flatMap(Object.keys))
    expect(page).toContain(`\`${name}\``);
  const rows = [...page.matchAll(/^\| `(\w+)` \|/gm)].map((m) => m[1]);
  expect(rows).toEqual([...Object.keys(TRANSFORMATIONS), ...Object.keys(REFUSED_TRANSFORMATIONS)]);
});

test('its example does what it says', () => {
  const [pipelineText, ruleText] = blocks;
  const { pipeline, problems } = parsePipeline(pipelineText!, { file: 'nxlog.yml' });
  expect(problems).toEqual([]);
  const { rules } = applyPipelines(parseRules(ruleText!), [pipeline!]);
  const shown = /becomes `([^`]+)`/.exec(page)![1];
  expect(show(rules[0]!)).toBe(shown);
});
