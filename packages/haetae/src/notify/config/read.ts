import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import { TACTICS } from '../../attack/index.ts';
import type { Level } from '../../incident/index.ts';
import { parseInstant, parseZone, systemZone, type Zone } from '../../locale/index.ts';
import type { SettingRule } from '../channels/channel.ts';
import { CHANNELS } from '../channels/registry.ts';
import { REDACTIONS } from '../message/message.ts';
import { ON_CALL } from '../routing/route.ts';
import type {
  ChannelConfig,
  DayTimes,
  NotifyConfig,
  NotifyFault,
  NotifyProblem,
  OnCall,
  RouteConfig,
  Setting,
} from './config.ts';

const LEVELS: readonly Level[] = ['informational', 'low', 'medium', 'high', 'critical'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const MOST_BYTES = 256 * 1024;
const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
const COMMON = ['type', 'on', 'language', 'redaction', 'fallback'];

/** Reads the file of channels, and all that is wrong with it. undefined where anything is an error: half a routing would lose messages. */
export function readNotify(
  text: string,
  language: 'ko' | 'en' = 'en',
): { readonly config: NotifyConfig | undefined; readonly problems: readonly NotifyProblem[] } {
  const reader = new Reader(text);
  const config = reader.read(language);
  const problems = [...reader.problems].sort((a, b) => a.line - b.line || a.column - b.column);
  return { config: problems.some(({ severity }) => severity === 'error') ? undefined : config, problems };
}

/** Every member is asked for by name, and what nobody asked for is a problem. */
class Reader {
  readonly problems: NotifyProblem[] = [];
  readonly #text: string;
  readonly #lines = new LineCounter();
  #zone: Zone = systemZone();

  constructor(text: string) {
    this.#text = text;
  }

  say(code: NotifyFault, about: string, node?: unknown, severity: NotifyProblem['severity'] = 'error'): undefined {
    const { line, col } = this.#lines.linePos((node as Node | undefined)?.range?.[0] ?? 0);
    this.problems.push({ severity, line: Math.max(1, line), column: Math.max(1, col), code, about });
    return undefined;
  }

  read(language: 'ko' | 'en'): NotifyConfig | undefined {
    if (Buffer.byteLength(this.#text) > MOST_BYTES) return this.say('not-within', `${MOST_BYTES} bytes`);
    const document = parseDocument(this.#text, { lineCounter: this.#lines, uniqueKeys: true, merge: false });
    for (const { message, pos } of document.errors) {
      const { line, col } = this.#lines.linePos(pos[0]);
      // The first line of it says what; those behind it quote the file, which may hold what nobody is to see.
      const about = message.split('\n')[0]!.replace(/ at line .*$/, '');
      this.problems.push({ severity: 'error', line, column: col, code: 'yaml', about });
    }
    if (document.errors.length > 0) return undefined;
    const root = this.#map(document.contents, '', [
      ...['language', 'time_zone', 'channels', 'routes', 'on_call', 'imports', 'digest', 'dead_after', 'people'],
    ]);
    if (root === undefined) return undefined;
    const zoneName = this.#text1(root, 'time_zone', '');
    const zone = zoneName === '' ? systemZone() : parseZone(zoneName);
    if (zone === undefined) this.say('no-zone', zoneName, at(root, 'time_zone'));
    this.#zone = zone ?? systemZone();
    const main = this.#oneOf(root, 'language', ['ko', 'en'] as const, language);
    const channels = this.#channels(root, main);
    const onCall = this.#onCall(root, channels);
    const routes = this.#routes(root, channels, onCall);
    this.#judge(root, channels, routes, onCall);
    return {
      zone: this.#zone,
      channels,
      routes,
      onCall,
      imports: this.#switch(root, 'imports', false),
      digest: this.#digest(root),
      deadAfterMs: this.#number(root, 'dead_after', 1, 1440, 5) * 60_000,
      people: this.#people(root),
    };
  }

  #channels(root: YAMLMap, language: 'ko' | 'en'): ChannelConfig[] {
    const map = this.#map(root.get('channels', true), 'channels');
    if (map === undefined) return [];
    if (map.items.length === 0) this.say('missing', 'channels', map);
    return map.items.flatMap(({ key, value }) => {
      const name = isScalar(key) ? String(key.value) : '';
      if (!NAME.test(name) || name === ON_CALL) this.say('not-within', `${name}: a-z 0-9 -`, key);
      const one = this.#map(value, name);
      if (one === undefined) return [];
      const type = this.#text1(one, 'type');
      const channel = CHANNELS.get(type);
      if (channel === undefined) {
        if (type !== '') this.say('no-channel-type', `${type} (${[...CHANNELS.keys()].join(', ')})`, at(one, 'type'));
        return [];
      }
      this.#known(one, name, [...COMMON, ...Object.keys(channel.settings)]);
      const settings: Record<string, Setting> = {};
      for (const [setting, rule] of Object.entries(channel.settings)) {
        const said = this.#setting(one, setting, rule);
        if (said !== undefined) settings[setting] = said;
      }
      return [
        {
          name,
          type,
          on: this.#switch(one, 'on', true),
          language: this.#oneOf(one, 'language', ['ko', 'en'] as const, language),
          redaction: this.#oneOf(one, 'redaction', REDACTIONS, 'full'),
          fallback: this.#text1(one, 'fallback', '') || null,
          settings,
        },
      ];
    });
  }

  #setting(map: YAMLMap, name: string, { kind, needed, among, pattern, example }: SettingRule): Setting | undefined {
    const value = map.get(name, true) as Node | undefined;
    if (value === undefined) return needed === true ? this.say('missing', name, map) : undefined;
    switch (kind) {
      case 'secret':
      case 'secret-url':
        return this.#secret(map, name, value);
      case 'text':
      case 'url': {
        const text = this.#text1(map, name);
        if (among !== undefined && !among.includes(text)) this.say('not-within', `${name}: ${among.join(', ')}`, value);
        if (pattern !== undefined && text !== '' && !pattern.test(text))
          this.say('not-within', `${name}: ${example}`, value);
        if (kind === 'url') checkUrl(text, (code, severity) => this.say(code, name, value, severity));
        return text;
      }
      case 'texts': {
        const texts = isScalar(value) ? [this.#text1(map, name)] : this.#texts(map, name);
        if (needed === true && texts.length === 0) this.say('missing', name, value);
        for (const text of texts)
          if (pattern !== undefined && !pattern.test(text)) this.say('not-within', `${name}: ${example}`, value);
        return texts;
      }
      case 'number':
        return this.#number(map, name, 1, 1_000_000_000, 1);
      case 'switch':
        return this.#switch(map, name, false);
      case 'map': {
        const inner = this.#map(value, name);
        return Object.fromEntries(
          (inner?.items ?? []).map(({ key, value: one }) => {
            if (!isScalar(one)) this.say('wrong-type', name, one);
            return [isScalar(key) ? String(key.value) : '?', isScalar(one) ? String(one.value) : ''];
          }),
        );
      }
      default:
        return kind satisfies never;
    }
  }

  /** `{ env: NAME }` or `{ file: PATH }`: a secret that stands in the file is in its backups and in every screen that shows it. */
  #secret(map: YAMLMap, name: string, value: Node): Setting | undefined {
    if (!isMap(value)) return this.say('secret-inline', name, value);
    this.#known(value, name, ['env', 'file']);
    const [env, file] = [this.#text1(value, 'env', ''), this.#text1(value, 'file', '')];
    if ((env === '') === (file === '')) return this.say('missing', `${name}: env, file`, at(map, name));
    return env === '' ? { from: 'file', name: file } : { from: 'env', name: env };
  }

  #routes(root: YAMLMap, channels: readonly ChannelConfig[], onCall: OnCall | null): RouteConfig[] {
    const all = { risk: 0, hosts: [], tactics: [], when: null, quiet: null, last: false };
    if (!root.has('routes')) return [{ ...all, name: 'all', to: channels.map(({ name }) => name), level: 'medium' }];
    return this.#list(root, 'routes').flatMap((value, i) => {
      const keys = ['name', 'to', 'level', 'risk', 'hosts', 'tactics', 'when', 'quiet', 'last'];
      const map = this.#map(value, `routes[${i}]`, keys);
      if (map === undefined) return [];
      const target = map.get('to', true);
      const to = isScalar(target) ? [this.#text1(map, 'to')] : this.#texts(map, 'to');
      if (to.length === 0) this.say('missing', 'to', map);
      for (const name of to)
        if (name === ON_CALL ? onCall === null : !channels.some((one) => one.name === name))
          this.say('no-channel', name, at(map, 'to'));
      const tactics = this.#texts(map, 'tactics');
      for (const name of tactics)
        if (!TACTICS.some(({ shortname }) => shortname === name)) this.say('no-tactic', name, at(map, 'tactics'));
      const quiet = map.has('quiet')
        ? this.#map(map.get('quiet', true), 'quiet', ['between', 'days', 'except'])
        : undefined;
      return [
        {
          name: this.#text1(map, 'name', `route ${i + 1}`),
          to,
          level: this.#oneOf(map, 'level', LEVELS, 'medium'),
          risk: this.#number(map, 'risk', 0, 100, 0),
          hosts: this.#texts(map, 'hosts'),
          tactics,
          when: this.#times(
            map.has('when') ? this.#map(map.get('when', true), 'when', ['between', 'days']) : undefined,
          ),
          quiet:
            quiet === undefined
              ? null
              : { ...this.#times(quiet)!, except: this.#oneOf(quiet, 'except', LEVELS, 'critical') },
          last: this.#switch(map, 'last', false),
        },
      ];
    });
  }

  #times(map: YAMLMap | undefined): DayTimes | null {
    if (map === undefined) return null;
    const between = this.#text1(map, 'between', '00:00-00:00');
    const found = /^([01]\d|2[0-3]):([0-5]\d)\s*[-–~]\s*([01]\d|2[0-3]):([0-5]\d)$/.exec(between);
    if (found === null) this.say('no-time', `between: ${between}`, at(map, 'between'));
    const [from, to] =
      found === null ? [0, 0] : [Number(found[1]) * 60 + Number(found[2]), Number(found[3]) * 60 + Number(found[4])];
    const days = this.#texts(map, 'days').flatMap((name) => {
      const day = DAYS.indexOf(name.toLowerCase());
      if (day < 0) this.say('not-within', `days: ${DAYS.join(', ')}`, at(map, 'days'));
      return day < 0 ? [] : [day];
    });
    return { from, to, days };
  }

  #onCall(root: YAMLMap, channels: readonly ChannelConfig[]): OnCall | null {
    if (!root.has('on_call')) return null;
    const map = this.#map(root.get('on_call', true), 'on_call', ['channels', 'start', 'turn_days']);
    if (map === undefined) return null;
    const names = this.#texts(map, 'channels');
    if (names.length === 0) this.say('missing', 'on_call.channels', map);
    for (const name of names)
      if (!channels.some((one) => one.name === name)) this.say('no-channel', name, at(map, 'channels'));
    const start = this.#text1(map, 'start');
    const startMs = parseInstant(start, this.#zone, 'start');
    if (startMs === undefined && start !== '') this.say('no-time', `start: ${start}`, at(map, 'start'));
    return { channels: names, startMs: startMs ?? 0, turnDays: this.#number(map, 'turn_days', 1, 365, 7) };
  }

  #digest(root: YAMLMap): NotifyConfig['digest'] {
    const map = root.has('digest')
      ? this.#map(root.get('digest', true), 'digest', ['over', 'single', 'every'])
      : undefined;
    if (map === undefined) return { over: 10, single: 'critical', everyMs: 60_000 };
    return {
      over: this.#number(map, 'over', 1, 10_000, 10),
      single: this.#oneOf(map, 'single', LEVELS, 'critical'),
      everyMs: this.#number(map, 'every', 5, 86_400, 60) * 1000,
    };
  }

  #people(root: YAMLMap): ReadonlyMap<string, string> {
    const map = root.has('people') ? this.#map(root.get('people', true), 'people') : undefined;
    return new Map(
      (map?.items ?? []).flatMap(({ key, value }) => {
        if (isScalar(key) && isScalar(value) && typeof value.value === 'string')
          return [[String(key.value), value.value]];
        this.say('wrong-type', 'people', value);
        return [];
      }),
    );
  }

  /** What each member says may be right, and the whole still wrong. */
  #judge(
    root: YAMLMap,
    channels: readonly ChannelConfig[],
    routes: readonly RouteConfig[],
    onCall: OnCall | null,
  ): void {
    const map = root.get('channels', true);
    const node = (name: string): unknown => (isMap(map) ? map.get(name, true) : root);
    const used = new Set([...routes.flatMap(({ to }) => to), ...(onCall?.channels ?? [])]);
    for (const { name, fallback } of channels) {
      if (fallback === null) continue;
      used.add(fallback);
      if (!channels.some((one) => one.name === fallback)) this.say('no-channel', fallback, node(name));
      const seen = new Set([name]);
      let next: string | null = fallback;
      while (next !== null && !seen.has(next)) {
        seen.add(next);
        const now: string = next;
        next = channels.find((one) => one.name === now)?.fallback ?? null;
      }
      if (next !== null) this.say('fallback-loop', [...seen, next].join(' → '), node(name));
    }
    for (const { name, on } of channels)
      if (on && !used.has(name)) this.say('unused-channel', name, node(name), 'warning');
  }

  #map(value: unknown, place: string, keys?: readonly string[]): YAMLMap | undefined {
    if (!isMap(value)) return this.say(value == null ? 'missing' : 'not-a-map', place, value);
    if (keys !== undefined) this.#known(value as YAMLMap, place, keys);
    return value as YAMLMap;
  }

  #known(map: YAMLMap, place: string, keys: readonly string[]): void {
    for (const { key } of map.items) {
      const name = isScalar(key) ? String(key.value) : '?';
      if (!keys.includes(name))
        this.say('unknown-key', `${place === '' ? name : `${place}.${name}`} (${keys.join(', ')})`, key);
    }
  }

  #list(map: YAMLMap, name: string): unknown[] {
    const value = map.get(name, true);
    if (isSeq(value)) return value.items;
    if (value !== undefined) this.say('wrong-type', name, value);
    return [];
  }

  #texts(map: YAMLMap, name: string): string[] {
    return this.#list(map, name).flatMap((one) => {
      if (isScalar(one) && ['string', 'number'].includes(typeof one.value)) return [String(one.value).trim()];
      this.say('wrong-type', name, one);
      return [];
    });
  }

  #text1(map: YAMLMap, name: string, otherwise?: string): string {
    const value = map.get(name, true);
    if (isScalar(value) && ['string', 'number'].includes(typeof value.value) && String(value.value).trim() !== '')
      return String(value.value).trim();
    if (value === undefined && otherwise !== undefined) return otherwise;
    this.say(value === undefined ? 'missing' : 'wrong-type', name, value ?? map);
    return '';
  }

  #number(map: YAMLMap, name: string, least: number, most: number, otherwise: number): number {
    const value = map.get(name, true);
    if (value === undefined) return otherwise;
    const number = isScalar(value) ? value.value : undefined;
    if (Number.isInteger(number) && (number as number) >= least && (number as number) <= most) return number as number;
    this.say('not-within', `${name}: ${least}–${most}`, value);
    return otherwise;
  }

  #switch(map: YAMLMap, name: string, otherwise: boolean): boolean {
    const value = map.get(name, true);
    if (value === undefined) return otherwise;
    if (isScalar(value) && typeof value.value === 'boolean') return value.value;
    this.say('not-within', `${name}: true, false`, value);
    return otherwise;
  }

  #oneOf<const T extends string>(map: YAMLMap, name: string, among: readonly T[], otherwise: T): T {
    const value = map.get(name, true);
    if (value === undefined) return otherwise;
    if (isScalar(value) && among.includes(value.value as T)) return value.value as T;
    this.say('not-within', `${name}: ${among.join(', ')}`, value);
    return otherwise;
  }
}

const at = (map: YAMLMap, name: string): unknown => map.get(name, true);

/** An address of the web; without TLS only with a warning, and to this machine without one. */
export function checkUrl(text: string, say: (code: NotifyFault, severity: 'error' | 'warning') => void): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) say('bad-url', 'error');
  else if (url.protocol === 'http:' && !/^(?:localhost|127\.|\[::1\])/.test(url.hostname)) say('plain-http', 'warning');
}
