import { isMap, isScalar, type Node, type YAMLMap } from 'yaml';
import type { SettingRule } from '../channels/channel.ts';
import { CHANNELS } from '../channels/registry.ts';
import { REDACTIONS } from '../message/message.ts';
import { ON_CALL } from '../routing/route.ts';
import type { ChannelConfig, NotifyFault, SecretPlace, Setting } from './config.ts';
import { at, type YamlReader } from './yaml.ts';

const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
const COMMON = ['type', 'on', 'language', 'redaction', 'fallback', 'proxy'];

/** Channels by name, each as its type's own table says. */
export function readChannels(yaml: YamlReader, root: YAMLMap, language: 'ko' | 'en'): ChannelConfig[] {
  const map = yaml.map(root.get('channels', true), 'channels');
  if (map === undefined) return [];
  if (map.items.length === 0) yaml.say('missing', 'channels', map);
  return map.items.flatMap(({ key, value }) => {
    const name = isScalar(key) ? String(key.value) : '';
    if (!NAME.test(name) || name === ON_CALL) yaml.say('not-within', `${name}: a-z 0-9 -`, key);
    const one = yaml.map(value, name);
    if (one === undefined) return [];
    const type = yaml.text(one, 'type');
    const channel = CHANNELS.get(type);
    if (channel === undefined) {
      if (type !== '') yaml.say('no-channel-type', `${type} (${[...CHANNELS.keys()].join(', ')})`, at(one, 'type'));
      return [];
    }
    yaml.known(one, name, [...COMMON, ...Object.keys(channel.settings)]);
    const settings: Record<string, Setting> = {};
    for (const [setting, rule] of Object.entries(channel.settings)) {
      const said = settingOf(yaml, one, setting, rule);
      if (said !== undefined) settings[setting] = said;
    }
    return [
      {
        name,
        type,
        on: yaml.isOn(one, 'on', true),
        language: yaml.oneOf(one, 'language', ['ko', 'en'] as const, language),
        redaction: yaml.oneOf(one, 'redaction', REDACTIONS, 'full'),
        fallback: yaml.text(one, 'fallback', '') || null,
        proxy: yaml.isOn(one, 'proxy', true),
        settings,
      },
    ];
  });
}

function settingOf(
  yaml: YamlReader,
  map: YAMLMap,
  name: string,
  { kind, needed, among, pattern, example }: SettingRule,
): Setting | undefined {
  const value = map.get(name, true) as Node | undefined;
  if (value === undefined) return needed === true ? yaml.say('missing', name, map) : undefined;
  switch (kind) {
    case 'secret':
    case 'secret-url':
      return secretOf(yaml, map, name, value);
    case 'text':
    case 'url': {
      const text = yaml.text(map, name);
      if (among !== undefined && !among.includes(text)) yaml.say('not-within', `${name}: ${among.join(', ')}`, value);
      if (pattern !== undefined && text !== '' && !pattern.test(text))
        yaml.say('not-within', `${name}: ${example}`, value);
      if (kind === 'url') checkUrl(text, (code, severity) => yaml.say(code, name, value, severity));
      return text;
    }
    case 'texts': {
      const texts = isScalar(value) ? [yaml.text(map, name)] : yaml.texts(map, name);
      if (needed === true && texts.length === 0) yaml.say('missing', name, value);
      for (const text of texts)
        if (pattern !== undefined && !pattern.test(text)) yaml.say('not-within', `${name}: ${example}`, value);
      return texts;
    }
    case 'number':
      return yaml.number(map, name, 1, 1_000_000_000, 1);
    case 'switch':
      return yaml.isOn(map, name, false);
    case 'map': {
      const inner = yaml.map(value, name);
      return Object.fromEntries(
        (inner?.items ?? []).map(({ key, value: one }) => {
          if (!isScalar(one)) yaml.say('wrong-type', name, one);
          return [isScalar(key) ? String(key.value) : '?', isScalar(one) ? String(one.value) : ''];
        }),
      );
    }
    default:
      return kind satisfies never;
  }
}

/** `{ env: NAME }` or `{ file: PATH }`: a secret that stands in the file is in its backups and in every screen that shows it. */
export function secretOf(yaml: YamlReader, map: YAMLMap, name: string, value: Node): SecretPlace | undefined {
  if (!isMap(value)) return yaml.say('secret-inline', name, value);
  yaml.known(value, name, ['env', 'file']);
  const [env, file] = [yaml.text(value, 'env', ''), yaml.text(value, 'file', '')];
  if ((env === '') === (file === '')) return yaml.say('missing', `${name}: env, file`, at(map, name));
  return env === '' ? { from: 'file', name: file } : { from: 'env', name: env };
}

/** An address of the web; without TLS only with a warning, and to this machine without one. */
export function checkUrl(text: string, say: (code: NotifyFault, severity: 'error' | 'warning') => void): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) say('bad-url', 'error');
  else if (url.protocol === 'http:' && !/^(?:localhost|127\.|\[::1\])/.test(url.hostname)) say('plain-http', 'warning');
}
