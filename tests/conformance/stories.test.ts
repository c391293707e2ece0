import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { data, describeWithData } from '../data.ts';
import { haetae, ROOT } from '../e2e/haetae.ts';

/**
 * Stories as people read them. `npm run golden:stories` writes the golden files anew: read what has changed. Of recorded
 * attacks, which are not part of the repository, only a hash and the shape are kept; with HAETAE_STORIES=DIR their texts are
 * written there, to be read.
 */
const WRITE = process.env.HAETAE_GOLDEN === 'write';
const GOLDEN = join(ROOT, 'tests/conformance/golden');
const SAMPLES = 'packages/haetae/content/samples';
const RULES_ALONE = ['--detectors', 'sigma', '--timezone', 'KST'];
const LANGUAGES = ['ko', 'en'] as const;

function compare(name: string, text: string): void {
  const file = join(GOLDEN, name);
  if (WRITE) {
    mkdirSync(GOLDEN, { recursive: true });
    writeFileSync(file, text);
  }
  expect(text, `${relative(ROOT, file)} differs: read it, then npm run golden:stories`).toBe(
    existsSync(file) ? readFileSync(file, 'utf8') : '',
  );
}

describe.each(LANGUAGES)('the samples in %s', (lang) => {
  test('the list and the gravest incident', async () => {
    const list = await haetae(['scan', SAMPLES, ...RULES_ALONE, '--lang', lang]);
    const [, id] = /(?:Id|ID) ([0-9a-f]{8})/.exec(list.stdout)!;
    const whole = await haetae(['incident', SAMPLES, ...RULES_ALONE, '--id', id!, '--lang', lang]);
    compare(`samples.${lang}.txt`, `${list.stdout}\n${'═'.repeat(100)}\n\n${whole.stdout}`);
  }, 120_000);
});

/** The recordings with the largest incidents, by findings, one of each kind of attack. */
const RECORDED = [
  'empire_dllinjection_LoadLibrary_CreateRemoteThread',
  'covenant_psremoting_command',
  'empire_find_localadmin_smb_svcctl_OpenSCManager',
  'empire_ninjacopy_dumping_ntds_dit_file',
  'empire_launcher_vbs',
] as const;

interface ToldIncident {
  readonly id: string;
  readonly title: string;
  readonly techniques: readonly string[];
  readonly counts: { readonly findings: number };
  readonly story: readonly { readonly text: string; readonly time: string | null; readonly level: string | null }[];
}

describeWithData('recorded attacks', () => {
  test.each(RECORDED)(
    '%s',
    async (name) => {
      const zip = recording(name);
      const told = await Promise.all(
        LANGUAGES.map(async (lang) => {
          const { stdout } = await haetae([
            ...['scan', zip, '--rules', data('sigma', 'rules'), '--detectors', 'sigma', '--timezone', 'UTC'],
            ...['--by', 'incident', '--format', 'jsonl', '--lang', lang],
          ]);
          const incidents = stdout
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line) as ToldIncident);
          return incidents.sort((a, b) => b.counts.findings - a.counts.findings)[0]!;
        }),
      );
      const texts = told.map(textOf);
      const folder = process.env.HAETAE_STORIES;
      if (folder !== undefined) {
        mkdirSync(folder, { recursive: true });
        texts.forEach((text, i) => {
          writeFileSync(join(folder, `${name}.${LANGUAGES[i]}.txt`), text);
        });
      }
      const [one] = told;
      const shape = {
        incident: one!.id,
        findings: one!.counts.findings,
        sentences: one!.story.length,
        levels: one!.story.map(({ level }) => level?.[0] ?? '-').join(''),
        techniques: one!.techniques,
        sha256: Object.fromEntries(
          texts.map((text, i) => [LANGUAGES[i], createHash('sha256').update(text).digest('hex')]),
        ),
      };
      compare(`${name}.json`, `${JSON.stringify(shape, null, 2)}\n`);
    },
    240_000,
  );
});

const textOf = ({ title, story }: ToldIncident): string =>
  `${[title, ...story.map(({ time, level, text }) => `${time?.slice(11, 19) ?? ''} ${level ?? '-'} ${text}`)].join('\n')}\n`;

function recording(name: string): string {
  const found = readdirSync(data('otrf'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(`${name}.zip`))
    .sort();
  if (found[0] === undefined) throw new Error(`no recording is called ${name}`);
  return join(data('otrf'), found[0]);
}
