import type { Socket } from 'node:net';
import type { Level } from '../../incident/index.ts';
import { wordsOf } from '../../locale/index.ts';
import type { Json } from '../../store/index.ts';
import type { ButtonDeed } from '../buttons/sign.ts';
import type { Setting } from '../config/config.ts';
import type { Envelope, Message } from '../message/message.ts';

/** What became of one attempt. `why` is for people and holds no secret. */
export type Outcome =
  | { readonly kind: 'sent' /** How the channel finds it again; null for never. */; readonly ref: Json }
  /** It asks for a pause; nothing was taken. */
  | { readonly kind: 'busy'; readonly waitMs: number; readonly why: string }
  | {
      readonly kind: 'failed';
      readonly why: string;
      /** It may have arrived. */
      readonly uncertain: boolean;
      /** The channel as a whole refuses or is wrongly set: no use to ask soon. */
      readonly dead: boolean;
    }
  /** This message, now and ever; others may pass. */
  | { readonly kind: 'refused'; readonly why: string };

/** What a setting of a channel may be. */
export type SettingKind = 'text' | 'texts' | 'number' | 'switch' | 'secret' | 'secret-url' | 'url' | 'map';
export interface SettingRule {
  readonly kind: SettingKind;
  readonly needed?: boolean;
  /** One of these. */
  readonly among?: readonly string[];
  /** How a text looks, and one that does. */
  readonly pattern?: RegExp;
  readonly example?: string;
}

/** What a channel needs of the world. */
export interface World {
  readonly now: () => number;
  readonly post: Post;
  readonly connect: Connect;
  /** What requests of libraries go through; undefined where they go straight. */
  readonly proxy?: ProxyWay | undefined;
}
/** Opened when it is asked for first. */
export interface ProxyWay {
  fetch(): Promise<typeof fetch>;
  /** As undici knows it. */
  dispatcher(): Promise<object>;
}
/** A request; never rejects. */
export type Post = (request: {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  readonly timeoutMs: number;
}) => Promise<Posted>;
export type Posted =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string; readonly retryAfterMs: number | null }
  /** `sent`: the request may have gone out. */
  | { readonly kind: 'unreachable'; readonly why: string; readonly sent: boolean };
/** A connection that is open. Rejects with the system's error. */
export type Connect = (to: {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly verify: boolean;
  readonly timeoutMs: number;
}) => Promise<Socket>;

/** Settings with their secrets read. */
export type Settings = Readonly<Record<string, Exclude<Setting, { from: string }>>>;

/** A channel that is open. */
export interface Sender {
  /** A first message, or one that follows it. `uncertain`: an earlier attempt may have arrived. */
  send(message: Message, envelope: Envelope, uncertain: { readonly sinceMs: number } | null): Promise<Outcome>;
  /** One message an incident, kept up to date; without it what follows is told as a message of its own. */
  readonly board?: {
    edit(message: Message, envelope: Envelope, ref: Json): Promise<Outcome>;
    /** Below the message, once. */
    reply(
      message: Message,
      envelope: Envelope,
      ref: Json,
      uncertain: { readonly sinceMs: number } | null,
    ): Promise<Outcome>;
    /** Files below the message, once; undefined where the channel wants none of an incident of that level. */
    attach?(files: readonly Attachment[], envelope: Envelope, ref: Json, uncertain: boolean): Promise<Outcome>;
    wantsFiles?(level: Level): boolean;
  };
  close?(): Promise<void>;
}

/** A kind of channel, as the registry has it. */
export interface Channel {
  readonly name: string;
  readonly settings: Readonly<Record<string, SettingRule>>;
  /** What it speaks: a proxy is for `http` alone. */
  readonly over: 'http' | 'tcp';
  /** Milliseconds between two messages. */
  readonly paceMs: number;
  open(settings: Settings, world: World, buttons?: ButtonMaker): Sender;
}

/** The signed value of a button; there is none where nobody could press it. */
export type ButtonMaker = (what: ButtonDeed) => string;

/** A file that belongs to an incident. */
export interface Attachment {
  readonly name: string;
  readonly title: string;
  readonly bytes: Uint8Array;
}

export const sent = (ref: Json = null): Outcome => ({ kind: 'sent', ref });
export const failed = (why: string, { uncertain = false, dead = false } = {}): Outcome => ({
  kind: 'failed',
  why,
  uncertain,
  dead,
});

/** What an answer over HTTP says of a message. */
export function outcomeOf(posted: Posted, ok: (body: string) => boolean = () => true): Outcome {
  if (posted.kind === 'unreachable') return failed(posted.why, { uncertain: posted.sent });
  const { status, body, retryAfterMs } = posted;
  if (status >= 200 && status < 300)
    return ok(body) ? sent() : failed(`answer ${status} without its "ok"`, { uncertain: true });
  if (status === 429) return { kind: 'busy', waitMs: retryAfterMs ?? BUSY_MS, why: 'too many requests (429)' };
  if (status === 503 && retryAfterMs !== null) return { kind: 'busy', waitMs: retryAfterMs, why: 'busy (503)' };
  if (status === 408 || status >= 500) return failed(`answer ${status}`, { uncertain: true });
  if (status === 400 || status === 413 || status === 422) return { kind: 'refused', why: `answer ${status}` };
  return failed(`answer ${status}`, { dead: true });
}
const BUSY_MS = 30_000;
export const TIMEOUT_MS = 15_000;

export const textOf = (settings: Settings, name: string, otherwise = ''): string =>
  typeof settings[name] === 'string' ? settings[name] : otherwise;
export const numberOf = (settings: Settings, name: string, otherwise: number): number =>
  typeof settings[name] === 'number' ? settings[name] : otherwise;
export const textsOf = (settings: Settings, name: string): readonly string[] =>
  Array.isArray(settings[name]) ? (settings[name] as readonly string[]) : [];

/** A message as lines of text: title, what is known, the story, notes, where to look. */
export function linesOf(message: Message): string[] {
  if (message.kind !== 'incident') return [message.title, '', ...message.lines];
  const { title, facts, story, notes, asks } = message;
  const { asks: w } = wordsOf(message.language).notify;
  return [
    title,
    ...(notes.length > 0 ? ['', ...notes] : []),
    '',
    ...facts.map(({ name, value }) => `${name}: ${value}`),
    ...(asks.length > 0 ? ['', ...asks.map(({ text }) => `${w.waits}: ${text}`)] : []),
    ...(story.length > 0 ? ['', ...story.map((sentence) => `- ${sentence}`)] : []),
  ];
}
