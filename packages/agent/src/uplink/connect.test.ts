import { createServer as createPlain } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CERTIFICATE } from '../../../../tests/live/certificate.ts';
import { openSocket, plainFingerprint, post, type TlsTrust } from './connect.ts';

const https = createServer(CERTIFICATE, (request, response) => {
  request.resume();
  response.writeHead(201).end('{"ok":true}');
});
const http = createPlain((request, response) => {
  request.resume();
  response.writeHead(500).end('no JSON');
});
let secure: URL;
let plain: URL;
let fingerprint: string;
beforeAll(async () => {
  for (const server of [https, http]) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  secure = new URL(`https://localhost:${(https.address() as AddressInfo).port}/x`);
  plain = new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}/x`);
  const { createHash, X509Certificate } = await import('node:crypto');
  fingerprint = createHash('sha256').update(new X509Certificate(CERTIFICATE.cert).raw).digest('hex');
});
afterAll(() => {
  https.close();
  http.close();
});

const outcome = (url: URL, trust: TlsTrust): Promise<string> =>
  openSocket(url, trust).then(
    ({ socket, binding }) => {
      socket.destroy();
      return `open ${binding.length}`;
    },
    (error: Error) => error.message,
  );

describe('a server over TLS', () => {
  test.each<[string, () => TlsTrust, RegExp]>([
    ['signed by the authority that is trusted', () => ({ ca: CERTIFICATE.cert }), /^open 43$/],
    ['signed by nobody that is', () => ({}), /self-signed|self signed/],
    ['whose certificate is the one', () => ({ fingerprint }), /^open 43$/],
    [
      'whose certificate is the one, as people write it',
      () => ({ fingerprint: fingerprint.toUpperCase().replace(/(..)(?=.)/g, '$1:') }),
      /^open 43$/,
    ],
    [
      'whose certificate is another',
      () => ({ fingerprint: 'ab'.repeat(32) }),
      /the certificate is another one \(SHA-256 [0-9a-f]{64}\)/,
    ],
    ['behind a proxy: signatures are bound to no connection', () => ({ fingerprint, proxied: true }), /^open 0$/],
  ])('%s', async (_, trust, expected) => expect(await outcome(secure, trust())).toMatch(expected));

  test('that has another name is refused', async () => {
    const other = new URL(secure.href.replace('localhost', '127.0.0.2'));
    expect(await outcome(other, { ca: CERTIFICATE.cert })).toMatch(/127\.0\.0\.2|ECONNREFUSED/);
  });
});

test.each([
  ['http://192.0.2.1/', {}, /without TLS only this machine itself is spoken to/],
  ['http://evil.example/', { fingerprint: 'x' }, /without TLS only this machine itself/],
])('%s with %j is not spoken to', async (url, trust, expected) =>
  expect(await outcome(new URL(url), trust)).toMatch(expected),
);

test('a question is answered, whatever its status; what is no JSON is undefined', async () => {
  expect(await post(secure, { ca: CERTIFICATE.cert }, {}, {})).toEqual({ status: 201, body: { ok: true } });
  expect(await post(plain, {}, {}, { a: 1 })).toEqual({ status: 500, body: undefined });
});

test('a fingerprint is its digits', () => expect(plainFingerprint(' AB:cd-01 ')).toBe('abcd01'));
