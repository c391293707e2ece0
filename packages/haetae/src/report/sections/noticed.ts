import { declarations } from '../case/record.ts';
import { muted, plain, type Text } from '../model.ts';
import { both, count, hostName, idsOf, levelSpan, spanWord } from '../telling.ts';
import { eachSection, note } from './section.ts';

/** When the first trace was, when it was detected, and when somebody says to have learnt of it: three different times. */
export const noticed = eachSection('noticed', (of, { incident, titles, triaged }) => {
  const { w, input } = of;
  const { findings, fromMs, toMs, counts } = incident;
  const first = findings[0];
  const rows: (readonly [string, Text])[] = [
    [w.noticed.first, both(of, fromMs)],
    [w.noticed.last, both(of, toMs)],
  ];
  if (first !== undefined)
    rows.push([
      w.noticed.detected,
      [
        levelSpan(of, first.level),
        plain(` · ${titles[0] ?? ''} · ${hostName(of, first.host)} `),
        muted(both(of, first.events[0]?.timeMs)),
      ],
    ]);
  const rules = new Set(findings.flatMap(({ rule }) => (rule === null ? [] : [rule.id || rule.title])));
  const by = [
    ...(rules.size > 0 ? [w.noticed.rules(count(rules.size))] : []),
    ...(counts.anomalies > 0 ? [w.noticed.anomalies(count(counts.anomalies))] : []),
  ];
  rows.push([w.noticed.by, by.join(', ')]);
  if (triaged !== undefined) {
    rows.push([w.noticed.server, both(of, triaged.createdMs)]);
    if (fromMs !== null && triaged.createdMs > fromMs)
      rows.push([w.noticed.lag, spanWord(of, triaged.createdMs - fromMs)]);
  }
  const declared = declarations(input.record, ...idsOf(incident));
  declared.forEach(({ atMs, by: name, reason, enteredMs }, i) => {
    const said: Text = [
      plain(w.noticed.declared(name, both(of, atMs))),
      ...(reason === null ? [] : [plain(` · ${w.noticed.reason(reason)}`)]),
      muted(` · ${w.noticed.entered(both(of, enteredMs))}`),
    ];
    rows.push([i === 0 ? w.noticed.aware : `${w.noticed.aware} · ${w.noticed.correction(String(i))}`, said]);
  });
  if (declared.length === 0) rows.push([w.noticed.aware, w.noticed.notDeclared]);
  return [{ kind: 'facts', rows }, ...(input.source.kind === 'logs' ? [note(w.noticed.offline)] : [])];
});
