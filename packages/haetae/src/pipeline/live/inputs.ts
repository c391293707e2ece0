import { join } from 'node:path';
import {
  type FileToTake,
  type RunningServer,
  type SyslogListener,
  startSyslog,
  startTopic,
  type TakeOptions,
  type TopicSource,
  takeFiles,
  watchFolder,
} from '../../server/index.ts';
import type { Store } from '../../store/index.ts';
import { ownToken } from './tokens.ts';

export type Listener = Omit<SyslogListener, 'token'>;

export interface InputOptions {
  readonly directory: string;
  readonly syslog: readonly Omit<Listener, 'tls'>[];
  readonly syslogFrom: readonly string[];
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly watch: readonly string[];
  readonly topics: readonly TopicSource[];
  readonly timeZone: string;
  readonly now: () => number;
}

/** Listeners and folders beside HTTP; each in words, as it was opened. */
export async function startInputs(
  options: InputOptions,
  parts: RunningServer['parts'],
  store: Pick<Store, 'tokens'>,
  ends: (() => unknown)[],
): Promise<string[]> {
  const { syslog, syslogFrom, tls, watch, topics, directory, timeZone, now } = options;
  const opened: string[] = [];
  if (syslog.length > 0) {
    const token = await ownToken(store, 'syslog', syslogFrom, now());
    for (const listener of syslog) {
      const secure = listener.transport === 'tls' && tls !== undefined ? { tls } : {};
      const running = await startSyslog({ ...listener, ...secure, token }, parts);
      ends.push(running.close);
      opened.push(`syslog ${listener.transport} ${listener.host}:${running.port}`);
    }
  }
  for (const [i, path] of watch.entries()) {
    const journal = join(directory, `watch-${i === 0 ? '' : `${i}-`}journal.json`);
    const running = await watchFolder({ path, journal, timeZone }, parts);
    ends.push(running.close);
    opened.push(path);
  }
  if (topics.length > 0) {
    const token = await ownToken(store, 'kafka', [], now());
    for (const source of topics) {
      const running = await startTopic(source, token, parts);
      ends.push(running.close);
      opened.push(`kafka ${source.cluster.brokers.join(',')}/${source.topic} (${source.format})`);
    }
  }
  return opened;
}

/** Logs that are read once, when the server starts. */
export interface Taking extends Pick<TakeOptions, 'password' | 'carve' | 'checksums'> {
  readonly files: readonly FileToTake[];
}

/** Begins to take them in; ends with the server. */
export function takeIn(
  { take, timeZone }: { readonly take?: Taking; readonly timeZone: string },
  parts: RunningServer['parts'],
  ends: (() => unknown)[],
): Promise<{ readonly events: number }> {
  if (take === undefined) return Promise.resolve({ events: 0 });
  const ending = new AbortController();
  const { files, ...how } = take;
  const taken = takeFiles(files, { ...how, timeZone, signal: ending.signal }, parts);
  ends.push(() => {
    ending.abort();
    return taken;
  });
  return taken;
}
