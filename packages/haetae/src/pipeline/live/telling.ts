import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { wordsOf } from '../../locale/index.ts';
import {
  type Attachment,
  buttonKey,
  type Notifier,
  type NotifierParts,
  type NotifyConfig,
  notifier,
  type Responses,
  readNotify,
  readSecret,
  systemClock,
  worldOf,
  worldThrough,
} from '../../notify/index.ts';
import type { Log, Ports } from '../../server/index.ts';
import type { Store } from '../../store/index.ts';
import type { ReportDesk } from './report-thread.ts';
import { watchRules } from './rule-watch.ts';

export interface TellingOptions {
  /** The file of channels, and what it said at the start; undefined where it was not there. */
  readonly path: string;
  readonly config: NotifyConfig | undefined;
  readonly directory: string;
  /** Of the dashboard, as people reach it; '' where nobody said. */
  readonly publicUrl: string;
  readonly store: Store;
  readonly responses: Responses;
  readonly attach: NotifierParts['attach'];
  readonly now: () => number;
  readonly log: Log;
}

/** What tells people, as their file of channels says now. */
export interface Telling {
  /** undefined while nobody is told. */
  running(): Notifier | undefined;
  close(): Promise<void>;
}

/** Begins, and begins anew when the file of channels, or a file with a secret of it, changes. One that is unsound changes nothing. */
export async function telling(options: TellingOptions): Promise<Telling> {
  const { path, config, log } = options;
  let current: Notifier | undefined;
  let inForce = config;
  let watch: ReturnType<typeof watchRules> | undefined;
  let turn: Promise<void> = Promise.resolve();
  let closed = false;

  const begin = async (wanted: NotifyConfig): Promise<void> => {
    // The old one first, to its end: two would tell twice.
    await current?.close();
    const next = opened(wanted, options);
    current = next;
    await next.start().catch((error: unknown) => {
      log({ level: 'error', message: 'nobody is told of incidents: what was owed cannot be read', error });
    });
  };
  const again = async (): Promise<void> => {
    if (closed) return;
    const read = readAgain(path, log);
    if (read !== undefined) {
      inForce = read;
      await begin(read);
      log({
        level: 'info',
        message: 'the file of channels was read again',
        file: path,
        channels: read.channels.length,
      });
    }
    look();
  };
  const look = (): void => {
    watch?.close();
    if (closed) return;
    watch = watchRules([path, ...secretFiles(inForce)], () => {
      turn = turn
        .then(again)
        .catch((error: unknown) => log({ level: 'error', message: 'channels were not renewed', error }));
    });
  };
  if (config !== undefined) await begin(config);
  look();
  return {
    running: () => current,
    async close() {
      closed = true;
      watch?.close();
      await turn;
      await current?.close();
    },
  };
}

const opened = (config: NotifyConfig, { directory, now, ...rest }: TellingOptions): Notifier =>
  notifier({
    ...rest,
    config,
    clock: systemClock(now),
    world: worldOf(now),
    through: (proxy) => worldThrough(proxy, now),
    readSecret,
    buttonKey: config.people.size === 0 ? undefined : buttonKey(join(directory, 'notify-key')),
  });

function readAgain(path: string, log: Log): NotifyConfig | undefined {
  const message = 'the file of channels cannot be used; what was read before stays in force';
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    log({ level: 'error', message, file: path, reason: (error as NodeJS.ErrnoException).code ?? 'unreadable' });
    return undefined;
  }
  const { config, problems } = readNotify(text);
  const first = problems.find(({ severity }) => severity === 'error');
  if (first !== undefined) {
    const { line, column, code, about } = first;
    log({ level: 'error', message, file: path, line, column, reason: wordsOf('en').notify.faults[code](about) });
  }
  return config;
}

/** Where secrets lie: one that is exchanged counts from then on. */
const secretFiles = (config: NotifyConfig | undefined): string[] =>
  [config?.proxy, ...(config?.channels ?? []).flatMap(({ settings }) => Object.values(settings))].flatMap((value) =>
    typeof value === 'object' && value !== null && 'from' in value && value.from === 'file' ? [String(value.name)] : [],
  );

/** What waits for people of the responses, and their votes. */
export const proposalsOf = (
  desk: Pick<Ports['responses'], 'list' | 'vote'>,
  { responses }: Pick<Store, 'responses'>,
): Responses => ({
  async waiting(incident, language) {
    const { enabled, items } = await desk.list(incident, language);
    const { actions } = wordsOf(language).respond;
    const word = (action: string): string => actions[action as keyof typeof actions] ?? action;
    return items
      .filter(({ state }) => enabled && state === 'proposed')
      .map(({ id, version, action, host, about, persons, votes }) => ({
        ...{ id, version, action: word(action), host, about, persons },
        votes: votes.map(({ account, name }) => ({ account, name })),
      }));
  },
  async incidents() {
    return [...new Set((await responses.list({ state: 'proposed' })).map(({ incidentId }) => incidentId))];
  },
  async vote({ id, version }, decision, actor, language) {
    await desk.vote(id, version, decision, actor, language);
  },
});

/** The store, with an ear for responses that are made or changed. */
export function heardStore(store: Store, changed: (incident: string) => void): Store {
  const { responses } = store;
  const heard: Store['responses'] = {
    create: async (row) => told(await responses.create(row)),
    createAll: async (rows) => (await responses.createAll(rows)).map(told),
    update: async (...change) => told(await responses.update(...change)),
    updateAll: async (...changes) => (await responses.updateAll(...changes)).map(told),
    get: (id) => responses.get(id),
    list: (wanted) => responses.list(wanted),
    remove: (id) => responses.remove(id),
  };
  const told = <T extends { readonly incidentId: string }>(row: T): T => {
    changed(row.incidentId);
    return row;
  };
  return new Proxy(store, { get: (target, name) => (name === 'responses' ? heard : Reflect.get(target, name)) });
}

/** A picture of an incident and its report, for whoever is told of it. */
export const attachments =
  (desk: ReportDesk, zone: string): NonNullable<NotifierParts['attach']> =>
  async (incident, language): Promise<readonly Attachment[]> => {
    const { label } = wordsOf(language).notify.files;
    const name = `haetae-${incident.slice(0, 12)}`;
    const options = { template: 'analyst' as const, format: 'pdf' as const, languages: [language], picture: true };
    const files = await desk.make({ kind: 'one', id: incident }, options, zone, name);
    // The picture first: it is what is looked at.
    const inOrder = [...(files ?? [])].sort(
      (a, b) => Number(b.name.endsWith('.png')) - Number(a.name.endsWith('.png')),
    );
    return inOrder.flatMap(({ name: file, bytes }) =>
      file.endsWith('.png')
        ? [{ name: file, title: label.picture, bytes }]
        : file.endsWith('.pdf')
          ? [{ name: file, title: label.report, bytes }]
          : [],
    );
  };
