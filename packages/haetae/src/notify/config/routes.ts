import { isScalar, type YAMLMap } from 'yaml';
import { TACTICS } from '../../attack/index.ts';
import { parseInstant, type Zone } from '../../locale/index.ts';
import { LEVELS } from '../message/render.ts';
import { ON_CALL } from '../routing/route.ts';
import type { ChannelConfig, DayTimes, OnCall, RouteConfig } from './config.ts';
import { at, type YamlReader } from './yaml.ts';

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Who is told of what, and when. Without any, every channel of what is at least medium. */
export function readRoutes(
  yaml: YamlReader,
  root: YAMLMap,
  channels: readonly ChannelConfig[],
  onCall: OnCall | null,
): RouteConfig[] {
  const all = { risk: 0, hosts: [], tactics: [], when: null, quiet: null, last: false };
  if (!root.has('routes')) return [{ ...all, name: 'all', to: channels.map(({ name }) => name), level: 'medium' }];
  return yaml.list(root, 'routes').flatMap((value, i) => {
    const keys = ['name', 'to', 'level', 'risk', 'hosts', 'tactics', 'when', 'quiet', 'last'];
    const map = yaml.map(value, `routes[${i}]`, keys);
    if (map === undefined) return [];
    const target = map.get('to', true);
    const to = isScalar(target) ? [yaml.text(map, 'to')] : yaml.texts(map, 'to');
    if (to.length === 0) yaml.say('missing', 'to', map);
    for (const name of to)
      if (name === ON_CALL ? onCall === null : !channels.some((one) => one.name === name))
        yaml.say('no-channel', name, at(map, 'to'));
    const tactics = yaml.texts(map, 'tactics');
    for (const name of tactics)
      if (!TACTICS.some(({ shortname }) => shortname === name)) yaml.say('no-tactic', name, at(map, 'tactics'));
    const quiet = map.has('quiet')
      ? yaml.map(map.get('quiet', true), 'quiet', ['between', 'days', 'except'])
      : undefined;
    return [
      {
        name: yaml.text(map, 'name', `route ${i + 1}`),
        to,
        level: yaml.oneOf(map, 'level', LEVELS, 'medium'),
        risk: yaml.number(map, 'risk', 0, 100, 0),
        hosts: yaml.texts(map, 'hosts'),
        tactics,
        when: timesOf(yaml, map.has('when') ? yaml.map(map.get('when', true), 'when', ['between', 'days']) : undefined),
        quiet:
          quiet === undefined
            ? null
            : { ...timesOf(yaml, quiet)!, except: yaml.oneOf(quiet, 'except', LEVELS, 'critical') },
        last: yaml.isOn(map, 'last', false),
      },
    ];
  });
}

function timesOf(yaml: YamlReader, map: YAMLMap | undefined): DayTimes | null {
  if (map === undefined) return null;
  const between = yaml.text(map, 'between', '00:00-00:00');
  const found = /^([01]\d|2[0-3]):([0-5]\d)\s*[-–~]\s*([01]\d|2[0-3]):([0-5]\d)$/.exec(between);
  if (found === null) yaml.say('no-time', `between: ${between}`, at(map, 'between'));
  const [from, to] =
    found === null ? [0, 0] : [Number(found[1]) * 60 + Number(found[2]), Number(found[3]) * 60 + Number(found[4])];
  const days = yaml.texts(map, 'days').flatMap((name) => {
    const day = DAYS.indexOf(name.toLowerCase());
    if (day < 0) yaml.say('not-within', `days: ${DAYS.join(', ')}`, at(map, 'days'));
    return day < 0 ? [] : [day];
  });
  return { from, to, days };
}

export function readOnCall(
  yaml: YamlReader,
  root: YAMLMap,
  channels: readonly ChannelConfig[],
  zone: Zone,
): OnCall | null {
  if (!root.has('on_call')) return null;
  const map = yaml.map(root.get('on_call', true), 'on_call', ['channels', 'start', 'turn_days']);
  if (map === undefined) return null;
  const names = yaml.texts(map, 'channels');
  if (names.length === 0) yaml.say('missing', 'on_call.channels', map);
  for (const name of names)
    if (!channels.some((one) => one.name === name)) yaml.say('no-channel', name, at(map, 'channels'));
  const start = yaml.text(map, 'start');
  const startMs = parseInstant(start, zone, 'start');
  if (startMs === undefined && start !== '') yaml.say('no-time', `start: ${start}`, at(map, 'start'));
  return { channels: names, startMs: startMs ?? 0, turnDays: yaml.number(map, 'turn_days', 1, 365, 7) };
}
