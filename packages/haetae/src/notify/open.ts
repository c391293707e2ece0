import { type ButtonMaker, type Sender, textOf, type World } from './channels/channel.ts';
import { CHANNELS } from './channels/registry.ts';
import type { ChannelConfig, NotifyConfig, Off } from './config/config.ts';
import { type ReadSecret, without, withSecrets } from './config/secrets.ts';

/** What opening a channel takes of the world. */
export interface Opener {
  readonly world: World;
  readonly readSecret: ReadSecret;
  /** The same world behind a proxy. */
  readonly through: (proxy: string) => World;
}

export type Opened =
  | {
      readonly kind: 'open';
      readonly sender: Sender;
      readonly paceMs: number;
      /** What of it the buttons of Slack need too. */
      readonly world: World;
      readonly setting: (name: string) => string;
    }
  | { readonly kind: 'off'; readonly why: Off };

/** A channel from its settings; for a test of it too. */
export function openChannel(
  config: ChannelConfig,
  { proxy }: Pick<NotifyConfig, 'proxy'>,
  { world, readSecret, through }: Opener,
  buttons?: ButtonMaker,
): Opened {
  const type = CHANNELS.get(config.type);
  if (!config.on || type === undefined) return { kind: 'off', why: { code: 'switched-off' } };
  const { settings, secrets, missing } = withSecrets(config, readSecret);
  const behind = config.proxy && type.over === 'http' ? proxy : null;
  const address = behind === null || typeof behind === 'string' ? behind : (readSecret(behind) ?? '');
  const names = address === '' ? [...missing, `proxy: ${placeName(behind)}`] : missing;
  if (names.length > 0) return { kind: 'off', why: { code: 'secret-missing', names } };
  const own = address === null ? world : through(address);
  const sender = type.open(settings, own, buttons);
  const all = address === null ? secrets : [...secrets, ...secretsIn(address)];
  return {
    ...{ kind: 'open', sender: clean(sender, all), paceMs: type.paceMs, world: own },
    setting: (name) => textOf(settings, name),
  };
}

const placeName = (place: NotifyConfig['proxy']): string =>
  place === null || typeof place === 'string' ? '' : `${place.from} ${place.name}`;

/** Of a proxy's address: who we are to it. Its name alone is none. */
function secretsIn(address: string): string[] {
  if (!URL.canParse(address)) return [address];
  const { password } = new URL(address);
  return password === '' ? [] : [address, password, decodeURIComponent(password)];
}

/** Whatever a channel says of a failure, no secret of its own is in it. */
function clean(sender: Sender, secrets: readonly string[]): Sender {
  const guarded =
    <A extends unknown[]>(what: (...args: A) => ReturnType<Sender['send']>) =>
    async (...args: A): ReturnType<Sender['send']> => {
      try {
        const outcome = await what(...args);
        return outcome.kind === 'sent' ? outcome : { ...outcome, why: without(outcome.why, secrets) };
      } catch (error) {
        const why = without(error instanceof Error ? error.message : String(error), secrets).slice(0, 300);
        return { kind: 'failed', why, uncertain: true, dead: false };
      }
    };
  const { board } = sender;
  return {
    ...sender,
    send: guarded(sender.send),
    ...(board !== undefined && {
      board: {
        ...board,
        edit: guarded(board.edit),
        reply: guarded(board.reply),
        ...(board.attach !== undefined && { attach: guarded(board.attach) }),
      },
    }),
  };
}
