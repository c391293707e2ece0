import { expect, test } from 'vitest';
import { topicSourceOf } from './place.ts';

test.each([
  ['kafka://k1/logs', { topic: 'logs', format: 'auto', group: 'haetae.logs', from: 'earliest' }],
  [
    'kafka://u:p@k1:19092,k2/a.b-c?format=otlp_json&group=soc&from=latest&tls=on&sasl=plain',
    { topic: 'a.b-c', format: 'otlp_json', group: 'soc', from: 'latest' },
  ],
])('%s', (url, expected) => {
  expect(topicSourceOf(url)).toMatchObject(expected);
});

test.each([
  ['kafka://k1', /“” is no name of a topic/],
  ['kafka://k1/a b', /no name of a topic/],
  ['kafka://k1/x?format=avro', /“avro” is none of auto, json, otlp_json, otlp_proto, syslog, text/],
  ['kafka://k1/x?from=now', /earliest or latest/],
  ['kafka://k1/x?group=', /no name of a group/],
  ['kafka://k1/x?replicas=3', /“replicas” is no setting/],
])('%s is refused', (url, why) => {
  expect(() => topicSourceOf(url)).toThrow(why);
});
