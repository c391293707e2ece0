import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Level } from '@haetae/sigma';
import { type FiledFinding, isAtLeast, type RuleText } from '../../packages/haetae/src/detect/index.ts';
import { scan } from '../../packages/haetae/src/pipeline/scan.ts';
import type { FoundFile } from '../../packages/haetae/src/source/index.ts';
import { data } from '../data.ts';

/** A finding, as far as a score looks at it. */
export interface Verdict {
  readonly file: string;
  /** Of the records or lines that it speaks of: one, or those that a correlation names. */
  readonly places: readonly number[];
  readonly timeMs: number | null;
  readonly host: string;
  readonly rule: string;
  readonly level: Level;
  readonly attack: FiledFinding['attack'];
}

export const counts = ({ level }: Verdict): boolean => isAtLeast(level, 'medium');

function rulesBelow(folder: string): RuleText[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => ({ entry, path: join(entry.parentPath, entry.name) }))
    .filter(({ entry, path }) => entry.isFile() && entry.name.endsWith('.yml') && !path.includes('/rules/tests/'))
    .map(({ path }) => ({ path, text: readFileSync(path, 'utf8') }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

export const ownRules = (): RuleText[] => rulesBelow(join(import.meta.dirname, '../../packages/haetae/content/rules'));

/** What SigmaHQ ships as detections; its hunting rules, which it does not, are left out. */
export const sigmaHqRules = (): RuleText[] => [
  ...rulesBelow(data('sigma', 'rules', 'windows')),
  ...rulesBelow(data('sigma', 'rules-emerging-threats')),
];

/** What the pipeline finds in files; `strict` is Sigma to the letter, without what the product adds to it. */
export async function verdictsOf(
  files: readonly FoundFile[],
  rules: readonly RuleText[],
  strict: boolean,
): Promise<readonly Verdict[]> {
  const settings = {
    timeZone: 'Asia/Seoul',
    hash: false,
    carve: false,
    checksums: false,
    detectors: ['sigma'],
    setup: { rules, strict },
    from: Number.NEGATIVE_INFINITY,
    to: Number.POSITIVE_INFINITY,
  };
  const silent = { advance: () => {}, fileDone: () => {}, findings: () => {} };
  const done = await scan(files, settings, 1, new AbortController().signal, silent);
  const verdicts: Verdict[] = [];
  try {
    for await (const { file, event, rule, level, attack, why } of done.findings.sorted())
      verdicts.push({
        file,
        places: [placeOf(event.position), ...why.flatMap((reason) => referred(reason))],
        timeMs: event.timeMs,
        host: event.computer.toLowerCase(),
        rule: rule!.title,
        level,
        attack,
      });
  } finally {
    done.findings.dispose();
  }
  return verdicts;
}

const placeOf = (position: FiledFinding['event']['position']): number =>
  position.kind === 'record' ? position.record : position.line;

const referred = (reason: FiledFinding['why'][number]): number[] =>
  reason.kind === 'correlated'
    ? [...reason.first, ...reason.last].flatMap(({ record, line }) => record ?? line ?? [])
    : [];
