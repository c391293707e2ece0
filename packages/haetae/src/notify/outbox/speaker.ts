import { type Language, wordsOf } from '../../locale/index.ts';
import type { IncidentDetail, IncidentRow, Json } from '../../store/index.ts';
import { type Outcome, type Sender, sent } from '../channels/channel.ts';
import type { Message, Reason } from '../message/message.ts';
import { askOf, atLeast, digestMessage, incidentMessage, noticeMessage, type Telling } from '../message/render.ts';
import { safe } from '../message/safe.ts';
import { stampOf } from '../responses.ts';
import { type Body, type IncidentBody, type Row, type Told, toldOf } from './delivery.ts';
import type { Lane } from './lane.ts';
import type { OutboxParts } from './outbox.ts';
import { newAsks, type Step } from './step.ts';

/** What is to be said, how, and what is told once it was. */
export interface Speech {
  readonly part: number;
  readonly send: (sender: Sender) => Promise<Outcome>;
  readonly after: (ref: Json, nowMs: number) => Body;
}

/** Puts what is owed into words, from the store as it is at that moment: what changed while it waited is in it. */
export class Speaker {
  readonly #parts: OutboxParts;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  isForDigest({ incident }: Row): boolean {
    return incident === undefined || !atLeast(incident.level, this.#parts.config.digest.single);
  }

  /** undefined when there is nothing any more of which it could tell. */
  async speechOf(lane: Lane, row: Row, step: Step): Promise<Speech | undefined> {
    const { body } = row;
    switch (body.kind) {
      case 'incident':
        return this.#incident(lane, row, body, step);
      case 'digest': {
        const details: IncidentDetail[] = [];
        for (const id of body.incidents.slice(0, MOST_READ)) {
          const detail = await this.#parts.store.incidents.get(id);
          if (detail !== undefined) details.push(detail);
        }
        return this.#whole(row, digestMessage(details, body.incidents.length, this.#telling(lane)), body);
      }
      case 'notice':
        return this.#whole(row, this.#notice(lane, body), body);
      default:
        return body satisfies never;
    }
  }

  async #incident(lane: Lane, row: Row, body: IncidentBody, step: Step): Promise<Speech | undefined> {
    const { store, clock, responses } = this.#parts;
    const detail = await store.incidents.get(row.delivery.incidentId!);
    if (detail === undefined) return undefined;
    const { body: _, ...incident } = detail;
    row.incident = incident;
    const telling = this.#telling(lane);
    const { part, uncertain, envelope } = this.#envelope(row, body);
    const assignee = await this.#assignee(incident.assignee);
    const via = this.#via(body, lane);
    const waiting = (await responses?.waiting(incident.id, telling.language)) ?? [];
    const asks = stampOf(waiting);
    row.asks = asks;
    const message = (reason: Reason, notes: readonly string[]): Message =>
      incidentMessage(detail, reason, telling, { notes: [...via, ...notes], assignee, waiting });
    const told = (nowMs: number): Told => toldOf(incident, nowMs, asks);
    const news = (was: Told): string[] => [
      ...newsOf(was, incident, telling),
      ...newAsks(was, asks).flatMap((stamp) => {
        const one = waiting.find(({ id }) => stamp.startsWith(`${id}:`));
        return one === undefined ? [] : [wordsOf(telling.language).notify.asks.news(askOf(one, telling).text)];
      }),
    ];
    switch (step.kind) {
      case 'first':
      case 'again': {
        const worse = body.told === null ? [] : news(body.told);
        const first = message(body.told === null ? 'new' : 'worse', worse);
        return {
          part,
          send: (sender) => sender.send(first, envelope, uncertain),
          after: (ref, nowMs) => ({
            ...body,
            ...{ ref, told: told(nowMs), said: told(nowMs), sending: null, parts: part + 1, detailed: !lane.board },
            ...(first.kind === 'incident' && first.story.length === 0 && { detailed: true }),
          }),
        };
      }
      case 'edit': {
        const edited = message(incident.status === 'closed' ? 'closed' : 'changed', []);
        return {
          part,
          send: (sender) => sender.board!.edit(edited, { ...envelope, nowMs: clock.now() }, body.ref),
          after: (_ref, nowMs) => ({ ...body, told: told(nowMs) }),
        };
      }
      case 'details':
      case 'news': {
        const whole = message('changed', []);
        const reply: Message =
          whole.kind !== 'incident'
            ? whole
            : step.kind === 'details'
              ? { ...whole, notes: [] }
              : { ...whole, story: [], notes: news(body.said ?? body.told!) };
        return {
          part,
          send: (sender) => sender.board!.reply(reply, envelope, body.ref, uncertain),
          after: (_ref, nowMs) => ({
            ...body,
            ...{ sending: null, parts: part + 1 },
            ...(step.kind === 'details' ? { detailed: true } : { said: told(nowMs) }),
          }),
        };
      }
      case 'files': {
        const files = row.files?.attachments ?? [];
        return {
          part,
          send: (sender) =>
            files.length === 0
              ? Promise.resolve(sent(body.ref))
              : sender.board!.attach!(files, envelope, body.ref, uncertain !== null),
          after: () => ({ ...body, sending: null, parts: part + 1, filed: true }),
        };
      }
      default:
        return step.kind satisfies never;
    }
  }

  #whole(row: Row, message: Message, body: Exclude<Body, IncidentBody>): Speech {
    const envelope = {
      ...{ id: row.delivery.id, incident: null, thread: row.delivery.id },
      nowMs: this.#parts.clock.now(),
    };
    return {
      part: 0,
      send: (sender) => sender.send(message, envelope, row.uncertain),
      after: () => ({ ...body, sending: null }),
    };
  }

  /** An attempt that may have arrived keeps its number, so that it is the same message. */
  #envelope(row: Row, body: IncidentBody) {
    const { id, incidentId } = row.delivery;
    const part = body.sending?.part ?? body.parts;
    const envelope = {
      id: part === 0 ? id : `${id}.${part}`,
      incident: incidentId,
      thread: id,
      nowMs: this.#parts.clock.now(),
    };
    return { part, uncertain: row.uncertain, envelope };
  }

  #telling({ config }: Lane): Telling {
    const { publicUrl, config: all } = this.#parts;
    return { language: config.language, redaction: config.redaction, zone: all.zone, publicUrl };
  }

  #via({ via }: IncidentBody, { config }: Lane): string[] {
    return via === null ? [] : [wordsOf(config.language).notify.via(via)];
  }

  #notice({ config }: Lane, body: Extract<Body, { kind: 'notice' }>): Message {
    const { notify: w } = wordsOf(config.language);
    const { language } = config;
    if (body.about === 'alive') return noticeMessage(language, w.alive(body.channel), [w.aliveText], 'informational');
    return noticeMessage(language, w.dead(body.channel), [w.deadText, body.why]);
  }

  async #assignee(id: string | null): Promise<string> {
    if (id === null) return '';
    const user = await this.#parts.store.users.get(id).catch(() => undefined);
    return user?.displayName || user?.name || '';
  }
}

const MOST_READ = 20;

/** What changed since, in a line each. */
function newsOf(was: Told, now: IncidentRow, { language, redaction }: Telling): string[] {
  const words = wordsOf(language as Language);
  const { notify: w } = words;
  const lines: string[] = [];
  if (now.level !== was.level) lines.push(w.levelNow(words.levels[was.level], words.levels[now.level]));
  if (now.hosts.length > was.hosts)
    lines.push(
      redaction === 'minimal'
        ? w.hostsCount(now.hosts.length - was.hosts)
        : w.hostsNow(
            now.hosts
              .slice(was.hosts)
              .map((host) => safe(host, 80))
              .slice(0, 6)
              .join(', '),
          ),
    );
  if (now.mergedInto !== null && !was.merged) lines.push(w.merged(now.mergedInto.slice(0, 8)));
  else if (now.status === 'closed' && was.status !== 'closed')
    lines.push(now.verdict === null ? w.statuses.closed : `${w.statuses.closed} · ${w.verdicts[now.verdict]}`);
  return lines;
}
