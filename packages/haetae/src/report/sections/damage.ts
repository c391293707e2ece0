import { techniqueRows } from '../facts-of.ts';
import type { Text } from '../model.ts';
import { count } from '../telling.ts';
import { bullets, eachSection, note } from './section.ts';

const SIGNS: ReadonlySet<string> = new Set(['collection', 'exfiltration', 'impact']);

/** What was harmed, as people established it; what the logs hint at stands beside it and proves nothing. */
export const damage = eachSection('damage', (of, { incident }) => {
  const { w, input } = of;
  const { damage: told, leak } = input.facts;
  const leakWord = leak === undefined ? w.damage.unknown : w.damage[leak.state];
  const persons = leak?.persons === undefined ? '' : ` · ${w.damage.persons(count(leak.persons))}`;
  const rows: (readonly [string, Text])[] = [
    [w.damage.organisation, told ?? w.damage.unknown],
    [w.damage.leak, `${leakWord}${leak?.what === undefined ? '' : ` — ${leak.what}`}${persons}`],
  ];
  const signs = techniqueRows(incident).filter(({ tactics }) => tactics.some((tactic) => SIGNS.has(tactic)));
  return [
    { kind: 'facts', rows },
    { kind: 'heading', depth: 3, text: w.damage.signs, id: `signs-${incident.id}` },
    signs.length === 0
      ? note(w.damage.noSigns)
      : bullets(signs.map(({ id, name, events }) => w.damage.sign(name === '' ? id : `${id} ${name}`, count(events)))),
  ];
});
