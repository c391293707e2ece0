import { hostRows } from '../facts-of.ts';
import { lineBreak, muted, plain, type Text } from '../model.ts';
import { count, hostName, levelSpan, local, type Telling, utc } from '../telling.ts';
import { eachSection, fit, table, wide } from './section.ts';

const MOST_USERS = 4;

/** Which machines it is about, in the order in which they were reached; what people know of them beside it. */
export const hosts = eachSection('hosts', (of, { incident }) => {
  const { w, input } = of;
  const known = new Map(input.facts.systems.map((system) => [system.host.toLowerCase(), system]));
  const systemOf = (host: string) => known.get(host.toLowerCase()) ?? known.get(hostName(of, host).toLowerCase());
  const rows = hostRows(incident);
  const told = rows.some(({ host }) => systemOf(host) !== undefined) || of.options.template === 'kisa';
  return [
    table(
      [
        wide(w.columns.host, 1.3),
        ...(told ? [wide(w.columns.address, 0.9), wide(w.columns.system, 1.2)] : []),
        wide(w.columns.users, 1.6),
        fit(w.columns.first),
        fit(w.columns.last),
        { ...fit(w.columns.findings), align: 'end' as const },
        fit(w.columns.level),
      ],
      rows.map(({ host, users, firstMs, lastMs, findings, level }): Text[] => {
        const system = systemOf(host);
        const users_ = users.slice(0, MOST_USERS).join(', ');
        return [
          host === '' ? w.unknownHost : host,
          ...(told
            ? [
                system?.address ?? '-',
                [system?.system, system?.purpose].filter((part) => part !== undefined).join(' · ') || '-',
              ]
            : []),
          users.length === 0 ? '-' : `${users_}${users.length > MOST_USERS ? ` +${users.length - MOST_USERS}` : ''}`,
          twoTimes(of, firstMs),
          twoTimes(of, lastMs),
          count(findings),
          [levelSpan(of, level)],
        ];
      }),
    ),
  ];
});

export const twoTimes = (of: Telling, ms: number | null | undefined): Text =>
  of.zone === 'UTC' || ms === null || ms === undefined
    ? local(of, ms)
    : [plain(local(of, ms)), lineBreak, muted(utc(ms))];
