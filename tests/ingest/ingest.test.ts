import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { flatOf, type Sample, samples, winlogOf, xmlOf } from '../live/frames.ts';
import { CLIENTS, hasProgram, missing, npmClient, type Real, realServer } from './harness.ts';

/**
 * Real clients against a server over the real log: every event that a client says it delivered is in the log, none lost, none
 * twice; also while the server is busy, in the way that each client repeats.
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

const port = (): string => String(real.server.port);
const lines = (of: (one: Sample) => string): string => ALL.map((one) => `${of(one)}\n`).join('');
function write(name: string, text: string): string {
  const path = join(real.directory, name);
  writeFileSync(path, text);
  return path;
}
const said = (name: string): string => {
  const path = join(real.directory, `${name}.log`);
  return existsSync(path) ? readFileSync(path, 'utf8').slice(-2000) : '';
};

describe.runIf(hasProgram('rsyslogd') || process.env.CI === 'true')('rsyslog', () => {
  /** A configuration of its own: no system sockets, nothing of this machine's. */
  function rsyslog(modules: string, template: string, action: string, input: string): void {
    const config = write(
      'rsyslog.conf',
      `global(workDirectory="${real.directory}" maxMessageSize="256k" DefaultNetstreamDriverCAFile="${real.directory}/ca.pem")
${modules}
module(load="imfile" mode="polling" pollingInterval="1")
template(name="out" type="string" string="${template}")
input(type="imfile" file="${input}" tag="sysmon" ruleset="r" freshStartTail="off")
ruleset(name="r") { action(${action} template="out" action.resumeRetryCount="-1" action.resumeInterval="1"
  queue.type="LinkedList" queue.size="50000" queue.dequeueBatchSize="500") }
`,
    );
    real.run('rsyslog', 'rsyslogd', ['-n', '-iNONE', '-f', config]);
  }

  test('omelasticsearch, while the server is busy now and then', async () => {
    real.outcomes.push(BUSY, BUSY);
    rsyslog(
      'module(load="omelasticsearch")',
      '%msg%',
      `type="omelasticsearch" server=["127.0.0.1"] serverport="${port()}" uid="haetae" pwd="${real.secret}" searchIndex="sysmon" searchType="" bulkmode="on" maxbytes="1m" errorFile="${real.directory}/errors.json"`,
      write(
        'in.json',
        lines((one) => JSON.stringify(flatOf(one))),
      ),
    );
    expect(sorted(await real.until(COUNT)), said('rsyslog')).toEqual(EXPECTED);
    expect(existsSync(join(real.directory, 'errors.json'))).toBe(false);
  });

  test.each([
    ['TCP, octet counting', 'octet-counted', false],
    ['TCP, a message a line', 'traditional', false],
    ['TLS', 'octet-counted', true],
  ])('%s', async (_, framing, tls) => {
    const { CERTIFICATE } = await import('../live/certificate.ts');
    write('ca.pem', CERTIFICATE.cert);
    const listening = await real.syslog(tls ? 'tls' : 'tcp', tls);
    const secure = tls
      ? 'StreamDriver="gtls" StreamDriverMode="1" StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="localhost"'
      : '';
    real.outcomes.push(BUSY);
    rsyslog(
      '',
      '<%PRI%>1 %TIMESTAMP:::date-rfc3339% %HOSTNAME% %app-name% - - - %msg%\\n'.replace(
        '\\n',
        tls || framing !== 'traditional' ? '' : '\\n',
      ),
      `type="omfwd" target="127.0.0.1" port="${listening}" protocol="tcp" TCP_Framing="${framing}" ${secure}`,
      write('in.xml', lines(xmlOf)),
    );
    expect(sorted(await real.until(COUNT)), said('rsyslog')).toEqual(EXPECTED);
  });
});
if (!hasProgram('rsyslogd'))
  missing('rsyslog', 'not installed (apt-get install rsyslog rsyslog-elasticsearch rsyslog-gnutls)', true);

test('@elastic/elasticsearch: the bulk helper, which repeats what is refused item by item', async () => {
  const at = npmClient('@elastic/elasticsearch', '9.4.3');
  if (at === undefined) return missing('@elastic/elasticsearch', 'npm cannot install it', true);
  const { Client } = createRequire(at)('@elastic/elasticsearch') as {
    Client: new (
      options: object,
    ) => {
      helpers: { bulk(options: object): Promise<{ successful: number; failed: number; retry: number }> };
      info(): Promise<object>;
    };
  };
  const client = new Client({
    node: real.server.url,
    auth: { apiKey: Buffer.from(`haetae:${real.secret}`).toString('base64') },
  });
  expect(await client.info()).toMatchObject({ version: { number: '9.9.9' } });
  real.outcomes.push(BUSY);
  const result = await client.helpers.bulk({
    datasource: ALL.map(winlogOf),
    onDocument: () => ({ create: { _index: 'winlogbeat' } }),
    flushBytes: 500_000,
    retries: 5,
    wait: 50,
  });
  expect(result).toMatchObject({ successful: COUNT, failed: 0 });
  expect(sorted(await real.until(COUNT))).toEqual(EXPECTED);
});

const otelcol = (kind: 'a' | 'b'): string | undefined => {
  const path = join(CLIENTS, `otelcol-${kind}`);
  return existsSync(path) ? path : undefined;
};

describe('OpenTelemetry Collector', () => {
  const telemetry = 'telemetry: { logs: { level: warn }, metrics: { level: none } }';

  test.each([
    [
      'otlphttp, protobuf and gzip',
      () =>
        `otlphttp: { endpoint: "${real.server.url}", compression: gzip, headers: { authorization: "Bearer ${real.secret}" }`,
    ],
    [
      'otlphttp, JSON',
      () =>
        `otlphttp: { endpoint: "${real.server.url}", compression: none, encoding: json, headers: { authorization: "Bearer ${real.secret}" }`,
    ],
    [
      'splunk_hec',
      () =>
        `splunk_hec: { endpoint: "${real.server.url}/services/collector", token: "${real.secret}", source: sysmon, sourcetype: json, health_check_enabled: true, health_path: /services/collector/health`,
    ],
  ])('%s', async (_, exporter) => {
    const program = otelcol('a');
    if (program === undefined)
      return missing('OpenTelemetry Collector (filelog)', `not at ${CLIENTS}/otelcol-a`, false);
    real.outcomes.push(BUSY);
    const name = exporter().split(':', 1)[0]!;
    const config = write(
      'otelcol.yaml',
      `receivers:
  filelog: { include: ["${write(
    'in.json',
    lines((one) => JSON.stringify(flatOf(one))),
  )}"], start_at: beginning, operators: [ { type: json_parser } ] }
exporters:
  ${exporter()}, retry_on_failure: { enabled: true, initial_interval: 100ms }, sending_queue: { queue_size: 10000 } }
service:
  ${telemetry}
  pipelines: { logs: { receivers: [filelog], exporters: [${name}] } }
`,
    );
    real.run('otelcol', program, ['--config', config]);
    expect(sorted(await real.until(COUNT)), said('otelcol')).toEqual(EXPECTED);
  });

  test.each(['none', 'otel', 'ecs'])('elasticsearch exporter, mapping mode %s', async (mode) => {
    const program = otelcol('b');
    if (program === undefined)
      return missing('OpenTelemetry Collector (elasticsearch)', `not at ${CLIENTS}/otelcol-b`, false);
    const receiver = real.server.port + 1 > 65_535 ? real.server.port - 1 : real.server.port + 1;
    const config = write(
      'otelcol.yaml',
      `receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:${receiver}" } } } }
exporters:
  elasticsearch: { endpoints: ["${real.server.url}"], logs_index: haetae-logs, mapping: { mode: "${mode}" }, api_key: "${Buffer.from(`haetae:${real.secret}`).toString('base64')}", compression: gzip, flush: { interval: 200ms } }
service:
  ${telemetry}
  pipelines: { logs: { receivers: [otlp], exporters: [elasticsearch] } }
`,
    );
    real.run('otelcol', program, ['--config', config]);
    for (let at = 0; at < ALL.length; at += 500) await feed(receiver, ALL.slice(at, at + 500));
    expect(sorted(await real.until(COUNT)), said('otelcol')).toEqual(EXPECTED);
  });

  /** As the collector's filelog receiver gives them on: the event in the attributes, its text in the body. */
  async function feed(receiver: number, all: readonly Sample[]): Promise<void> {
    const logRecords = all.map((one) => ({
      observedTimeUnixNano: '1772413200000000000',
      body: { stringValue: JSON.stringify(flatOf(one)) },
    }));
    const body = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
    for (let tries = 0; ; tries++) {
      const response = await fetch(`http://127.0.0.1:${receiver}/v1/logs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      }).catch(() => undefined);
      if (response?.ok === true) return;
      if (tries > 200) throw new Error(`the collector takes nothing: ${said('otelcol')}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
});

test('Filebeat, stock but for its input, setting up templates and policies first', async () => {
  const program = join(CLIENTS, 'filebeat');
  if (!existsSync(program)) return missing('Filebeat', `not at ${program}`, false);
  real.outcomes.push(BUSY, BUSY);
  const config = write(
    'filebeat.yml',
    `filebeat.inputs:
  - type: log
    paths: ["${write(
      'in.json',
      lines((one) => JSON.stringify(flatOf(one))),
    )}"]
output.elasticsearch:
  hosts: ["${real.server.url}"]
  api_key: "haetae:${real.secret}"
  bulk_max_size: 500
  backoff.init: 100ms
path.home: ${real.directory}
path.data: ${real.directory}/data
logging.to_stderr: true
logging.level: warning
`,
  );
  real.run('filebeat', program, ['-c', config, '--strict.perms=false', '-e']);
  expect(sorted(await real.until(COUNT)), said('filebeat')).toEqual(EXPECTED);
});
