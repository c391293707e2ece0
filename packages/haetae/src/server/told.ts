import {
  type Incident as Body,
  findingTitle,
  indicatorsOf,
  type Listed,
  listedOf,
  storyOf,
} from '../incident/index.ts';
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
function tell(detail: IncidentDetail, language: Language): Story | undefined {
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

const KEPT = 5000;
const UNTOLD = (title: string): Listed => ({
  titles: { ko: title, en: title },
  tactics: [],
  techniques: [],
  blind: [],
});

/** What lists tell of incidents: kept with them; of older ones it is read out of their bodies, once a version. */
export class Titles {
  readonly #incidents: Pick<Incidents, 'get'>;
  readonly #known = new Map<string, Listed>();

  constructor(incidents: Pick<Incidents, 'get'>) {
    this.#incidents = incidents;
  }

  async of(items: readonly (Incident & { readonly listed?: Listed })[], language: Language): Promise<ListedIncident[]> {
    const all: ListedIncident[] = [];
    // One body after the other: all of a list's would fill the memory.
    for (const { listed, ...item } of items) {
      const { titles, tactics, techniques, blind } = listed ?? (await this.#read(item));
      const told = { tactics: [...tactics], techniques: [...techniques], blind: [...blind] };
      all.push({ ...item, ...told, title: titles[language] });
    }
    return all;
  }

  async #read(item: Incident): Promise<Listed> {
    const key = `${item.id} ${item.version}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const detail = await this.#incidents.get(item.id);
    const body = detail === undefined ? undefined : bodyOf(detail);
    const told = body === undefined ? UNTOLD(item.title) : listedOf(body);
    if (this.#known.size >= KEPT) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(key, told);
    return told;
  }
}

const MOST_STORIES = 16;

/** Stories as they were told last: one of thousands of processes takes a while to be told. */
export class Stories {
  readonly #incidents: Pick<Incidents, 'get' | 'version'>;
  readonly #told = new Map<string, Story>();

  constructor(incidents: Pick<Incidents, 'get' | 'version'>) {
    this.#incidents = incidents;
  }

  /** undefined when there is no such incident, or it has no story. */
  async of(id: string, language: Language): Promise<Story | undefined> {
    const version = await this.#incidents.version(id);
    if (version === undefined) return undefined;
    const known = this.#told.get(`${id} ${version} ${language}`);
    if (known !== undefined) return known;
    const detail = await this.#incidents.get(id);
    const told = detail === undefined ? undefined : tell(detail, language);
    if (detail === undefined || told === undefined) return undefined;
    if (this.#told.size >= MOST_STORIES) this.#told.delete(this.#told.keys().next().value!);
    this.#told.set(`${id} ${detail.version} ${language}`, told);
    return told;
  }
}
