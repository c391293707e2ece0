import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder } from '../../testing/fixtures.ts';
import { busPlaceOf, clientOf, deadOf, receivedOf } from './place.ts';

test.each([
  ['kafka://k1', { brokers: ['k1:9092'], prefix: 'haetae', replicas: undefined, tls: undefined, sasl: undefined }],
  ['kafka://k1:19092,k2,[::1]:9092/site-a', { brokers: ['k1:19092', 'k2:9092', '[::1]:9092'], prefix: 'site-a' }],
  ['kafka://k1/?replicas=2&tls=on', { prefix: 'haetae', replicas: 2, partitions: 1, tls: {} }],
  ['kafka://k1/?partitions=8', { prefix: 'haetae', partitions: 8 }],
  [
    'kafka://haetae:p%40ss@k1',
    { sasl: { mechanism: 'SCRAM-SHA-512', username: 'haetae', password: 'p@ss' }, tls: undefined },
  ],
  ['kafka://u:p@k1/x?sasl=plain', { prefix: 'x', sasl: { mechanism: 'PLAIN', username: 'u', password: 'p' } }],
])('%s', (url, expected) => {
  expect(busPlaceOf(url)).toMatchObject(expected);
});

test.each([
  ['postgres://k1', /none of Kafka/],
  ['kafka://', /none of Kafka/],
  ['kafka://k 1', /no addresses/],
  ['kafka://k1/a b', /no beginning of a topic/],
  ['kafka://k1/?retries=3', /“retries” is no setting/],
  ['kafka://k1/?sasl=plain', /needs a user/],
  ['kafka://u:p@k1/?sasl=gssapi', /“gssapi” is none of plain/],
  ['kafka://k1/?replicas=0', /no number of replicas/],
  ['kafka://k1/?partitions=0', /no number of partitions/],
  ['kafka://k1/?partitions=65', /no number of partitions/],
  ['kafka://k1/?ca=/none', /ENOENT/],
  ['kafka://k1/?tls=yes', /tls is on or off/],
  ['kafka://k1/?cert=/dev/null', /cert and key need each other/],
  ['kafka://k1/?tls=off&ca=/dev/null', /which is off/],
])('%s is refused', (url, why) => {
  expect(() => busPlaceOf(url)).toThrow(why);
});

test('files of certificates are read, and with them it is TLS', () => {
  const ca = join(tempFolder(), 'ca.pem');
  writeFileSync(ca, 'PEM');
  const place = busPlaceOf(`kafka://k1/?ca=${ca}`);
  expect(place.tls).toEqual({ ca: 'PEM' });
  expect(clientOf(place)).toMatchObject({ bootstrapBrokers: ['k1:9092'], tls: { ca: 'PEM' } });
});

test('topics are called by the prefix', () => {
  const place = busPlaceOf('kafka://k1/site-a');
  expect([receivedOf(place), deadOf(place)]).toEqual(['site-a.received', 'site-a.dead']);
});
