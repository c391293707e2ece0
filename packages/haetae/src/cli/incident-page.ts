import {
  channelName,
  findingTitle,
  type Happening,
  type Incident,
  type IndicatorKind,
  indicatorsOf,
  type Link,
  type RiskPart,
  type Sentence,
  type Story,
  shortHost,
  storyOf,
  treeRows,
} from '../incident/index.ts';
import { cut, formatLocal, printable, storyWords, type Words, type Zone } from '../locale/index.ts';
import { SHAPES } from './level.ts';
import { count } from './numbers.ts';
import { LEVELS } from './options.ts';

/** An incident as parts of a page, for a terminal and for Markdown alike. Every text is safe to print. */
export interface IncidentPage {
  readonly story: Story;
  readonly sentences: readonly { readonly sentence: Sentence; readonly time: string; readonly where: string }[];
  readonly tree: readonly TreeLine[];
  /** Points and what they are for; they add up to the risk. */
  readonly waterfall: readonly (readonly [points: string, what: string])[];
  readonly links: readonly string[];
  readonly evidence: readonly EvidenceLine[];
  readonly indicators: readonly (readonly [kind: string, values: readonly string[]])[];
  readonly entities: readonly (readonly [name: string, risk: string])[];
  readonly blind: readonly string[];
}

export interface TreeLine {
  readonly kind: 'host' | 'process' | 'detail' | 'finding' | 'decoded';
  readonly lead: string;
  readonly text: string;
  /** Beside the text: when, which process. */
  readonly aside: string;
  readonly level: Sentence['level'];
}

export interface EvidenceLine {
  readonly level: NonNullable<Sentence['level']>;
  readonly title: string;
  readonly host: string;
  readonly time: string;
  readonly event: string;
  readonly times: number;
  readonly where: string;
  readonly techniques: string;
}

const MOST_PLACES = 3;

export function incidentPage(incident: Incident, words: Words, zone: Zone): IncidentPage {
  const story = storyOf(incident, words.lang);
  const files = shortNames(incident.findings.flatMap(({ events }) => events.map(({ file }) => file)));
  const when = (ms: number | null): string =>
    ms === null ? words.incidents.unknownTime : formatLocal(ms, zone).slice(0, 19);
  const where = (events: readonly Happening[], most = MOST_PLACES): string => placesText(events, files, most);
  return {
    story,
    sentences: story.sentences.map((sentence) => ({
      sentence,
      time: when(sentence.timeMs),
      where: where(sentence.events),
    })),
    tree: treeLines(incident, words, zone),
    waterfall: waterfallRows(incident, words),
    links: linkLines(incident, words),
    evidence: evidenceRows(incident, words, when, where),
    indicators: indicatorRows(incident, words),
    entities: incident.entities
      .filter(({ risk }) => risk > 0)
      .map(({ kind, name, risk }) => [
        printable(kind === 'process' ? (processName(incident, name) ?? name) : name),
        String(risk),
      ]),
    blind: incident.blind.map((band) => blindText(band, words, when)),
  };
}

/** Findings of one title on one host are one row: the gravest first, then by time. */
function evidenceRows(
  { findings }: Incident,
  words: Words,
  when: (ms: number | null) => string,
  where: (events: readonly Happening[]) => string,
): EvidenceLine[] {
  const groups = new Map<string, Incident['findings'][number][]>();
  for (const finding of findings) {
    const key = JSON.stringify([
      findingTitle(finding, words.lang),
      finding.level,
      finding.host,
      finding.channel,
      finding.eventId,
    ]);
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()]
    .sort(([a], [b]) => LEVELS.indexOf(b!.level) - LEVELS.indexOf(a!.level))
    .map((group) => {
      const [first] = group as [Incident['findings'][number]];
      const events = group.flatMap((one) => one.events);
      return {
        level: first.level,
        title: printable(findingTitle(first, words.lang)),
        host: printable(shortHost(first.host)),
        time: when(first.events[0]?.timeMs ?? null),
        event: printable(`${channelName(first.channel)} ${first.eventId}`),
        times: events.length,
        where: where(events),
        techniques: first.attack.techniques.join(' '),
      };
    });
}

/** The shortest tail of each path that no other has. */
export function shortNames(paths: readonly string[]): ReadonlyMap<string, string> {
  const unique = [...new Set(paths)];
  const tail = (path: string, parts: number): string => path.split(/[\\/]/).slice(-parts).join('/');
  return new Map(
    unique.map((path) => {
      let parts = 1;
      while (parts < 12 && unique.some((other) => other !== path && tail(other, parts) === tail(path, parts))) parts++;
      return [path, tail(path, parts)];
    }),
  );
}

function placesText(events: readonly Happening[], files: ReadonlyMap<string, string>, most: number): string {
  const seen = new Map<string, string[]>();
  for (const { file, record, line } of events) {
    const name = files.get(file) ?? file.split(/[\\/]/).at(-1)!;
    const list = seen.get(name) ?? [];
    seen.set(name, list);
    const place = record === null ? `:${line ?? '?'}` : `#${record}`;
    if (!list.includes(place)) list.push(place);
  }
  return [...seen]
    .map(([name, places]) => {
      const more = places.length > most ? ` +${count(places.length - most)}` : '';
      return printable(`${name}${places.slice(0, most).join(' ')}${more}`);
    })
    .join(', ');
}

function processName({ tree }: Incident, key: string): string | undefined {
  const node = tree.find((one) => one.key === key);
  if (node === undefined) return undefined;
  const name = node.image.slice(node.image.lastIndexOf('\\') + 1);
  return `${name}${node.pid === null ? '' : ` (${node.pid})`} · ${shortHost(node.host)}`;
}

const COMMAND = 400;
const DECODED = 600;

function treeLines(incident: Incident, words: Words, zone: Zone): TreeLine[] {
  const { incidents: w } = words;
  const lines: TreeLine[] = [];
  const oneLine = (text: string, most: number): string =>
    cut(
      printable(
        text
          .slice(0, most * 4)
          .replace(/\s+/g, ' ')
          .trim(),
      ),
      most,
    );
  for (const row of treeRows(incident)) {
    if (row.kind === 'host') {
      const from = row.from === undefined ? '' : w.cameFrom(printable(shortHost(row.from)));
      lines.push({ kind: 'host', lead: '', text: printable(row.host), aside: from, level: null });
      continue;
    }
    const { node, branch, under, level, folded } = row;
    const name = printable(
      node.image === '' ? storyWords(words.lang).unknownProcess : node.image.slice(node.image.lastIndexOf('\\') + 1),
    );
    const start = node.startMs === null ? w.startUnknown : formatLocal(node.startMs, zone).slice(11, 19);
    const aside = [
      start,
      node.pid === null ? '' : w.pid(String(node.pid)),
      printable(node.user),
      folded > 0 ? w.folded(count(folded)) : '',
    ]
      .filter((part) => part !== '')
      .join(' · ');
    lines.push({ kind: 'process', lead: branch, text: name, aside, level });
    const more = node.children.length > 0 ? `${under}│  ` : `${under}   `;
    const detail = (kind: TreeLine['kind'], text: string, of: TreeLine['level'] = null): void => {
      lines.push({ kind, lead: more, text, aside: '', level: of });
    };
    const said = commandOf(node);
    if (said !== '') detail('detail', oneLine(said, COMMAND));
    const decoded = node.findings.map((i) => incident.findings[i]!.decoded).find((text) => text !== undefined);
    if (decoded !== undefined) detail('decoded', oneLine(decoded, DECODED));
    const titles = new Map<string, { level: NonNullable<TreeLine['level']>; times: number }>();
    for (const i of node.findings) {
      const finding = incident.findings[i]!;
      const title = printable(findingTitle(finding, words.lang));
      const known = titles.get(title);
      titles.set(title, { level: finding.level, times: (known?.times ?? 0) + finding.events.length });
    }
    for (const [title, { level: of, times }] of titles)
      detail('finding', `${title}${times > 1 ? ` ${w.times(count(times))}` : ''}`, of);
  }
  return lines;
}

/** A command that says more than the program's name; else where the program lies, unless that is where programs lie. */
function commandOf({ image, commandLine }: Incident['tree'][number]): string {
  const bare = commandLine.trim().replace(/^"([^"]*)"\s*$/, '$1');
  const name = (path: string): string => path.slice(path.lastIndexOf('\\') + 1).toLowerCase();
  if (bare !== '' && name(bare) !== name(image)) return commandLine;
  return /^[a-z]:\\(?:windows\\(?!temp\\)|program files)/i.test(image) || !image.includes('\\') ? '' : image;
}

function waterfallRows(incident: Incident, words: Words): (readonly [string, string])[] {
  const { incidents: w } = words;
  const title = (part: RiskPart): string => {
    const finding = part.finding === undefined ? undefined : incident.findings[part.finding];
    return finding === undefined ? '' : `: ${printable(findingTitle(finding, words.lang))}`;
  };
  const text = (part: RiskPart): string => {
    const { kind, count: n = 0, host = '', band } = part;
    switch (kind) {
      case 'corroboration':
      case 'chain':
      case 'hop':
        return w.part[kind](count(n));
      case 'asset':
        return w.part.asset(printable(host));
      case 'blind': {
        const near = band === undefined ? undefined : incident.blind[band];
        return `${w.part.blind}${near === undefined ? '' : `: ${bandSentence(near, words)}`}`;
      }
      case 'rule':
      case 'anomaly':
      case 'rarity':
      case 'limit':
        return `${w.part[kind]}${title(part)}`;
      default:
        return kind satisfies never;
    }
  };
  return incident.waterfall.map((part) => [`${part.points < 0 ? '−' : '+'}${Math.abs(part.points)}`, text(part)]);
}

/** What the process tree shows already is a line a kind; other links have a line for each thing that both sides hold. */
const SHOWN_BY_TREE: ReadonlySet<Link['kind']> = new Set(['process', 'ancestor', 'parent']);
const MOST_EXAMPLES = 3;

function linkLines({ links, findings }: Incident, words: Words): string[] {
  const { incidents: w, lang } = words;
  const groups = new Map<string, Link[]>();
  for (const link of links) {
    const key = SHOWN_BY_TREE.has(link.kind) ? link.kind : `${link.kind}\0${link.by}`;
    groups.set(key, [...(groups.get(key) ?? []), link]);
  }
  const rank = ([first]: readonly Link[]): number => (SHOWN_BY_TREE.has(first!.kind) ? 1 : 0);
  return [...groups.values()]
    .sort((a, b) => rank(a) - rank(b))
    .map((group) => {
      const [link] = group as [Link];
      const { kind, from, to, apart } = link;
      const names = [...new Set(group.map(({ by }) => printable(by)))];
      const shown = names.slice(0, MOST_EXAMPLES).map((name) => cut(name, 100));
      const more = names.length > shown.length ? ` +${count(names.length - shown.length)}` : '';
      const times = group.length > 1 ? ` ${w.times(count(group.length))}` : '';
      const gap =
        group.length === 1 && apart !== null && apart >= 60_000 ? ` (${w.apart(storyWords(lang).span(apart))})` : '';
      const pair =
        SHOWN_BY_TREE.has(kind) || group.length > 1
          ? ''
          : ` · ${[from, to].map((i) => printable(findingTitle(findings[i]!, lang))).join(' ↔ ')}`;
      return `${w.link[kind](shown.join(', ') + more)}${times}${gap}${pair}`;
    });
}

function indicatorRows(incident: Incident, { incidents: w }: Words): (readonly [string, readonly string[]])[] {
  const byKind = new Map<IndicatorKind, string[]>();
  for (const { kind, value } of indicatorsOf(incident))
    byKind.set(kind, [...(byKind.get(kind) ?? []), printable(value)]);
  return [...byKind].map(([kind, values]) => [w.indicator[kind], values]);
}

type Band = Incident['blind'][number];

const bandSentence = ({ kind, host, channel, from, to, missing, by }: Band, { lang }: Words): string =>
  storyWords(lang).blind(kind, {
    host: printable(shortHost(host)),
    channel: printable(channelName(channel)),
    span: to - from < 1000 ? '' : storyWords(lang).span(to - from),
    missing: count(missing),
    by: printable(by),
  });

const blindText = (band: Band, words: Words, when: (ms: number) => string): string =>
  `${when(band.from)}${band.to > band.from ? ` – ${when(band.to)}` : ''}  ${bandSentence(band, words)}`;

export const shapeOf = (level: Sentence['level']): string => (level === null ? ' ' : SHAPES[level]);
