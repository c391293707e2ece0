import { TACTICS } from '../../attack/index.ts';
import { LEVELS } from '../../chart/index.ts';
import { hopsOf, techniqueRows } from '../facts-of.ts';
import { type Block, muted, plain, type Text } from '../model.ts';
import { adviceFor } from '../recommendations.ts';
import { count, hostName, levelSpan, levelWord, local, type One, type Telling } from '../telling.ts';
import { twoTimes } from './hosts.ts';
import { bullets, fit, note, paragraph, table, wholeSection, wide } from './section.ts';

/** What happened and what to do, for somebody with two minutes. */
export const summary = wholeSection('summary', (of, one) => [
  figures(of),
  ...(of.incidents.length === 0 ? [paragraph(of.w.summary.nothing)] : one === undefined ? ofMany(of) : ofOne(of, one)),
  ...rest(of),
]);

/** The same as the first part of the KISA form. */
export const outline = wholeSection('outline', (of, one) => [
  ...(one === undefined ? [paragraph(of.w.summary.nothing)] : ofOne(of, one)),
  ...rest(of),
]);

const rest = ({ input, w }: Telling): Block[] => [
  ...(input.otherIncidents > 0 ? [note(w.summary.other(count(input.otherIncidents)))] : []),
  ...(input.looseFindings > 0 ? [note(w.summary.loose(count(input.looseFindings)))] : []),
];

function figures({ incidents, w }: Telling): Block {
  const all = incidents.map(({ incident }) => incident);
  const hosts = new Set(all.flatMap(({ findings }) => findings.map(({ host }) => host)));
  const figure = (value: number, name: string) => ({ value: count(value), name });
  return {
    kind: 'figures',
    figures: [
      figure(all.length, w.figures.incidents),
      figure(
        all.reduce((most, { risk }) => Math.max(most, risk), 0),
        w.figures.risk,
      ),
      figure(hosts.size, w.figures.hosts),
      figure(
        all.reduce((sum, { counts }) => sum + counts.findings, 0),
        w.figures.findings,
      ),
      figure(new Set(all.flatMap(({ techniques }) => techniques)).size, w.figures.techniques),
    ],
  };
}

const tacticNames = ({ language }: Telling, tactics: readonly string[]): string[] =>
  TACTICS.filter(({ shortname }) => tactics.includes(shortname)).map(({ name }) => name[language]);

function ofOne(of: Telling, { incident, story }: One): Block[] {
  const { w, language } = of;
  const { risk, level, fromMs, toMs, hosts, counts, tactics, blind } = incident;
  const own = [...new Set(incident.findings.map(({ host }) => host))];
  const named = own.length > 0 ? own : hosts;
  const where = w.summary.hosts(hostName(of, named[0] ?? ''), Math.max(0, named.length - 1));
  const span = w.summary.span(`${local(of, fromMs)} ${of.zone}`, `${local(of, toMs)} ${of.zone}`);
  const names = tacticNames(of, tactics);
  const reached = [...new Set(hopsOf(incident).map(({ to }) => hostName(of, to)))];
  const sentences = [
    w.summary.one(span, where, w.summary.findings(count(counts.findings))),
    w.summary.risk(String(risk), levelWord(of, level)),
    ...(names.length > 0 ? [w.summary.tactics(String(names.length), names.join(language === 'ko' ? '·' : ', '))] : []),
    ...(reached.length > 0 ? [w.summary.hop(reached.join(', '))] : []),
    ...(blind.length > 0 ? [w.summary.blind] : []),
  ];
  // What was done again in the same words is told once.
  const main = [...new Map(story.sentences.filter((one) => one.main).map((one) => [one.text, one])).values()];
  const first = firstAdvice(of, incident);
  return [
    paragraph(sentences.join(' ')),
    ...(main.length === 0
      ? []
      : [
          paragraph(w.summary.keyLead),
          bullets(main.map(({ timeMs, text }): Text => [muted(`${local(of, timeMs)}  `), plain(text)])),
        ]),
    ...(first.length === 0
      ? []
      : [paragraph(w.summary.firstLead), { kind: 'list' as const, ordered: true, items: first }]),
  ];
}

const MOST_FIRST = 4;

/** The first advice for each of the gravest techniques. */
function firstAdvice({ advice, language }: Telling, incident: One['incident']): string[] {
  const rows = techniqueRows(incident).sort((a, b) => LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level));
  const said = rows.flatMap(({ id }) => adviceFor(advice, id, language).slice(0, 1));
  return [...new Set(said)].slice(0, MOST_FIRST);
}

const IN_PROSE = 3;

function ofMany(of: Telling): Block[] {
  const { w, incidents } = of;
  const hosts = new Set(incidents.flatMap(({ incident }) => incident.findings.map(({ host }) => host)));
  const levels = [...LEVELS].reverse().flatMap((level) => {
    const n = incidents.filter(({ incident }) => incident.level === level).length;
    return n === 0
      ? []
      : [of.language === 'ko' ? `${levelWord(of, level)} ${count(n)}` : `${count(n)} ${levelWord(of, level)}`];
  });
  const first = [
    ...new Set(incidents.slice(0, IN_PROSE).flatMap(({ incident }) => firstAdvice(of, incident).slice(0, 2))),
  ];
  return [
    paragraph(w.summary.many(count(incidents.length), levels.join(', '), count(hosts.size))),
    paragraph(w.summary.keyLead),
    bullets(
      incidents
        .slice(0, IN_PROSE)
        .map(
          ({ incident, story }): Text => [
            muted(`${local(of, incident.fromMs)}  `),
            levelSpan(of, incident.level),
            plain(` ${story.title} — ${w.cover.risk} ${incident.risk}`),
          ],
        ),
    ),
    ...(first.length === 0
      ? []
      : [paragraph(w.summary.firstLead), { kind: 'list' as const, ordered: true, items: first }]),
  ];
}

/** All incidents of the report in a table. */
export const incidentList = wholeSection('incidents', (of, one) => {
  const { w, incidents } = of;
  if (one !== undefined || incidents.length === 0) return [];
  return [
    table(
      [
        fit('#'),
        fit(w.columns.risk),
        fit(w.columns.level),
        wide(w.columns.title, 3),
        wide(w.columns.host, 1.2),
        fit(w.columns.first),
        fit(w.columns.incident),
      ],
      incidents.map(({ incident, story }): Text[] => {
        const { hosts } = incident;
        return [
          String(incident.rank),
          String(incident.risk),
          [levelSpan(of, incident.level)],
          story.title,
          w.summary.hosts(hostName(of, hosts[0] ?? ''), Math.max(0, hosts.length - 1)),
          twoTimes(of, incident.fromMs),
          [{ kind: 'code', text: incident.id.slice(0, 8) }],
        ];
      }),
    ),
    ...(of.full < incidents.length ? [note(w.summary.listed(count(of.full), count(incidents.length - of.full)))] : []),
  ];
});
