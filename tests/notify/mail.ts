import net, { type AddressInfo } from 'node:net';

export interface Mail {
  readonly atMs: number;
  readonly id: string;
  readonly subject: string;
  readonly text: string;
}
export interface MailServer {
  readonly port: number;
  readonly mails: Mail[];
  /** Mails that are taken, whose sender never hears of it. */
  lose: number;
  /** Answers 451 to so many. */
  defer: number;
  /** What senders proved to be. */
  readonly logins: string[];
  close(): Promise<void>;
}

/** An SMTP server as far as one client needs it (RFC 5321, AUTH PLAIN). */
export async function mailServer(): Promise<MailServer> {
  const mails: Mail[] = [];
  const logins: string[] = [];
  const state = { lose: 0, defer: 0 };
  const open = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {});
    let text = '';
    let body: string[] | undefined;
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    const hear = (line: string): void => {
      if (body !== undefined) {
        if (line !== '.') body.push(line.startsWith('..') ? line.slice(1) : line);
        else {
          mails.push(mailOf(body.join('\n')));
          body = undefined;
          if (state.lose > 0) {
            state.lose--;
            socket.destroy();
          } else say('250 taken');
        }
        return;
      }
      const word = line.split(/[ :]/, 1)[0]!.toUpperCase();
      if (word === 'EHLO') say('250-mail.example\r\n250-AUTH PLAIN\r\n250 8BITMIME');
      else if (word === 'AUTH') {
        logins.push(
          Buffer.from(line.split(' ')[2] ?? '', 'base64')
            .toString()
            .split('\0')
            .slice(1)
            .join(':'),
        );
        say('235 known');
      } else if (word === 'DATA') {
        if (state.defer > 0) {
          state.defer--;
          say('451 later');
          return;
        }
        body = [];
        say('354 go on');
      } else if (word === 'QUIT') socket.end('221 bye\r\n');
      else say('250 well');
    };
    socket.on('data', (bytes) => {
      text += bytes;
      const lines = text.split('\r\n');
      text = lines.pop()!;
      for (const line of lines) hear(line);
    });
    say('220 mail.example');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    ...{ mails, logins },
    get lose() {
      return state.lose;
    },
    set lose(n) {
      state.lose = n;
    },
    get defer() {
      return state.defer;
    },
    set defer(n) {
      state.defer = n;
    },
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function mailOf(raw: string): Mail {
  const words = (raw.match(/^Subject: (.*(?:\n .*)*)/m)?.[1] ?? '').replace(/\n /g, '');
  const subject = words.replace(/=\?UTF-8\?B\?([^?]*)\?=/g, (_, text: string) =>
    Buffer.from(text, 'base64').toString(),
  );
  const parts = [...raw.matchAll(/base64\n\n([\s\S]*?)\n--/g)].map(([, text]) =>
    Buffer.from(text!, 'base64').toString(),
  );
  return { atMs: Date.now(), id: /^Message-ID: <([^>]+)>/m.exec(raw)?.[1] ?? '', subject, text: parts.join('\n') };
}
