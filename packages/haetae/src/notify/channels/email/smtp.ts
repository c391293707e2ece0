import type { Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { causeOf } from '../cause.ts';
import { type Connect, failed, type Outcome, sent } from '../channel.ts';

export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  readonly security: 'starttls' | 'tls' | 'none';
  readonly user: string;
  readonly password: string;
  readonly timeoutMs: number;
}
export interface Posting {
  readonly from: string;
  readonly to: readonly string[];
  readonly mail: string;
}

/** A reply that ends the conversation. */
class Refusal extends Error {
  readonly step: string;
  readonly code: number;

  constructor(step: string, code: number) {
    super(`${step}: ${code}`);
    this.step = step;
    this.code = code;
  }
}

/** One mail over SMTP (RFC 5321), by TLS unless it is told otherwise. What replies say besides their code is not repeated: it may quote us. */
export async function deliver(server: SmtpServer, posting: Posting, connect: Connect): Promise<Outcome> {
  const { host, port, security, timeoutMs } = server;
  let socket: Socket;
  try {
    socket = await connect({ host, port, tls: security === 'tls', verify: true, timeoutMs });
  } catch (error) {
    return failed(causeOf(error));
  }
  const talk = new Talk(socket, timeoutMs);
  let gone = false;
  try {
    await converse(talk, server, posting, () => {
      gone = true;
    });
    return sent();
  } catch (error) {
    if (!(error instanceof Refusal)) return failed(causeOf(error), { uncertain: gone });
    const { step, code } = error;
    const why = `${step}: SMTP ${code}`;
    if (step === 'STARTTLS' || step === 'AUTH' || code === 530 || code === 534 || code === 535)
      return failed(why, { dead: true });
    if (code === 421 || code === 450 || code === 451 || code === 452) return { kind: 'busy', waitMs: 30_000, why };
    return code >= 500 && (step === 'DATA' || step === 'RCPT TO')
      ? { kind: 'refused', why }
      : failed(why, { uncertain: gone });
  } finally {
    talk.end();
  }
}

async function converse(talk: Talk, server: SmtpServer, { from, to, mail }: Posting, going: () => void): Promise<void> {
  const { security, host, user, password } = server;
  await talk.hear('connect', 220);
  let able = await talk.hello();
  if (security === 'starttls') {
    if (!able.has('STARTTLS')) throw new Refusal('STARTTLS', 502);
    await talk.say('STARTTLS', 'STARTTLS', 220);
    await talk.secure(host);
    able = await talk.hello();
  }
  if (user !== '') {
    const ways = able.get('AUTH') ?? '';
    if (/\bPLAIN\b/i.test(ways)) {
      await talk.say('AUTH', `AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString('base64')}`, 235);
    } else if (/\bLOGIN\b/i.test(ways)) {
      await talk.say('AUTH', 'AUTH LOGIN', 334);
      await talk.say('AUTH', Buffer.from(user).toString('base64'), 334);
      await talk.say('AUTH', Buffer.from(password).toString('base64'), 235);
    } else throw new Refusal('AUTH', 504);
  }
  await talk.say('MAIL FROM', `MAIL FROM:<${from}>`, 250);
  let taken = 0;
  let last: Refusal | undefined;
  for (const one of to) {
    try {
      await talk.say('RCPT TO', `RCPT TO:<${one}>`, 250);
      taken++;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      last = error;
    }
  }
  if (taken === 0) throw last ?? new Refusal('RCPT TO', 550);
  await talk.say('DATA', 'DATA', 354);
  going();
  await talk.say('DATA', `${mail.replace(/^\./gm, '..')}\r\n.`, 250);
  talk.send('QUIT');
}

/** Lines there and back. */
class Talk {
  #socket: Socket;
  readonly #timeoutMs: number;
  #text = '';
  #waiting: { resolve: (reply: string[]) => void; reject: (error: Error) => void } | undefined;
  #error: Error | undefined;

  constructor(socket: Socket, timeoutMs: number) {
    this.#socket = socket;
    this.#timeoutMs = timeoutMs;
    this.#listen();
  }

  #listen(): void {
    this.#socket.setEncoding('utf8');
    this.#socket.setTimeout(this.#timeoutMs, () =>
      this.#fail(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })),
    );
    this.#socket.on('data', (text: string) => {
      this.#text += text;
      if (this.#text.length > 65_536) this.#fail(new Error('the reply is too long'));
      this.#answer();
    });
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
  }

  #fail(error: Error): void {
    this.#error ??= error;
    this.#waiting?.reject(this.#error);
    this.#waiting = undefined;
  }

  /** A reply is whole with the line whose code is followed by a blank. */
  #answer(): void {
    const end = /^(?:\d{3}-.*\r?\n)*\d{3}(?: .*)?\r?\n/.exec(this.#text);
    if (end === null || this.#waiting === undefined) return;
    this.#text = this.#text.slice(end[0].length);
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    resolve(end[0].trim().split(/\r?\n/));
  }

  #reply(): Promise<string[]> {
    return new Promise((resolve, reject) => {
      if (this.#error !== undefined) return reject(this.#error);
      this.#waiting = { resolve, reject };
      this.#answer();
    });
  }

  async hear(step: string, wanted: number): Promise<string[]> {
    const reply = await this.#reply();
    const code = Number(reply.at(-1)!.slice(0, 3));
    if (Math.floor(code / 10) !== Math.floor(wanted / 10)) throw new Refusal(step, code);
    return reply;
  }

  send(line: string): void {
    this.#socket.write(`${line}\r\n`);
  }

  say(step: string, line: string, wanted: number): Promise<string[]> {
    this.send(line);
    return this.hear(step, wanted);
  }

  /** What the server can do, by its words. */
  async hello(): Promise<Map<string, string>> {
    const [, ...lines] = await this.say('EHLO', 'EHLO haetae', 250);
    return new Map(
      lines.map((line) => {
        const [name = '', ...rest] = line.slice(4).split(' ');
        return [name.toUpperCase(), rest.join(' ')];
      }),
    );
  }

  /** The same conversation under TLS; what came unencrypted before is forgotten. */
  async secure(host: string): Promise<void> {
    const plain = this.#socket;
    plain.removeAllListeners();
    this.#text = '';
    const secured = tlsConnect({ socket: plain, servername: /^[\d.:]+$/.test(host) ? '' : host, host });
    await new Promise<void>((resolve, reject) => {
      secured.once('secureConnect', resolve);
      secured.once('error', reject);
    });
    secured.removeAllListeners('error');
    this.#socket = secured;
    this.#listen();
  }

  end(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), 2000).unref();
  }
}
