import { parentPort, workerData } from 'node:worker_threads';
import { DETECTORS, memoryStore, readBaseline } from '../../detect/index.ts';
import { ruleTools } from '../../rules/index.ts';
import { eventOf } from '../../store/index.ts';
import type { Measure, Measured } from './measures.ts';

/** Measures something over stored events, once, and ends. */
if (parentPort === null) throw new Error('measure-worker runs as a worker thread only');
const tell = (said: Measured): void => parentPort!.postMessage(said);

async function costs({ rules, events }: Extract<Measure, { kind: 'costs' }>): Promise<Measured> {
  const { benchRules, readRules } = await ruleTools();
  const matched = readRules(rules).entries.flatMap((entry) => (entry.kind === 'rule' ? [entry.rule] : []));
  const sample = { events: events.map(eventOf), read: events.length };
  const { rules: found } = await benchRules(matched, sample, process.hrtime.bigint, async () => {});
  return {
    kind: 'costs',
    rules: found.map(({ rule, events: seen, matches, nsPerEvent, share }) => ({
      ...{ id: rule.id ?? '', events: seen, matches },
      ...{ nsPerEvent: Math.round(nsPerEvent), share },
    })),
  };
}

function drift({ events, baseline }: Extract<Measure, { kind: 'drift' }>): Measured {
  const { zone } = readBaseline(baseline).head;
  const detector = DETECTORS.get('anomaly')!.create({ rules: [], anomaly: { zone, baseline } });
  for (const event of events) detector.detect(eventOf(event));
  const harvest = detector.harvest?.(true);
  if (harvest !== undefined) detector.gather?.(harvest, 'stored', memoryStore());
  detector.finish?.();
  const scores = detector.scores?.();
  const scored = new Map(scores?.families.map((family) => [family.family, family.scored]));
  return {
    kind: 'drift',
    features: (scores?.drift ?? []).map(({ family, familyName, feature, name, psi }) => ({
      ...{ family, familyName, feature, name, psi },
      events: scored.get(family) ?? 0,
    })),
  };
}

const measure = async (asked: Measure): Promise<Measured> => (asked.kind === 'costs' ? costs(asked) : drift(asked));
measure(workerData as Measure).then(tell, (error: unknown) =>
  tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }),
);
