import { hostname } from 'node:os';
import type { Notifier } from '../../notify/index.ts';
import type { RunningServer } from '../../server/index.ts';
import type { OpenStore } from '../../store/index.ts';
import type { Closers } from './ending.ts';
import type { ReportDesk } from './report-thread.ts';
import { reporting } from './reporting.ts';
import type { ResponseDesk } from './responses/desk.ts';
import { retaining } from './retaining.ts';
import type { ServeOptions } from './serving.ts';
import type { LiveSettings } from './settings.ts';
import { type Sinking, sinking } from './sinking.ts';
import { attachments, proposalsOf, type Telling, telling } from './telling.ts';

export interface AloneParts {
  readonly store: OpenStore;
  readonly server: Pick<RunningServer, 'url'>;
  readonly reports: ReportDesk;
  readonly responses: ResponseDesk;
  readonly settings: LiveSettings;
  /** Of a built thread, by its file's name. */
  readonly worker: (name: string) => URL | undefined;
  readonly ends: Closers;
}

/** What one server alone may do, of several the one that detects: tell people, write elsewhere, remove what is too old, report. */
export interface Alone {
  start(): Promise<void>;
  /** Undefined where nobody is told, or not by this server. */
  notifier(): Notifier | undefined;
  sink(): Sinking | undefined;
}

export function aloneOf(options: ServeOptions, parts: () => AloneParts): Alone {
  const { directory, now, log } = options;
  let channels: Telling | undefined;
  let sink: Sinking | undefined;
  return {
    async start() {
      const { store, server, reports, responses, settings, worker, ends } = parts();
      if (options.notify !== undefined) {
        // An address that leads to this machine alone is none in a message.
        const { hostname: name } = new URL(server.url);
        const here = /^(?:127\.|localhost$|\[::1\]$)/.test(name);
        const publicUrl = (options.publicUrl ?? (here ? '' : seenFrom(server.url, 'elsewhere'))).replace(/\/+$/, '');
        channels = await telling({
          ...{ ...options.notify, directory, store, now, log, publicUrl },
          responses: proposalsOf(responses, store),
          attach: attachments(reports, options.timeZone),
        });
        ends.push(channels.close);
      }
      if (options.sink !== undefined) {
        sink = sinking(store, options.sink, log, worker('sink-worker.js'));
        ends.push(sink.close);
      }
      ends.push(retaining(store, settings.retention, now, log));
      if (options.reports !== undefined) ends.push(reporting(reports, options.reports, options, now, log));
    },
    notifier: () => channels?.running(),
    sink: () => sink,
  };
}

/** Of a server that listens on all addresses: one that leads to it, from this machine or from others. */
export function seenFrom(url: string, where: 'here' | 'elsewhere'): string {
  const match = /^(https?:\/\/)(0\.0\.0\.0|\[::\])(?=[:/])/.exec(url);
  if (match === null) return url;
  const host = where === 'elsewhere' ? hostname() : match[2] === '[::]' ? '[::1]' : '127.0.0.1';
  return `${match[1]}${host}${url.slice(match[0].length)}`;
}
