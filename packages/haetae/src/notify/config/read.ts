import { isMap, isScalar, type Node, type YAMLMap } from 'yaml';
import { parseZone, systemZone } from '../../locale/index.ts';
import { LEVELS } from '../message/render.ts';
import { checkUrl, readChannels, secretOf } from './channels.ts';
import type { ChannelConfig, NotifyConfig, NotifyProblem, OnCall, RouteConfig } from './config.ts';
import { readOnCall, readRoutes } from './routes.ts';
import { at, YamlReader } from './yaml.ts';

const MOST_BYTES = 256 * 1024;
const MEMBERS = [
  ...['language', 'time_zone', 'proxy', 'channels', 'routes', 'on_call', 'imports', 'digest', 'dead_after', 'people'],
];

/** Reads the file of channels, and all that is wrong with it. undefined where anything is an error: half a routing would lose messages. */
export function readNotify(
  text: string,
  language: 'ko' | 'en' = 'en',
): { readonly config: NotifyConfig | undefined; readonly problems: readonly NotifyProblem[] } {
  const yaml = new YamlReader();
  const config = read(yaml, text, language);
  const problems = [...yaml.problems].sort((a, b) => a.line - b.line || a.column - b.column);
  return { config: problems.some(({ severity }) => severity === 'error') ? undefined : config, problems };
}

function read(yaml: YamlReader, text: string, language: 'ko' | 'en'): NotifyConfig | undefined {
  if (Buffer.byteLength(text) > MOST_BYTES) return yaml.say('not-within', `${MOST_BYTES} bytes`);
  const root = yaml.root(text, MEMBERS);
  if (root === undefined) return undefined;
  const zoneName = yaml.text(root, 'time_zone', '');
  const zone = zoneName === '' ? systemZone() : parseZone(zoneName);
  if (zone === undefined) yaml.say('no-zone', zoneName, at(root, 'time_zone'));
  const channels = readChannels(yaml, root, yaml.oneOf(root, 'language', ['ko', 'en'] as const, language));
  const onCall = readOnCall(yaml, root, channels, zone ?? systemZone());
  const routes = readRoutes(yaml, root, channels, onCall);
  judge(yaml, root, channels, routes, onCall);
  return {
    zone: zone ?? systemZone(),
    proxy: proxyOf(yaml, root),
    channels,
    routes,
    onCall,
    imports: yaml.isOn(root, 'imports', false),
    digest: digestOf(yaml, root),
    deadAfterMs: yaml.number(root, 'dead_after', 1, 1440, 5) * 60_000,
    people: peopleOf(yaml, root),
  };
}

/** An address, or where one with a name and a password is. */
function proxyOf(yaml: YamlReader, root: YAMLMap): NotifyConfig['proxy'] {
  const value = root.get('proxy', true) as Node | undefined;
  if (value === undefined) return null;
  if (isMap(value)) return secretOf(yaml, root, 'proxy', value) ?? null;
  const text = yaml.text(root, 'proxy');
  if (URL.canParse(text) && new URL(text).password !== '') yaml.say('secret-inline', 'proxy', value);
  else checkUrl(text, (code) => code === 'bad-url' && yaml.say(code, 'proxy', value));
  return text;
}

function digestOf(yaml: YamlReader, root: YAMLMap): NotifyConfig['digest'] {
  const map = root.has('digest')
    ? yaml.map(root.get('digest', true), 'digest', ['over', 'single', 'every'])
    : undefined;
  if (map === undefined) return { over: 10, single: 'critical', everyMs: 60_000 };
  return {
    over: yaml.number(map, 'over', 1, 10_000, 10),
    single: yaml.oneOf(map, 'single', LEVELS, 'critical'),
    everyMs: yaml.number(map, 'every', 5, 86_400, 60) * 1000,
  };
}

function peopleOf(yaml: YamlReader, root: YAMLMap): ReadonlyMap<string, string> {
  const map = root.has('people') ? yaml.map(root.get('people', true), 'people') : undefined;
  return new Map(
    (map?.items ?? []).flatMap(({ key, value }) => {
      if (isScalar(key) && isScalar(value) && typeof value.value === 'string')
        return [[String(key.value), value.value]];
      yaml.say('wrong-type', 'people', value);
      return [];
    }),
  );
}

/** What each member says may be right, and the whole still wrong. */
function judge(
  yaml: YamlReader,
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
    if (!channels.some((one) => one.name === fallback)) yaml.say('no-channel', fallback, node(name));
    const seen = new Set([name]);
    let next: string | null = fallback;
    while (next !== null && !seen.has(next)) {
      seen.add(next);
      const now: string = next;
      next = channels.find((one) => one.name === now)?.fallback ?? null;
    }
    if (next !== null) yaml.say('fallback-loop', [...seen, next].join(' → '), node(name));
  }
  for (const { name, on } of channels)
    if (on && !used.has(name)) yaml.say('unused-channel', name, node(name), 'warning');
}
