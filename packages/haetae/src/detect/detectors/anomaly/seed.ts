import { distributionOf, pValue, score, thresholdByContamination } from '@haetae/isolation-forest';
import { type Detector, type DetectorSetup, isAtLeast } from '../../detector.ts';
import { memoryStore, type TextStore } from '../../harvest.ts';
import type { ScoreAccount } from '../../scores.ts';
import type { FiledFinding } from '../../signal.ts';
import { accountOf } from './account.ts';
import type { Family } from './family.ts';
import { number } from './features.ts';
import { createGathered, createGatherer, type Gathered, type Gathering } from './gather.ts';
import { hashText } from './hash.ts';
import { inOrder } from './matrix.ts';
import { fitForest, THIS_DATA, weightsOf } from './model.ts';
import { HEAD } from './table.ts';
import { exemplarOf, findingOf } from './tell.ts';

/** Share of the events that the seed's own mode flags. */
export const CONTAMINATION = 0.05;

const IMAGE_NAME = 2;

/**
 * The mode of the product's first script: length of the command line, process id, and the number of the program's name among
 * all names in order, of every event that has a process id; the 5 % with the highest scores are told. Kept for those who
 * compare; process ids and numbers of names say nothing about an event.
 */
const SEED_FAMILY: Family = {
  id: 'seed',
  name: { en: 'event (seed profile)', ko: '이벤트(seed 프로필)' },
  kinds: [],
  numbers: ['commandLineLength', 'processId', 'imageCode', 'place'],
  keys: [],
  words: false,
  features: [
    number(
      'commandLineLength',
      ['CommandLine'],
      'command line length',
      '명령줄 길이',
      'characters',
      'As the seed had it.',
    ),
    number('processId', ['ProcessId'], 'process id', '프로세스 ID', '', 'As the seed had it.'),
    number(
      'imageCode',
      ['Image'],
      'number of the program name',
      '프로그램 이름 번호',
      '',
      'Among all lower-case names in order.',
    ),
  ],
  read(event, _, out, at) {
    const text = event.get('ProcessId') ?? '';
    if (!/^\s*\d+\s*$/.test(text)) return false;
    out[at++] = event.get('CommandLine')?.length ?? 0;
    out[at++] = Number(text);
    out[at++] = hashText(imageName(event.get('Image')));
    // No two events of a file are one row: the seed counted each.
    out[at++] = event.position.kind === 'record' ? event.position.record : event.position.line;
    return true;
  },
};

const imageName = (image: string | undefined): string =>
  (image ?? '').slice((image ?? '').lastIndexOf('\\') + 1).toLowerCase();

interface SeedGathering extends Gathering {
  /** Names of programs of all events, '' for those without. */
  readonly names: readonly string[];
}

const FAMILIES = [SEED_FAMILY];

export function createSeed(setup: DetectorSetup): Detector {
  const least = setup.minLevel ?? 'informational';
  const gatherer = createGatherer(FAMILIES, setup.anomaly?.zone ?? 'UTC', 'anomaly', undefined, () => 0);
  const seen = new Set<string>();
  const names = new Set<string>();
  let gathered: Gathered | undefined;
  let store: TextStore | undefined;
  let account: ScoreAccount | undefined;
  return {
    name: 'anomaly',
    counts: { inForce: 0, belowLevel: 0, refused: 0 },
    problems: [],
    detect(event) {
      seen.add(imageName(event.get('Image')));
      gatherer.add(event);
      return [];
    },
    harvest(end) {
      const some = gatherer.harvest(end);
      if (some === undefined) return undefined;
      return { ...some, data: { ...(some.data as Gathering), names: [...seen] } satisfies SeedGathering };
    },
    gather({ data }, path, into) {
      const given = data as SeedGathering;
      store ??= into ?? memoryStore();
      gathered ??= createGathered(FAMILIES, store);
      gathered.add(given, path);
      for (const name of given.names) names.add(name);
    },
    finish() {
      const told = gathered === undefined ? [] : judge(gathered, store!, names);
      const thresholds = { p: CONTAMINATION, score: 0, perHostDay: Number.POSITIVE_INFINITY };
      account = {
        ...accountOf(FAMILIES, gathered, store, [], told.length, thresholds, THIS_DATA),
        told: told.length,
      };
      gathered = undefined;
      return told.filter(({ level }) => isAtLeast(level, least));
    },
    scores: () => account,
    reach: (kinds) => ({ able: 0, kinds: [...kinds].map((kind) => ({ ...kind, rules: 0 })) }),
  };
}

function judge(all: Gathered, store: TextStore, names: ReadonlySet<string>): FiledFinding[] {
  const gathered = all.families[0]!;
  const { table } = gathered;
  if (table.size === 0) return [];
  const codes = new Map([...names].sort().map((name, code) => [hashText(name), code]));
  const order = inOrder(table);
  const width = SEED_FAMILY.features.length;
  const matrix = new Float64Array(order.length * width);
  order.forEach((row, i) => {
    const block = table.block(row);
    const at = table.offset(row) + HEAD;
    matrix.set(block.subarray(at, at + width), i * width);
    matrix[i * width + IMAGE_NAME] = codes.get(block[at + IMAGE_NAME]!)!;
  });
  const weights = weightsOf(gathered, order);
  const forest = fitForest(SEED_FAMILY, matrix, weights, 0);
  const scores = score(forest, matrix);
  const threshold = thresholdByContamination(scores, CONTAMINATION);
  const distribution = distributionOf(scores, { weights });
  const judged = {
    family: SEED_FAMILY,
    gathered,
    model: { forest, distribution, version: THIS_DATA },
    ordinary: threshold,
  };
  const told: FiledFinding[] = [];
  order.forEach((row, i) => {
    if (scores[i]! <= threshold) return;
    const values = matrix.slice(i * width, (i + 1) * width);
    told.push({
      ...findingOf({ row, p: pValue(distribution, scores[i]!), values }, judged, exemplarOf(gathered, row, all, store)),
      level: 'low',
    });
  });
  return told;
}
