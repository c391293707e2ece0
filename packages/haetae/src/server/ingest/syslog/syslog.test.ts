import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { samples, syslogMessages } from '../../../../../../tests/live/frames.ts';
import { Ledger, LIVE_FORMATS } from '../../../source/index.ts';
import { type Running, running } from '../../testing/running.ts';
import { LONGEST_MESSAGE, octetCounted, SyslogFraming } from './framing.ts';
import { type SyslogRunning, startSyslog } from './syslog.ts';

const texts = (messages: readonly Buffer[]): string[] => messages.map((message) => message.toString());

describe('framing', () => {
  test.each([
    ['LF', '<14>a\n<14>b\r\n\n', ['<14>a', '<14>b']],
    ['octet counting', '5 <14>a7 <14>b\nc', ['<14>a', '<14>b\nc']],
    ['both, one after the other', '5 <14>a\n<14>b\n5 <14>c', ['<14>a', '<14>b', '<14>c']],
    ['the last without an end', '<14>a\n<14>b', ['<14>a', '<14>b']],
    ['a line that begins with a number', '2026-01-01 x\n', ['2026-01-01 x']],
    ['NUL between messages', '<14>a\n\0<14>b\n', ['<14>a', '<14>b']],
    ['a length without its message', '100 <14>a', []],
  ])('%s', (_, stream, expected) => {
    for (const size of [1, 2, 1000]) {
      const framing = new SyslogFraming();
      const messages: Buffer[] = [];
      for (let at = 0; at < stream.length; at += size)
        messages.push(...framing.push(Buffer.from(stream.slice(at, at + size))).map((one) => Buffer.from(one)));
      messages.push(...framing.end());
      expect(texts(messages)).toEqual(expected);
    }
  });

  test.each([
    ['a line', `<14>${'x'.repeat(LONGEST_MESSAGE)}\n<14>b\n`],
    ['a counted one', `${LONGEST_MESSAGE + 5} <14>${'x'.repeat(LONGEST_MESSAGE + 1)}5 <14>b`],
  ])('%s that is too long is passed over in bounded memory and counted', (_, stream) => {
    const framing = new SyslogFraming();
    const messages: string[] = [];
    for (let at = 0; at < stream.length; at += 65_536)
      messages.push(...texts(framing.push(Buffer.from(stream.slice(at, at + 65_536)))));
    expect([messages.map((one) => one.slice(0, 6)), framing.tooLong]).toEqual([['<14>b'], 1]);
  });

  test('any messages come back from octet counting, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1, unit: 'binary' })),
        fc.integer({ min: 1, max: 50 }),
        (all, size) => {
          const wanted = all.map((text) => Buffer.from(`<14>${text}`));
          const stream = octetCounted(wanted);
          const framing = new SyslogFraming();
          const got: string[] = [];
          for (let at = 0; at < stream.length; at += size)
            got.push(...texts(framing.push(stream.subarray(at, at + size))));
          expect(got).toEqual(texts(wanted));
        },
      ),
    );
  });
});

describe('a listener', () => {
  let one: Running;
  const started: SyslogRunning[] = [];
  beforeEach(async () => {
    one = await running({ limits: { hold: 0 } });
  });
  afterEach(async () => {
    for (const each of started.splice(0)) await each.close();
    await one.server.close(0);
  });

  async function start(transport: 'tcp' | 'udp', more = {}): Promise<number> {
    await one.token('ingest', { id: 'syslog', ...more });
    const listener = await startSyslog({ transport, host: '127.0.0.1', port: 0, token: 'syslog' }, one.server.parts);
    started.push(listener);
    return listener.port;
  }

  /** Until so many events are there. */
  async function computers(count: number): Promise<string[]> {
    for (;;) {
      const found: string[] = [];
      const options = { ledger: new Ledger(), timeZone: 'UTC', receivedMs: 0 };
      for (const { format, bytes } of one.frames)
        for (const { event } of LIVE_FORMATS.get(format)!.read(Buffer.from(bytes), options))
          found.push(`${event.computer} ${event.eventRecordId}`);
      if (found.length >= count) return found;
      await new Promise(setImmediate);
    }
  }
  const expected = (count: number): string[] => samples(count).map((s) => `${s.computer} ${s.recordId}`);

  test.each([
    ['lines', (messages: string[]) => `${messages.join('\n')}\n`],
    ['counted', (messages: string[]) => octetCounted(messages.map((text) => Buffer.from(text)))],
  ])('TCP, %s: every event, while the log is busy too', async (_, stream) => {
    const port = await start('tcp');
    one.outcomes.push({ kind: 'busy', retryMs: 1 });
    const socket = connect(port, '127.0.0.1');
    socket.end(stream(syslogMessages(samples(200))));
    expect(await computers(200)).toEqual(expected(200));
  });

  test('UDP: a datagram is a message', async () => {
    const port = await start('udp');
    const socket = createSocket('udp4');
    for (const text of syslogMessages(samples(5)))
      await new Promise((resolve) => socket.send(text, port, '127.0.0.1', resolve));
    expect(await computers(5)).toEqual(expected(5));
    socket.close();
  });

  test('whoever may not send is cut off, and nothing of it taken', async () => {
    const port = await start('tcp', { networks: ['192.0.2.0/24'] });
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('<14>a\n');
    await new Promise((resolve) => socket.once('close', resolve));
    expect(one.frames).toEqual([]);
    expect(one.lines.map(({ message }) => message)).toContain('syslog from an address that may not send');
  });
});
