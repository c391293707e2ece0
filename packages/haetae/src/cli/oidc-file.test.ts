import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { wordsOf } from '../locale/index.ts';
import { oidcAt } from './oidc-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'haetae-oidc-'));
afterAll(() => rmSync(folder, { recursive: true }));
const secret = join(folder, 'secret');
writeFileSync(secret, 'of the client\n');
const at = (value: unknown) => {
  const path = join(folder, 'oidc.json');
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  return oidcAt(path, wordsOf('en'));
};
const GIVEN = { issuer: 'https://login.example', clientId: 'haetae', clientSecret: { file: secret } };

describe('the file of --oidc', () => {
  test('the least: nobody may log in whom no group names', () => {
    expect(at(GIVEN)).toEqual({
      ...{ issuer: 'https://login.example', clientId: 'haetae', clientSecret: 'of the client' },
      defaultRole: null,
    });
  });

  test('groups and their roles; without TLS on this machine alone', () => {
    const more = { groupsClaim: 'groups', roles: { soc: 'analyst', 'soc-leads': 'admin' }, defaultRole: 'viewer' };
    expect(at({ ...GIVEN, ...more, issuer: 'http://127.0.0.1:9' })).toMatchObject({ ...more, insecure: true });
  });

  test.each([
    ['no JSON', '{', /oidc\.json: no JSON/],
    ['no object', [], /oidc\.json: no JSON/],
    ['an unknown name', { ...GIVEN, secret: 'x' }, /secret.*issuer, clientId, clientSecret/s],
    ['no issuer', { ...GIVEN, issuer: undefined }, /issuer is to be/],
    ['without TLS to elsewhere', { ...GIVEN, issuer: 'http://login.example' }, /issuer is to be https/],
    ['the secret itself', { ...GIVEN, clientSecret: 'hunter2' }, /clientSecret is to be \{"file": "…"\}/],
    ['no secret there', { ...GIVEN, clientSecret: { env: 'HAETAE_NO_SUCH' } }, /nothing at HAETAE_NO_SUCH/],
    ['no such role', { ...GIVEN, roles: { soc: 'root' } }, /roles\.soc is to be viewer, analyst, responder, admin/],
    ['no such default', { ...GIVEN, defaultRole: 'root' }, /defaultRole is to be viewer/],
  ])('%s is refused, with the place', (_, value, message) => expect(() => at(value)).toThrow(message));
});
