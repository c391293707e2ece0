import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  acceptor,
  CONNECT_PATH,
  decodeBatch,
  dial,
  encodeBatch,
  fingerprintOf,
  identityPem,
  type Link,
  newIdentity,
  ProtocolError,
  pack,
  readAgentMessage,
  readIdentity,
  readServerMessage,
  signEnrolment,
  signedEnrolment,
  signedTranscript,
  signTranscript,
  unpack,
} from './index.ts';

const head = { seq: 1, source: 'a', format: 'ndjson', items: 1, size: 3, readMs: 5, bookmark: 'b' } as const;

describe('a batch', () => {
  test('is read as it was made', () => {
    const bytes = encodeBatch(head, pack(Buffer.from('abc')));
    const read = decodeBatch(bytes);
    expect([read.head, unpack(read.head, read.packed).toString()]).toEqual([head, 'abc']);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['a length beyond its end', Buffer.from([255, 0, 0, 0, 1])],
    ['a head that is no JSON', encodeRaw('{')],
    ['a head that is no object', encodeRaw('1')],
    ['no seq', encodeRaw(JSON.stringify({ ...head, seq: 0 }))],
    ['a form nobody knows', encodeRaw(JSON.stringify({ ...head, format: 'x' }))],
    ['a size beyond the limit', encodeRaw(JSON.stringify({ ...head, size: 1e9 }))],
  ])('of %s is refused', (_, bytes) => expect(() => decodeBatch(bytes)).toThrow(ProtocolError));

  test.each([
    ['longer', Buffer.from('abcd')],
    ['shorter', Buffer.from('ab')],
    ['a bomb', Buffer.alloc(1_000_000)],
  ])('whose body is %s than its head says is refused', (_, body) =>
    expect(() => unpack(head, pack(body))).toThrow(ProtocolError),
  );

  test('whose body is no gzip is refused', () => expect(() => unpack(head, Buffer.from('abc'))).toThrow(ProtocolError));

  function encodeRaw(text: string): Buffer {
    const bytes = Buffer.alloc(4 + text.length);
    bytes.writeUInt32LE(text.length, 0);
    bytes.write(text, 4);
    return bytes;
  }
});

describe('an identity', () => {
  const [own, other] = [newIdentity(), newIdentity()];
  const transcript = {
    side: 'agent',
    agentNonce: 'a',
    serverNonce: 's',
    agentKey: own.publicKey,
    serverKey: other.publicKey,
    binding: 'b',
  } as const;

  test('is read back from its file', () => {
    const read = readIdentity(identityPem(own));
    expect([read.publicKey, read.fingerprint]).toEqual([own.publicKey, fingerprintOf(own.publicKey)]);
    expect(own.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  test('signs this connection and no other', () => {
    const signature = signTranscript(transcript, own);
    expect(signedTranscript(transcript, signature, own.publicKey)).toBe(true);
    for (const changed of ['agentNonce', 'serverNonce', 'agentKey', 'serverKey', 'binding'])
      expect(signedTranscript({ ...transcript, [changed]: 'x' }, signature, own.publicKey)).toBe(false);
    expect(signedTranscript({ ...transcript, side: 'server' }, signature, own.publicKey)).toBe(false);
    expect(signedTranscript(transcript, signature, other.publicKey)).toBe(false);
    for (const nonsense of ['', 'x', 'A'.repeat(43), '!'.repeat(43)])
      expect(signedTranscript(transcript, signature, nonsense)).toBe(false);
  });

  test('signs an enrolment for this token and no other', () => {
    const proof = signEnrolment(own, 'secret');
    expect(signedEnrolment(own.publicKey, 'secret', proof)).toBe(true);
    expect(signedEnrolment(own.publicKey, 'other', proof)).toBe(false);
    expect(signedEnrolment(other.publicKey, 'secret', proof)).toBe(false);
  });
});

test.each([
  ['{"kind":"ack","seq":3}', { kind: 'ack', seq: 3 }],
  ['{"kind":"something-new","x":1}', undefined],
])('the server says %s', (text, expected) => expect(readServerMessage(text)).toEqual(expected));

test.each([
  '{"kind":"ack","seq":-1}',
  '{"kind":"ack"}',
  '{"kind":"welcome","agent":"a"}',
  '[]',
  'null',
  '{',
  `{"kind":"${'x'.repeat(1024 * 1024)}"}`,
])('what is no message is refused: %.40s', (text) => expect(() => readServerMessage(text)).toThrow(ProtocolError));

test.each([
  '{"kind":"hello"}',
  '{"kind":"heartbeat","heartbeat":{}}',
  '{"kind":"heartbeat","heartbeat":null}',
  '{"kind":"pong","id":"1"}',
  '{"kind":"bye"}',
])('nor may an agent say %s', (text) => expect(() => readAgentMessage(text)).toThrow(ProtocolError));

describe('a link', () => {
  let near: Link;
  let far: Link;
  const http = createServer((_, response) => response.writeHead(404).end());
  const accepting = acceptor();
  let port: number;
  beforeAll(async () => {
    const accepted = new Promise<Link>((resolve) =>
      http.on('upgrade', (request, socket, head) => void accepting.accept(request, socket, head).then(resolve)),
    );
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    port = (http.address() as AddressInfo).port;
    near = await dial(`ws://127.0.0.1:${port}${CONNECT_PATH}`, connect(port, '127.0.0.1'));
    far = await accepted;
  });
  afterAll(() => {
    accepting.close();
    http.close();
  });

  test('carries text and bytes both ways, in order, more than is read ahead', async () => {
    for (let i = 0; i < 50; i++) await near.send(`m${i}`);
    for (let i = 0; i < 50; i++) expect(await far.receive()).toEqual({ kind: 'text', text: `m${i}` });
    await far.send(Buffer.from([1, 2, 3]));
    expect(await near.receive()).toMatchObject({ kind: 'bytes', bytes: Buffer.from([1, 2, 3]) });
  });

  test('says how it ended, as often as it is asked', async () => {
    far.close(4403, 'revoked');
    for (let i = 0; i < 2; i++) expect(await near.receive()).toEqual({ kind: 'closed', code: 4403, reason: 'revoked' });
    await expect(near.send('x')).rejects.toThrow();
  });

  test('with a server that speaks something else there is none', async () => {
    const plain = createServer((_, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const { port: other } = plain.address() as AddressInfo;
    await expect(dial(`ws://127.0.0.1:${other}/`, connect(other, '127.0.0.1'))).rejects.toThrow(
      'the server answered 404',
    );
    plain.close();
  });
});
