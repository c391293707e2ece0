import type { ReportInput, ReportOptions } from './contract.ts';
import { ReportError } from './error.ts';
import { type Block, code, type Report, type ReportDocument, type Text } from './model.ts';
import type { Section } from './sections/section.ts';
import { count, hostName, levelSpan, local, type One, period, type Telling, tellingOf, utc } from './telling.ts';
import { LAYOUTS } from './templates.ts';

/** The report as data in each language asked for. Pure: the same input gives the same report. */
export function buildReport(
  input: ReportInput,
  options: ReportOptions,
  content: Pick<Telling, 'advice' | 'clocks' | 'names'>,
): Report {
  if (options.template === 'kisa' && input.incidents.length > 1)
    throw new ReportError('refused', 'the KISA form is of one incident');
  const full = Math.min(input.incidents.length, options.full ?? LAYOUTS[options.template].most);
  const last = input.incidents.reduce((ms, { incident }) => Math.max(ms, incident.toMs ?? 0), 0);
  return {
    documents: options.languages.map((language) =>
      documentOf(tellingOf(input, options, language, { ...content, full })),
    ),
    dateMs: input.issuedMs ?? last,
  };
}

function documentOf(of: Telling): ReportDocument {
  const { w, options, incidents } = of;
  const [only] = incidents.length === 1 ? incidents : [];
  const { front, each, back } = LAYOUTS[options.template];
  const told = incidents.slice(0, of.full);
  const numbers = numbering(options.template === 'kisa');
  const whole = (section: Section): Block[] => titled(of, section, section.blocks(of, only), 1, '', numbers);
  const blocks: Block[] = front.flatMap(whole);
  for (const one of told) {
    const { incident } = one;
    if (only === undefined)
      blocks.push(
        {
          kind: 'heading',
          depth: 1,
          text: w.incidentChapter(String(incident.rank), one.story.title),
          id: `incident-${incident.id}`,
        },
        { kind: 'facts', rows: factsOf(of, one) },
      );
    for (const section of each)
      blocks.push(...titled(of, section, section.blocks(of, one), only === undefined ? 2 : 1, incident.id, numbers));
  }
  blocks.push(...back.flatMap(whole));
  return {
    language: of.language,
    title: only?.story.title ?? (incidents.length === 0 ? w.noIncident : w.title(count(incidents.length))),
    subtitle: options.template === 'kisa' && options.stage !== undefined ? w.stage[options.stage] : '',
    label: w.label[options.template],
    cover: coverOf(of, only),
    contents: w.contents,
    blocks,
  };
}

/** The KISA form counts its parts. */
const numbering = (counted: boolean): (() => string) => {
  let n = 0;
  return () => (counted ? `${++n}. ` : '');
};

function titled(
  { w }: Telling,
  { name }: Section,
  blocks: readonly Block[],
  depth: 1 | 2,
  of: string,
  number: () => string,
): Block[] {
  if (blocks.length === 0) return [];
  return [
    { kind: 'heading', depth, text: `${number()}${w.sections[name]}`, id: `${name}${of === '' ? '' : `-${of}`}` },
    ...blocks,
  ];
}

const factsOf = (of: Telling, { incident }: One): (readonly [string, Text])[] => {
  const { w } = of;
  const { id, risk, level, fromMs, toMs, hosts } = incident;
  return [
    [w.cover.incident, [code(id)]],
    [w.cover.risk, [{ kind: 'plain', text: `${risk} / 100  ` }, levelSpan(of, level)]],
    [w.cover.span, period(of, fromMs, toMs)],
    [w.cover.hosts, hosts.map((host) => hostName(of, host)).join(', ')],
  ];
};

/** From the first to the last event of all that was read. */
function spanOf(of: Telling): (readonly [string, Text])[] {
  const { evidence } = of.input;
  const first = evidence.reduce((ms, { firstMs }) => Math.min(ms, firstMs ?? ms), Number.POSITIVE_INFINITY);
  const last = evidence.reduce((ms, { lastMs }) => Math.max(ms, lastMs ?? ms), first);
  return Number.isFinite(first) ? [[of.w.cover.logSpan, period(of, first, last)]] : [];
}

function coverOf(of: Telling, only: One | undefined): (readonly [string, Text])[] {
  const { w, input } = of;
  const { organisation, author, contact, caseNumber, classification } = input.facts;
  const events = input.evidence.reduce((sum, file) => sum + file.events, 0);
  const optional = (name: string, value: string | undefined): (readonly [string, Text])[] =>
    value === undefined || value === '' ? [] : [[name, value]];
  return [
    ...optional(w.cover.classification, classification),
    ...optional(w.cover.organisation, organisation),
    ...optional(w.cover.caseNumber, caseNumber),
    ...(only === undefined ? [] : factsOf(of, only)),
    [
      w.cover.logs,
      input.source.kind === 'server' ? w.ofServer : w.logsRead(count(input.evidence.length), count(events)),
    ],
    ...(input.source.kind === 'server' ? [] : spanOf(of)),
    [w.cover.zone, of.zone === 'UTC' ? 'UTC' : w.zoneNote(of.zone)],
    ...optional(w.cover.author, [author, contact].filter((part) => part !== undefined).join(' · ')),
    ...optional(
      w.cover.issued,
      input.issuedMs === undefined ? undefined : `${local(of, input.issuedMs)} ${of.zone} (${utc(input.issuedMs)})`,
    ),
    [w.cover.tool, `haetae ${input.version}`],
  ];
}
