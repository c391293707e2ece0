import { indicatorsOf } from '../../incident/index.ts';
import { defanged } from '../annex/defang.ts';
import { code, type Text } from '../model.ts';
import { count, hostName } from '../telling.ts';
import { fit, note, table, wholeSection, wide } from './section.ts';

const MOST = 400;
const MOST_HOSTS = 4;

/** What to look for elsewhere, of all incidents together; safe to copy into a mail. */
export const indicators = wholeSection('indicators', (of) => {
  const { w, incidents, names } = of;
  const found = new Map<
    string,
    { kind: ReturnType<typeof indicatorsOf>[number]['kind']; value: string; hosts: Set<string> }
  >();
  for (const { incident } of incidents)
    for (const { kind, value, hosts } of indicatorsOf(incident)) {
      const key = `${kind}\0${value.toLowerCase()}`;
      const known = found.get(key) ?? { kind, value, hosts: new Set<string>() };
      found.set(key, known);
      for (const host of hosts) known.hosts.add(host);
    }
  if (found.size === 0) return incidents.length === 0 ? [] : [note(w.indicators.none)];
  const all = [...found.values()];
  return [
    note(w.indicators.lead(names.csv, names.stix)),
    table(
      [fit(w.columns.kind), wide(w.columns.indicator, 4), wide(w.columns.host, 1)],
      all.slice(0, MOST).map(({ kind, value, hosts }): Text[] => {
        const own = [...hosts].map((host) => hostName(of, host)).sort();
        return [
          w.kinds[kind],
          [code(defanged(kind, value))],
          `${own.slice(0, MOST_HOSTS).join(', ')}${own.length > MOST_HOSTS ? ` +${own.length - MOST_HOSTS}` : ''}`,
        ];
      }),
    ),
    ...(all.length > MOST ? [note(w.more(count(all.length - MOST)))] : []),
  ];
});
