import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Sample, samples } from '../live/frames.ts';
import {
  elasticBulk,
  filebeat,
  OTEL_EXPORTERS,
  otelElastic,
  otelFile,
  rsyslogElastic,
  rsyslogForward,
  said,
} from './clients.ts';
import { CLIENTS, hasProgram, missing, type Real, realServer } from './harness.ts';

/**
 * Real clients against a server over the real log that is busy now and then: every event that a client says it delivered is in
 * the log, none lost, none twice, in the way that each client repeats.
 */
const COUNT = 5000;
const ALL: readonly Sample[] = [...samples(COUNT / 2, 'WS01.corp.example'), ...samples(COUNT / 2, 'DC01.corp.example')];
const sorted = (all: readonly string[]): string[] => [...all].sort();
const EXPECTED = sorted(ALL.map((one) => `${one.computer} ${one.recordId} 1`));
const BUSY = { kind: 'busy', retryMs: 50 } as const;

let real: Real;
beforeEach(async () => {
  real = await realServer();
});
afterEach(() => real.close());

describe.runIf(hasProgram('rsyslogd') || process.env.CI === 'true')('rsyslog', () => {
  test('omelasticsearch', async () => {
    real.outcomes.push(BUSY, BUSY);
    rsyslogElastic(real, ALL);
    expect(sorted(await real.until(COUNT)), said(real, 'rsyslog')).toEqual(EXPECTED);
    expect(existsSync(join(real.directory, 'errors.json'))).toBe(false);
  });

  test.each([
    ['TCP, octet counting', 'octet-counted', false],
    ['TCP, a message a line', 'traditional', false],
    ['TLS', 'octet-counted', true],
  ])('%s', async (_, framing, tls) => {
    const port = await real.syslog(tls ? 'tls' : 'tcp', tls);
    real.outcomes.push(BUSY);
    rsyslogForward(real, ALL, { port, framing, tls });
    expect(sorted(await real.until(COUNT)), said(real, 'rsyslog')).toEqual(EXPECTED);
  });
});
if (!hasProgram('rsyslogd'))
  missing('rsyslog', 'not installed (apt-get install rsyslog rsyslog-elasticsearch rsyslog-gnutls)', true);

test('@elastic/elasticsearch: the bulk helper', async () => {
  real.outcomes.push(BUSY);
  const result = await elasticBulk(real, ALL);
  if (result === undefined) return missing('@elastic/elasticsearch', 'npm cannot install it', true);
  expect(result).toEqual({ version: '9.9.9', successful: COUNT, failed: 0 });
  expect(sorted(await real.until(COUNT))).toEqual(EXPECTED);
});

describe('OpenTelemetry Collector', () => {
  test.each(Object.keys(OTEL_EXPORTERS))('%s', async (exporter) => {
    real.outcomes.push(BUSY);
    if (!otelFile(real, ALL, exporter))
      return missing('OpenTelemetry Collector (filelog)', `not at ${CLIENTS}/otelcol-a`, false);
    expect(sorted(await real.until(COUNT)), said(real, 'otelcol')).toEqual(EXPECTED);
  });

  test.each(['none', 'otel', 'ecs'])('elasticsearch exporter, mapping mode %s', async (mode) => {
    if (!(await otelElastic(real, ALL, mode)))
      return missing('OpenTelemetry Collector (elasticsearch)', `not at ${CLIENTS}/otelcol-b`, false);
    expect(sorted(await real.until(COUNT)), said(real, 'otelcol')).toEqual(EXPECTED);
  });
});

test('Filebeat', async () => {
  real.outcomes.push(BUSY, BUSY);
  if (!filebeat(real, ALL)) return missing('Filebeat', `not at ${CLIENTS}/filebeat`, false);
  expect(sorted(await real.until(COUNT)), said(real, 'filebeat')).toEqual(EXPECTED);
});
