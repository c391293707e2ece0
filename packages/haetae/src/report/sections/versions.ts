import { findingTitle, type Level } from '../../incident/index.ts';
import { code, type Text } from '../model.ts';
import { count, gravity, levelSpan } from '../telling.ts';
import { fit, note, table, wholeSection, wide } from './section.ts';

const MOST = 300;

/** By what this was found: the rules that fired, the packs they come from, the versions. */
export const versions = wholeSection('versions', (of) => {
  const { w, input, options, incidents, language } = of;
  const rows: (readonly [string, Text])[] = [
    [w.versions.tool, `haetae ${input.version}`],
    [w.versions.attack, w.versions.attackVersion],
    [w.versions.template, `${w.label[options.template]}`],
    ...(input.rulesInForce === undefined ? [] : [[w.versions.rules, count(input.rulesInForce)] as const]),
  ];
  const fired = new Map<string, { id: string; title: string; level: Level; events: number }>();
  for (const { incident } of incidents)
    for (const finding of incident.findings) {
      if (finding.rule === null) continue;
      const { id, title } = finding.rule;
      const key = `${id}\0${title}`;
      const known = fired.get(key) ?? { id, title: findingTitle(finding, language), level: finding.level, events: 0 };
      fired.set(key, known);
      known.events += finding.events.length + (finding.more ?? 0);
    }
  const rules = [...fired.values()].sort(
    (a, b) => gravity(b.level) - gravity(a.level) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
  return [
    { kind: 'facts', rows },
    ...(input.packs.length === 0
      ? []
      : [
          table(
            [wide(w.columns.pack, 1), { ...fit(w.columns.files), align: 'end' as const }, wide(w.columns.hash, 2.4)],
            input.packs.map(({ name, files, sha256 }): Text[] => [[code(name)], count(files), [code(sha256)]]),
          ),
        ]),
    ...(rules.length === 0
      ? []
      : [
          { kind: 'heading' as const, depth: 3 as const, text: w.versions.fired, id: 'rules-fired' },
          table(
            [
              fit(w.columns.level),
              wide(w.columns.rule, 2.4),
              wide(w.columns.ruleId, 1.5),
              { ...fit(w.columns.events), align: 'end' as const },
            ],
            rules
              .slice(0, MOST)
              .map(({ id, title, level, events }): Text[] => [
                [levelSpan(of, level)],
                title,
                id === '' ? '-' : [code(id)],
                count(events),
              ]),
          ),
          ...(rules.length > MOST ? [note(w.more(count(rules.length - MOST)))] : []),
        ]),
    note(w.versions.reproducible),
  ];
});
