import type { EntityRisk } from '../incident.ts';
import type { Unit } from '../join/unit.ts';
import { compare, told } from '../text.ts';

/**
 * How the risk of each host, user and process rose. Each piece of evidence leaves that share of what was not yet risk:
 * 55 and 25 points make 66.
 */
export function entitiesOf(units: readonly Unit[], points: readonly number[]): EntityRisk[] {
  const entities = new Map<
    string,
    { kind: EntityRisk['kind']; name: string; safe: number; steps: EntityRisk['steps'][number][] }
  >();
  units.forEach((unit, i) => {
    if (points[i]! === 0) return;
    const user = unit.subject.user || (unit.node?.user ?? '');
    const named: [EntityRisk['kind'], string][] = [
      ['host', unit.host],
      ['user', user],
      ['process', unit.node?.key ?? ''],
    ];
    for (const [kind, name] of named) {
      if (name === '') continue;
      const key = `${kind} ${name.toLowerCase()}`;
      let entity = entities.get(key);
      if (entity === undefined) {
        entity = { kind, name, safe: 1, steps: [] };
        entities.set(key, entity);
      }
      entity.safe *= 1 - Math.min(99, points[i]!) / 100;
      entity.steps.push({ timeMs: told(unit.first), finding: i, risk: Math.round((1 - entity.safe) * 100) });
    }
  });
  return [...entities.values()]
    .map(({ kind, name, steps }) => ({ kind, name, risk: steps.at(-1)!.risk, steps }))
    .sort((a, b) => b.risk - a.risk || compare(a.kind, b.kind) || compare(a.name, b.name));
}
