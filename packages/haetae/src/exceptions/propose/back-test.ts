import { PlainEvent } from '@haetae/event';
import { parseRuleTests, type RuleExample } from '@haetae/sigma';
import { type FiledFinding, type Finding, hiddenIn, isAtLeast, type RuleText } from '../../detect/index.ts';
import { type Exception, readExceptions } from '../exception.ts';
import { createJudge, type Judge, type Judged } from '../judge.ts';

/** Something that must be seen: a positive test of a rule, or a finding in a log of a real attack. */
export type KnownBad = Judged & {
  /** Where it stands: `builtin/tests/x.yml:3`, `attacks/mimikatz.evtx#17`. */
  readonly at: string;
};

export interface BackTest {
  /** How many of the targets the exceptions take away. */
  readonly covered: number;
  readonly targets: number;
  /** Other findings that they would take away too. */
  readonly alsoHidden: readonly FiledFinding[];
  /** What they must not hide and would: an exception with any is refused. */
  readonly refusals: readonly Refusal[];
}

export type Refusal =
  /** Another finding at high or critical. */
  | { readonly kind: 'finding'; readonly exception: Exception; readonly finding: FiledFinding }
  | { readonly kind: 'known-bad'; readonly exception: Exception; readonly known: KnownBad };

/** What exceptions would have hidden of these findings, as the scan itself would judge it. */
export function backTest(
  exceptions: string | readonly Exception[],
  {
    targets,
    others,
    knownBad,
  }: {
    readonly targets: readonly FiledFinding[];
    readonly others: readonly FiledFinding[];
    readonly knownBad: readonly KnownBad[];
  },
): BackTest {
  const judge = createJudge(
    typeof exceptions === 'string' ? readExceptions([{ path: '', text: exceptions }], 0).exceptions : exceptions,
  );
  const alsoHidden = others.filter((finding) => judge.find(finding) !== undefined);
  return {
    covered: targets.filter((finding) => judge.find(finding) !== undefined).length,
    targets: targets.length,
    alsoHidden,
    refusals: [
      ...alsoHidden
        .filter(({ level }) => isAtLeast(level, 'high'))
        .map((finding): Refusal => ({ kind: 'finding', exception: judge.find(finding)!, finding })),
      ...knownBad.flatMap((known): Refusal[] => {
        const exception = hides(judge, known);
        return exception === undefined ? [] : [{ kind: 'known-bad', exception, known }];
      }),
    ],
  };
}

/** A test does not say through which view its rule sees it. */
const hides = (judge: Judge, known: KnownBad): Exception | undefined =>
  judge.find(known) ?? (known.decoded === undefined ? undefined : judge.find({ ...known, via: 'decoded' }));

/** The positive events of rules' tests, as findings of their rules. */
export function positivesOf(files: readonly RuleText[]): KnownBad[] {
  return files.flatMap(({ path, text }) =>
    parseRuleTests(text, { file: path }).tests.flatMap(({ rule, positive }) =>
      positive.map((example) => ({ ...judgedOf(example, rule), at: `${path}:${example.at.line}` })),
    ),
  );
}

function judgedOf({ channel, provider, eventId, fields, at }: RuleExample, id: string): Judged {
  const position = { kind: 'line', line: at.line } as const;
  const names = fields.map(([name]) => name);
  const values = fields.map(([, value]) => value);
  const decoded = hiddenIn(new PlainEvent({ timeMs: 0, channel, provider, eventId, position, names, values }));
  const counts = new Map<string, number>();
  const unique: Record<string, string> = Object.create(null);
  for (const [name, value] of fields) {
    const n = (counts.get(name) ?? 0) + 1;
    counts.set(name, n);
    unique[n === 1 ? name : `${name}[${n}]`] = value;
  }
  const event: Finding['event'] = {
    ...{ timeMs: 0, timeTicks: 0, computer: '', channel, provider, eventId, eventRecordId: 0, position },
  };
  return {
    detector: 'sigma',
    rule: { id },
    event,
    fields: unique,
    via: 'field',
    ...(decoded.length > 0 && { decoded }),
  };
}
