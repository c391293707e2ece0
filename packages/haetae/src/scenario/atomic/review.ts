import { createHash } from 'node:crypto';
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import type { AtomicTest } from './atomic.ts';
import { type AtomicPlan, planAtomic } from './plan.ts';

/** What a test that may run touches. */
export const TOUCHES = ['reads', 'own-files', 'own-home', 'runs-copy'] as const;
export type Touches = (typeof TOUCHES)[number];

/** Why a reviewed test does not run in the throw-away root. */
export const REFUSALS = [
  'network',
  'installs',
  'other-system',
  'desktop',
  'service',
  'missing-part',
  'own-check',
  'endless',
  'impact',
  'destroys',
] as const;
export type ReviewRefusal = (typeof REFUSALS)[number];

export type Review =
  | {
      readonly kind: 'run';
      readonly touches: Touches;
      /** Of the text that was read; another text was not. */
      readonly sha256: string;
      /** What brings its prerequisites was read too, and may run. */
      readonly prepare: boolean;
      /** Inputs with which it was read. */
      readonly inputs: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'refuse'; readonly because: ReviewRefusal };

/** By the guid of the test. */
export type ReviewBook = ReadonlyMap<string, Review>;

export class ReviewError extends Error {
  override readonly name = 'ReviewError';
}

/** Throws a {@link ReviewError} that says where: half a list of what may run is none. */
export function readReviews(text: string, path: string): ReviewBook {
  const lines = new LineCounter();
  const fail = (node: Node | null | undefined, what: string): never => {
    const { line, col } = lines.linePos(node?.range?.[0] ?? 0);
    throw new ReviewError(`${path}:${Math.max(1, line)}:${Math.max(1, col)}: ${what}`);
  };
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0) {
    const { line, col } = lines.linePos(document.errors[0]!.pos[0]);
    throw new ReviewError(`${path}:${line}:${col}: ${document.errors[0]!.message.split('\n')[0]}`);
  }
  const list = isMap(document.contents) ? (document.contents as YAMLMap).get('reviewed', true) : undefined;
  if (!isSeq(list)) return fail(document.contents as Node, 'no list `reviewed`');
  const book = new Map<string, Review>();
  for (const node of list.items as Node[]) {
    if (!isMap(node)) return fail(node, 'not a map');
    const word = (name: string): string => {
      const value = node.get(name, true);
      return isScalar(value) && typeof value.value === 'string' ? value.value : '';
    };
    const guid = word('test').toLowerCase();
    if (guid === '' || book.has(guid)) fail(node, guid === '' ? 'no guid in `test`' : `${guid} stands here twice`);
    const [run, refuse] = [word('run'), word('refuse')];
    if (REFUSALS.includes(refuse as ReviewRefusal) && run === '') {
      book.set(guid, { kind: 'refuse', because: refuse as ReviewRefusal });
      continue;
    }
    if (!TOUCHES.includes(run as Touches) || refuse !== '')
      fail(node, 'needs either `run` or `refuse`, of the known words');
    const sha256 = word('sha256');
    if (!/^[0-9a-f]{64}$/.test(sha256)) fail(node, 'needs `sha256`, of the text that was read');
    const given = node.get('with');
    const inputs = isMap(given)
      ? Object.fromEntries(
          given.items.map(({ key, value }) => [
            String((key as { value: unknown }).value),
            String((value as { value: unknown }).value),
          ]),
        )
      : {};
    book.set(guid, { kind: 'run', touches: run as Touches, sha256, prepare: node.get('prepare') === true, inputs });
  }
  return book;
}

/** Where the tests lie as the isolated root would see them; none of those that may run looks there. */
const FOLDER = '/opt/atomics';

/** What a reviewer reads, and what runs if he agrees. */
export function reviewedPlan(test: AtomicTest, inputs: Readonly<Record<string, string>>, prepare: boolean): AtomicPlan {
  const plan = planAtomic(test, { inputs, folder: FOLDER, system: 'linux' });
  return prepare ? plan : { ...plan, steps: plan.steps.filter(({ phase }) => phase !== 'get') };
}

export const fingerprint = ({ steps }: AtomicPlan): string =>
  createHash('sha256')
    .update(JSON.stringify(steps.map(({ phase, shell, text }) => [phase, shell, text])))
    .digest('hex');

export type Admission =
  | { readonly kind: 'runs'; readonly plan: AtomicPlan; readonly touches: Touches }
  | {
      readonly kind: 'refused';
      readonly because: ReviewRefusal | 'elevated' | 'not-reviewed' | 'changed' | 'refused-steps' | 'not-linux';
    };

/** Whether a test may run in the throw-away root: as it was read, word by word, and nothing else. */
export function admit(test: AtomicTest, reviews: ReviewBook): Admission {
  const refused = (because: Extract<Admission, { kind: 'refused' }>['because']): Admission => ({
    kind: 'refused',
    because,
  });
  const { work } = test;
  if (!test.platforms.includes('linux') || work.kind !== 'commands' || (work.shell !== 'sh' && work.shell !== 'bash'))
    return refused('not-linux');
  if (work.elevated) return refused('elevated');
  const review = reviews.get(test.guid);
  if (review === undefined) return refused('not-reviewed');
  if (review.kind === 'refuse') return refused(review.because);
  const plan = reviewedPlan(test, review.inputs, review.prepare);
  if (plan.refused.length > 0) return refused('refused-steps');
  if (fingerprint(plan) !== review.sha256) return refused('changed');
  return { kind: 'runs', plan, touches: review.touches };
}
