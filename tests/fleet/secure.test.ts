import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { busPlaceOf, followBus, openBusLog } from '../../packages/haetae/src/store/index.ts';
import { CERTIFICATE } from '../live/certificate.ts';
import { broker } from './ground.ts';

/** The bus over TLS, with the broker's own ways of saying who one is. */
const secret = 'p@ss:w/rd #1';
const ground = await broker('a log in a Kafka with users', { users: [{ name: 'haetae', secret }] });

if (ground !== undefined) {
  const { root, kafka } = ground;
  const file = (name: string, text: string): string => {
    writeFileSync(join(root, name), text);
    return join(root, name);
  };
  const ca = file('ca.pem', CERTIFICATE.cert);
  const other = file('other.pem', rootCertificates[0]!);
  const own = `cert=${file('own.pem', CERTIFICATE.cert)}&key=${file('own.key', CERTIFICATE.key)}`;
  let places = 0;
  const { password, certificate } = kafka.secure;
  const urlOf = (given: string, query: string, host = password): string =>
    `kafka://haetae:${encodeURIComponent(given)}@${host}/s${++places}?${query}`;

  describe('a log in a Kafka with users', () => {
    test.each([
      ['PLAIN', urlOf(secret, `tls=on&ca=${ca}&sasl=plain`)],
      ['SCRAM-SHA-256', urlOf(secret, `tls=on&ca=${ca}&sasl=scram-sha-256`)],
      ['SCRAM-SHA-512, which is what a user means where nothing else is said', urlOf(secret, `ca=${ca}`)],
      ['a certificate of our own', `kafka://${certificate}/s${++places}?ca=${ca}&${own}`],
    ])('by %s: frames are written and read', async (_, url) => {
      const place = busPlaceOf(url);
      const log = await openBusLog(place, async () => 0);
      expect(await log.append({ n: 1 }, Buffer.from('one'), 1)).toBe(1);
      expect(await log.append({ n: 2 }, Buffer.alloc(3_000_000, 'x'), 1)).toBe(2);
      const ending = new AbortController();
      const quiet = { damage: () => {}, state: () => {}, end: () => {} };
      const seqs: number[] = [];
      for await (const frames of followBus(place, {
        ...{
          topic: `${place.prefix}.received`,
          partition: 0,
          base: 0,
          from: 1,
          maxBytes: 65_536,
          signal: ending.signal,
        },
        ...quiet,
      })) {
        seqs.push(...frames.map(({ seq }) => seq));
        if (seqs.at(-1) === 2) break;
      }
      ending.abort();
      expect(seqs).toEqual([1, 2]);
      await log.close();
    });

    test.each([
      ['a wrong password, PLAIN', urlOf('wrong', `tls=on&ca=${ca}&sasl=plain`), /refuses the user or the password/],
      ['a wrong password, SCRAM', urlOf('wrong', `tls=on&ca=${ca}`), /refuses the user or the password/],
      ['a certificate that nobody vouches for', urlOf(secret, 'tls=on'), /self-signed certificate.*ca=FILE/],
      ['another CA', urlOf(secret, `ca=${other}`), /self-signed certificate.*ca=FILE/],
      ['no certificate of our own where one is asked for', `kafka://${certificate}/x?ca=${ca}`, /cert=FILE/],
      ['no TLS where the broker speaks it', `kafka://${password}/x`, /tls=on/],
      ['TLS where the broker speaks none', `kafka://${kafka.address}/x?ca=${ca}`, /speaks no TLS/],
    ])('%s is told in words that help, without the password', async (_, url, why) => {
      const error = await openBusLog(busPlaceOf(url), async () => 0).then(
        () => new Error('it was opened'),
        (failure: Error) => failure,
      );
      expect(error.message).toMatch(why);
      expect(error.message).not.toMatch(/wrong|p@ss/);
      // While it runs senders are asked to come again, as when nobody is there: passwords change.
      expect(error).toMatchObject({ code: 'unreachable' });
    });
  });
}
