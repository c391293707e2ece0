import type { Notifier } from '../../notify/index.ts';
import type { Ports, RunningServer } from '../../server/index.ts';

/** What the API tells of it; with none it says that nobody is told. */
export const notifyPorts = (running: () => Notifier | undefined): Ports['notify'] => ({
  async channels(language) {
    const one = running();
    return { on: one !== undefined, channels: [...(one?.status(language) ?? [])] };
  },
  async deliveries({ incident, channel, state, limit }) {
    const one = running();
    if (one === undefined) return [];
    const found = await one.deliveries({
      ...(incident !== undefined && { incident }),
      ...(channel !== undefined && { channel }),
      ...(state !== undefined && { state }),
    });
    return found.slice(-limit).reverse();
  },
});

/** Numbers of it for monitoring. */
export function watchNotify(metrics: RunningServer['parts']['metrics'], running: () => Notifier | undefined): void {
  const numbers = (of: (channel: ReturnType<Notifier['status']>[number]) => number) =>
    function* () {
      for (const channel of running()?.status('en') ?? []) yield [{ channel: channel.name }, of(channel)] as const;
    };
  const up = ({ state }: { readonly state: string }): number => (state === 'on' ? 1 : 0);
  metrics.gauge('haetae_notify_up', 'Channels that take messages.', numbers(up));
  metrics.gauge(
    'haetae_notify_waiting',
    'Messages that are owed, by channel.',
    numbers(({ waiting }) => waiting),
  );
  metrics.gauge(
    'haetae_notify_sent_total',
    'Messages taken, by channel.',
    numbers(({ sent }) => sent),
  );
  metrics.gauge(
    'haetae_notify_failed_total',
    'Attempts that failed, by channel.',
    numbers(({ failed }) => failed),
  );
  metrics.gauge(
    'haetae_notify_given_up_total',
    'Messages given up, by channel.',
    numbers(({ givenUp }) => givenUp),
  );
}
