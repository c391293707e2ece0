import { request } from 'node:https';
import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CERTIFICATE } from '../../../../tests/live/certificate.ts';
import { type Running, running } from './testing/running.ts';

let one: Running;
beforeAll(async () => {
  one = await running({ tls: CERTIFICATE });
});
afterAll(() => one.server.close(0));

const ask = (
  path: string,
  method: string,
  body?: string,
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]> }> =>
  new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      ...(body && { 'content-length': String(Buffer.byteLength(body)) }),
    };
    const asked = request(
      one.server.url + path,
      { method, ca: CERTIFICATE.cert, headers, agent: false },
      (response) => {
        response.resume();
        response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers }));
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });

test('over TLS a cookie stays with TLS and this host, and browsers never come without again', async () => {
  const token = one.server.setupUrl!.split('#')[1]!;
  const { status, headers } = await ask(
    '/api/setup',
    'POST',
    JSON.stringify({ token, name: 'chief', password: 'long enough, this one' }),
  );
  expect(status).toBe(200);
  expect(headers['set-cookie']![0]).toMatch(
    /^__Host-haetae=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=28800; Secure$/,
  );
  expect(headers['strict-transport-security']).toBe('max-age=31536000');
  expect(one.server.setupUrl).toMatch(/^https:/);
});

test.each(['TLSv1', 'TLSv1.1'] as const)('%s is not spoken', async (version) => {
  const outcome = await new Promise<string>((resolve) => {
    const options = { ca: CERTIFICATE.cert, minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' };
    const socket = connect(one.server.port, '127.0.0.1', options, () => resolve('spoken'));
    socket.on('error', () => resolve('refused'));
  });
  expect(outcome).toBe('refused');
});

test('listening beyond this machine without TLS is warned of', async () => {
  const open = await running({ host: '0.0.0.0' });
  expect(open.lines.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
    'listening beyond this machine without TLS: tokens and passwords can be read on the way',
  ]);
  expect(open.server.parts.hosts).toEqual([]);
  await open.server.close(0);
});
