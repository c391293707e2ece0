import type { Finding } from '../detect/index.ts';
import type { Findings, QueryControl } from '../store/index.ts';
import type { Found, HuntHit } from './hunt.ts';

/** Says which findings the store has already: of the same rule, or of the same title where it has no id, about the same event. */
export class Known {
  readonly #findings: Pick<Findings, 'stated'>;

  constructor(findings: Pick<Findings, 'stated'>) {
    this.#findings = findings;
  }

  async judged(found: readonly Found[], control: QueryControl): Promise<HuntHit[]> {
    if (found.length === 0) return [];
    const times = found.map(({ timeMs }) => timeMs);
    const stated = await this.#findings.stated(
      {
        fromMs: Math.min(...times),
        toMs: Math.max(...times) + 1,
        rules: [...new Set(found.map(({ finding }) => ruleOf(finding)))],
      },
      control,
    );
    const keys = new Set(stated.flatMap(({ rule, eventIds }) => eventIds.map((id) => keyOf(rule, id))));
    return found.map((one) => ({
      ...one,
      fresh: !keys.has(keyOf(ruleOf(one.finding), one.eventIds[0]!)),
    }));
  }
}

const ruleOf = ({ rule }: Finding): string => (rule === null ? '' : rule.id === '' ? rule.title : rule.id);
const keyOf = (rule: string, eventId: number): string => `${eventId} ${rule}`;
