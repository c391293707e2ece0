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
    evidence: incident.findings.map((finding) => ({
      level: finding.level,
      title: printable(findingTitle(finding, words.lang)),
      host: printable(shortHost(finding.host)),
      time: when(finding.events[0]?.timeMs ?? null),
      event: printable(`${channelName(finding.channel)} ${finding.eventId}`),
      times: finding.events.length,
      where: where(finding.events),
      techniques: finding.attack.techniques.join(' '),
    })),
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
    if (node.commandLine !== '') detail('detail', oneLine(node.commandLine, COMMAND));
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

/** Links of one kind about one thing are one line. */
function linkLines({ links, findings, tree }: Incident, words: Words): string[] {
  const { incidents: w, lang } = words;
  const story = storyWords(lang);
  const names = new Map(
    tree.map(({ key, image, pid }) => [
      key,
      `${image.slice(image.lastIndexOf('\\') + 1)}${pid === null ? '' : ` (${pid})`}`,
    ]),
  );
  const seen = new Map<string, { link: Link; times: number }>();
  for (const link of links) {
    const key = `${link.kind}\0${link.by}`;
    const known = seen.get(key);
    seen.set(key, { link: known?.link ?? link, times: (known?.times ?? 0) + 1 });
  }
  return [...seen.values()].map(({ link, times }) => {
    const { kind, from, to, by, apart } = link;
    const what = printable(
      by
        .split(' → ')
        .map((part) => names.get(part) ?? part)
        .join(' → '),
    );
    const pair = [from, to].map((i) => printable(findingTitle(findings[i]!, words.lang))).join(' ↔ ');
    const gap = apart !== null && apart >= 60_000 ? ` (${w.apart(story.span(apart))})` : '';
    return `${w.link[kind](cut(what, 120))}${gap}${times > 1 ? ` ${w.times(count(times))}` : ` · ${pair}`}`;
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
    span: storyWords(lang).span(to - from),
    missing: count(missing),
    by: printable(by),
  });

const blindText = (band: Band, words: Words, when: (ms: number) => string): string =>
  `${when(band.from)}${band.to > band.from ? ` – ${when(band.to)}` : ''}  ${bandSentence(band, words)}`;

export const shapeOf = (level: Sentence['level']): string => (level === null ? ' ' : SHAPES[level]);
