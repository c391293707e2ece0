/** Campaigns out of YAML, and all that is wrong with them, by line and column. */
import { LEVELS, type Level } from '@haetae/sigma';
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import { tactic, technique } from '../../attack/index.ts';
import { spanMs, VERBS } from '../telemetry/verbs.ts';
import {
  type Action,
  type Campaign,
  type CampaignHost,
  type ExpectedEvent,
  type ExpectedFinding,
  ROLES,
  type Step,
  type Words,
} from './campaign.ts';

export interface CampaignFile {
  readonly path: string;
  readonly text: string;
}

/** Words for it are in the locale, by code. */
export interface CampaignProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly code: CampaignFault;
  /** What it is about: a name, a value. */
  readonly about: string;
}

export type CampaignFault =
  | 'yaml'
  | 'missing'
  | 'unknown-key'
  | 'wrong-type'
  | 'not-within'
  | 'no-technique'
  | 'no-tactic'
  | 'no-host'
  | 'no-verb'
  | 'no-time'
  | 'same-id'
  | 'order'
  | 'cannot-play'
  | 'not-seen';

export interface CampaignBook {
  /** Those without problems. */
  readonly campaigns: readonly Campaign[];
  readonly problems: readonly CampaignProblem[];
}

const CHANNELS: Readonly<Record<string, string>> = {
  sysmon: 'Microsoft-Windows-Sysmon/Operational',
  security: 'Security',
  system: 'System',
  powershell: 'Microsoft-Windows-PowerShell/Operational',
  'classic-powershell': 'Windows PowerShell',
  tasks: 'Microsoft-Windows-TaskScheduler/Operational',
  wmi: 'Microsoft-Windows-WMI-Activity/Operational',
  defender: 'Microsoft-Windows-Windows Defender/Operational',
  firewall: 'Microsoft-Windows-Windows Firewall With Advanced Security/Firewall',
  bits: 'Microsoft-Windows-Bits-Client/Operational',
  sessions: 'Microsoft-Windows-TerminalServices-LocalSessionManager/Operational',
  'remote-connections': 'Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational',
};

export function readCampaigns(files: readonly CampaignFile[]): CampaignBook {
  const campaigns: Campaign[] = [];
  const problems: CampaignProblem[] = [];
  for (const file of files) {
    const reader = new Reader(file);
    const campaign = reader.read();
    problems.push(...reader.problems);
    if (campaign === undefined || reader.problems.length > 0) continue;
    campaigns.push(campaign);
  }
  return { campaigns, problems };
}

/** One file: every member is asked for by name, and what nobody asked for is a problem. */
class Reader {
  readonly problems: CampaignProblem[] = [];
  readonly #file: CampaignFile;
  readonly #lines = new LineCounter();

  constructor(file: CampaignFile) {
    this.#file = file;
  }

  #say(code: CampaignFault, about: string, node?: Node | null): void {
    const { line, col } = this.#lines.linePos(node?.range?.[0] ?? 0);
    this.problems.push({ file: this.#file.path, line: Math.max(1, line), column: Math.max(1, col), code, about });
  }

  read(): Campaign | undefined {
    const { path, text } = this.#file;
    const document = parseDocument(text, { lineCounter: this.#lines, uniqueKeys: true, merge: false });
    for (const { message, pos } of document.errors) {
      const { line, col } = this.#lines.linePos(pos[0]);
      this.problems.push({ file: path, line, column: col, code: 'yaml', about: message.split('\n')[0]! });
    }
    if (this.problems.length > 0) return undefined;
    const keys = ['title', 'summary', 'kind', 'references', 'hosts', 'days', 'steps'];
    const map = this.#map(document.contents, '', keys);
    if (map === undefined) return undefined;
    const hosts = this.#hosts(map);
    const days = map.has('days') ? this.#number(map, 'days', 1, 60, 1) : 1;
    const steps = this.#list(map, 'steps', true).flatMap((one) => this.#step(one, hosts, days) ?? []);
    this.#judge(steps, map);
    return {
      id: path.replace(/^.*[\\/]/, '').replace(/\.ya?ml$/i, ''),
      title: this.#words(map, 'title'),
      summary: this.#words(map, 'summary'),
      kind: map.has('kind') ? this.#oneOf(map, 'kind', ['attack', 'benign'] as const, 'attack') : 'attack',
      references: this.#texts(map, 'references'),
      ...{ hosts, days, steps, file: path },
    };
  }

  #judge(steps: readonly Step[], map: YAMLMap): void {
    const ids = new Set<string>();
    const nodes = this.#list(map, 'steps', false);
    steps.forEach((step, i) => {
      if (ids.has(step.id)) this.#say('same-id', step.id, nodes[i]);
      ids.add(step.id);
      const before = steps[i - 1];
      if (before !== undefined && (step.day - before.day) * 86_400_000 + step.timeMs - before.timeMs < 0)
        this.#say('order', step.id, nodes[i]);
    });
  }

  #hosts(map: YAMLMap): CampaignHost[] {
    const hosts = map.get('hosts', true);
    if (!isMap(hosts) || hosts.items.length === 0) {
      this.#say('missing', 'hosts', map);
      return [];
    }
    return hosts.items.flatMap(({ key, value }) => {
      const host = this.#map(value, 'hosts', ['name', 'role', 'user']);
      if (host === undefined) return [];
      const role = this.#oneOf(host, 'role', ROLES, 'office');
      return [
        {
          key: String((key as { value?: unknown }).value),
          name: this.#text(host, 'name'),
          role,
          user: this.#text(host, 'user'),
        },
      ];
    });
  }

  #step(one: Node, hosts: readonly CampaignHost[], days: number): Step | undefined {
    const keys = ['id', 'at', 'host', 'title', 'technique', 'tactic', 'do', 'events', 'findings'];
    const map = this.#map(one, 'steps', keys);
    if (map === undefined) return undefined;
    const host = this.#host(map, hosts, hosts[0]?.key ?? '');
    const at = /^(?:day (\d+) )?(\d{1,2}):(\d\d):(\d\d)$/.exec(this.#text(map, 'at'));
    if (at === null) this.#say('no-time', 'at', map.get('at', true) as Node);
    const day = Number(at?.[1] ?? 1);
    if (day < 1 || day > days) this.#say('not-within', `at: day 1–${days}`, map.get('at', true) as Node);
    const shortname = this.#text(map, 'tactic');
    if (shortname !== '' && tactic(shortname) === undefined)
      this.#say('no-tactic', shortname, map.get('tactic', true) as Node);
    return {
      id: this.#text(map, 'id'),
      title: this.#words(map, 'title'),
      techniques: this.#techniques(map, 'technique'),
      tactic: shortname,
      ...{ host, day },
      timeMs: ((Number(at?.[2] ?? 0) * 60 + Number(at?.[3] ?? 0)) * 60 + Number(at?.[4] ?? 0)) * 1000,
      actions: this.#list(map, 'do', true).flatMap((action) => this.#action(action, hosts, host) ?? []),
      events: this.#list(map, 'events', false).flatMap((event) => this.#event(event) ?? []),
      findings: this.#list(map, 'findings', false).flatMap((finding) => this.#finding(finding) ?? []),
    };
  }

  #host(map: YAMLMap, hosts: readonly CampaignHost[], otherwise: string): string {
    if (!map.has('host')) return otherwise;
    const key = this.#text(map, 'host');
    if (!hosts.some((host) => host.key === key)) this.#say('no-host', key, map.get('host', true) as Node);
    return key;
  }

  /** `{verb: {…}}`, with `host` and `after` among the arguments of any. */
  #action(one: Node, hosts: readonly CampaignHost[], host: string): Action | undefined {
    if (!isMap(one) || one.items.length !== 1) {
      this.#say('wrong-type', 'do', one);
      return undefined;
    }
    const pair = one.items[0]!;
    const name = String((pair.key as { value?: unknown }).value);
    const verb = VERBS[name];
    if (verb === undefined) {
      this.#say('no-verb', name, pair.key as Node);
      return undefined;
    }
    const given = this.#map(pair.value ?? undefined, name, [...verb.needs, ...verb.may, 'host', 'after']);
    if (given === undefined) return undefined;
    const values: Record<string, string | number | boolean> = {};
    for (const { key, value } of given.items) {
      const called = String((key as { value?: unknown }).value);
      const scalar = isScalar(value) ? value.value : undefined;
      if (typeof scalar === 'string' || typeof scalar === 'number' || typeof scalar === 'boolean')
        values[called] = scalar;
      else this.#say('wrong-type', called, value as Node);
    }
    for (const need of verb.needs) if (values[need] === undefined) this.#say('missing', `${name}.${need}`, one);
    const at = this.#host(given, hosts, host);
    const after = values.after === undefined ? undefined : spanMs(String(values.after));
    for (const span of ['after', 'for', 'every'])
      if (values[span] !== undefined && spanMs(String(values[span])) === undefined)
        this.#say('no-time', span, given.get(span, true) as Node);
    delete values.after;
    delete values.host;
    const line = this.#lines.linePos(one.range?.[0] ?? 0).line;
    return { verb: name, host: at, given: values, after, line };
  }

  /** `{log: sysmon, id: 1, Field: value, …}` */
  #event(one: Node): ExpectedEvent | undefined {
    if (!isMap(one)) {
      this.#say('wrong-type', 'events', one);
      return undefined;
    }
    const log = this.#text(one, 'log');
    const channel = CHANNELS[log];
    if (channel === undefined) this.#say('not-within', `log: ${Object.keys(CHANNELS).join(', ')}`, one);
    const fields: Record<string, string> = {};
    for (const { key, value } of one.items) {
      const name = String((key as { value?: unknown }).value);
      if (name !== 'log' && name !== 'id' && isScalar(value)) fields[name] = String(value.value);
    }
    return { channel: channel ?? '', eventId: this.#number(one, 'id', 1, 65_535, 1), fields };
  }

  #finding(one: Node): ExpectedFinding | undefined {
    const map = this.#map(one, 'findings', ['technique', 'level', 'rules']);
    if (map === undefined) return undefined;
    const level: Level = map.has('level') ? this.#oneOf(map, 'level', LEVELS, 'medium') : 'medium';
    return { techniques: this.#techniques(map, 'technique'), level, rules: this.#texts(map, 'rules') };
  }

  /** One id or a list of them. */
  #techniques(map: YAMLMap, name: string): string[] {
    const value = map.get(name, true) as Node | undefined;
    const ids = isSeq(value) ? this.#texts(map, name) : this.#text(map, name).split(/[\s,]+/);
    for (const id of ids) if (id !== '' && technique(id) === undefined) this.#say('no-technique', id, value);
    return ids;
  }

  #words(map: YAMLMap, name: string): Words {
    const words = this.#map(map.get(name, true), name, ['ko', 'en']);
    return words === undefined ? { ko: '', en: '' } : { ko: this.#text(words, 'ko'), en: this.#text(words, 'en') };
  }

  #map(value: unknown, at: string, keys: readonly string[]): YAMLMap | undefined {
    if (!isMap(value)) {
      this.#say(value === undefined || value === null ? 'missing' : 'wrong-type', at, value as Node | null | undefined);
      return undefined;
    }
    for (const { key } of value.items) {
      const name = isScalar(key) ? String(key.value) : '?';
      if (!keys.includes(name)) this.#say('unknown-key', at === '' ? name : `${at}.${name}`, key as Node);
    }
    return value as YAMLMap;
  }

  #list(map: YAMLMap, name: string, needed: boolean): Node[] {
    const value = map.get(name, true) as Node | undefined;
    if (isSeq(value)) return value.items as Node[];
    if (value !== undefined || needed) this.#say(value === undefined ? 'missing' : 'wrong-type', name, value ?? map);
    return [];
  }

  #texts(map: YAMLMap, name: string): string[] {
    return this.#list(map, name, false).flatMap((one) => {
      if (isScalar(one) && typeof one.value === 'string' && one.value.trim() !== '') return [one.value.trim()];
      this.#say('wrong-type', name, one);
      return [];
    });
  }

  #text(map: YAMLMap, name: string): string {
    const value = map.get(name, true) as Node | undefined;
    if (isScalar(value) && typeof value.value === 'string' && value.value.trim() !== '') return value.value.trim();
    this.#say(value === undefined ? 'missing' : 'wrong-type', name, value ?? map);
    return '';
  }

  #number(map: YAMLMap, name: string, least: number, most: number, otherwise: number): number {
    const value = map.get(name, true) as Node | undefined;
    if (
      isScalar(value) &&
      Number.isInteger(value.value) &&
      (value.value as number) >= least &&
      (value.value as number) <= most
    )
      return value.value as number;
    this.#say(value === undefined ? 'missing' : 'not-within', `${name}: ${least}–${most}`, value ?? map);
    return otherwise;
  }

  #oneOf<const T extends string>(map: YAMLMap, name: string, among: readonly T[], otherwise: T): T {
    const value = map.get(name, true) as Node | undefined;
    if (isScalar(value) && among.includes(value.value as T)) return value.value as T;
    this.#say(value === undefined ? 'missing' : 'not-within', `${name}: ${among.join(', ')}`, value ?? map);
    return otherwise;
  }
}
