import { type Incident as Body, findingTitle, incidentTitle, indicatorsOf, storyOf } from '../incident/index.ts';
import type { Language } from '../locale/index.ts';
import type { Incident, IncidentDetail } from './api.ts';
import type { ListedIncident, Story } from './api-told.ts';
import type { Incidents } from './ports.ts';

/** The incident as its room shapes it; undefined for one whose body is not of that shape. */
const bodyOf = ({ incident }: IncidentDetail): Body | undefined =>
  typeof incident === 'object' && incident !== null && Array.isArray((incident as Body).findings)
    ? (incident as Body)
    : undefined;

/** Its story in a language; undefined when it has none. */
export function tell(detail: IncidentDetail, language: Language): Story | undefined {
  const body = bodyOf(detail);
  if (body === undefined) return undefined;
  const { title, sentences } = storyOf(body, language);
  return {
    title,
    sentences: sentences.map((one) => ({
      ...one,
      tactics: [...one.tactics],
      events: one.events.map(({ file, record, line, timeMs }) => ({ file, record, line, timeMs })),
      findings: [...one.findings],
    })),
    findings: body.findings.map((finding) => findingTitle(finding, language)),
    indicators: indicatorsOf(body).map(({ kind, value, hosts }) => ({ kind, value, hosts: [...hosts] })),
  };
}

type Told = Pick<ListedIncident, 'tactics' | 'techniques' | 'blind'> & {
  readonly titles: Readonly<Record<Language, string>>;
};

const KEPT = 5000;
const MOST_BANDS = 10;

/** What lists tell of incidents, read out of their bodies once a version. */
export class Titles {
  readonly #incidents: Pick<Incidents, 'get'>;
  readonly #known = new Map<string, Told>();

  constructor(incidents: Pick<Incidents, 'get'>) {
    this.#incidents = incidents;
  }

  async of(items: readonly Incident[], language: Language): Promise<ListedIncident[]> {
    const listed: ListedIncident[] = [];
    for (const item of items) {
      const { titles, ...told } = await this.#told(item);
      listed.push({ ...item, ...told, title: titles[language] });
    }
    return listed;
  }

  async #told(item: Incident): Promise<Told> {
    const key = `${item.id} ${item.version}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const detail = await this.#incidents.get(item.id);
    const body = detail === undefined ? undefined : bodyOf(detail);
    const told: Told =
      body === undefined
        ? { titles: { ko: item.title, en: item.title }, tactics: [], techniques: [], blind: [] }
        : {
            titles: { ko: incidentTitle(body, 'ko'), en: incidentTitle(body, 'en') },
            tactics: [...body.tactics],
            techniques: [...body.techniques],
            blind: body.blind
              .slice(0, MOST_BANDS)
              .map(({ kind, host, channel, from, to }) => ({ kind, host, channel, fromMs: from, toMs: to })),
          };
    if (this.#known.size >= KEPT) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(key, told);
    return told;
  }
}
