import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CERTIFICATE } from '../live/certificate.ts';
import { flatOf, type Sample, winlogOf, xmlOf } from '../live/frames.ts';
import { CLIENTS, npmClient } from './harness.ts';

/** Where clients send to, and how they are run. */
export interface Target {
  readonly directory: string;
  readonly url: string;
  readonly secret: string;
  /** A program of the machine; ended with the test. Its words are in `directory/NAME.log`. */
  run(name: string, command: string, args: readonly string[], env?: Record<string, string>): void;
}

const lines = (all: readonly Sample[], of: (one: Sample) => string): string =>
  all.map((one) => `${of(one)}\n`).join('');
const json = (all: readonly Sample[]): string => lines(all, (one) => JSON.stringify(flatOf(one)));
const portOf = ({ url }: Target): number => Number(new URL(url).port);
export function write({ directory }: Target, name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}
/** What a client said last. */
export function said({ directory }: Target, name: string): string {
  const path = join(directory, `${name}.log`);
  return existsSync(path) ? readFileSync(path, 'utf8').slice(-2000) : '';
}

/** A configuration of its own: no system sockets, nothing of this machine's. */
function rsyslog(to: Target, modules: string, template: string, action: string, input: string): void {
  const config = write(
    to,
    'rsyslog.conf',
    `global(workDirectory="${to.directory}" maxMessageSize="256k" DefaultNetstreamDriverCAFile="${to.directory}/ca.pem")
${modules}
module(load="imfile" mode="polling" pollingInterval="1")
template(name="out" type="string" string="${template}")
input(type="imfile" file="${input}" tag="sysmon" ruleset="r" freshStartTail="off")
ruleset(name="r") { action(${action} template="out" action.resumeRetryCount="-1" action.resumeInterval="1"
  queue.type="LinkedList" queue.size="50000" queue.dequeueBatchSize="500") }
`,
  );
  to.run('rsyslog', 'rsyslogd', ['-n', '-iNONE', '-f', config]);
}

export const rsyslogElastic = (to: Target, all: readonly Sample[]): void =>
  rsyslog(
    to,
    'module(load="omelasticsearch")',
    '%msg%',
    `type="omelasticsearch" server=["127.0.0.1"] serverport="${portOf(to)}" uid="haetae" pwd="${to.secret}" searchIndex="sysmon" searchType="" bulkmode="on" maxbytes="1m" errorFile="${to.directory}/errors.json"`,
    write(to, 'in.json', json(all)),
  );

/** Into a topic of Kafka: the event's XML as the message of a syslog line. */
export const rsyslogKafka = (to: Target, all: readonly Sample[], broker: string, topic: string): void =>
  rsyslog(
    to,
    'module(load="omkafka")',
    '<%PRI%>1 %TIMESTAMP:::date-rfc3339% %HOSTNAME% %app-name% - - - %msg%',
    `type="omkafka" broker=["${broker}"] topic="${topic}" confParam=["compression.codec=lz4"] resubmitOnFailure="on" keepFailedMessages="on" failedMsgFile="${to.directory}/failed"`,
    write(to, 'in.xml', lines(all, xmlOf)),
  );

export function rsyslogForward(
  to: Target,
  all: readonly Sample[],
  { port, framing, tls }: { port: number; framing: string; tls: boolean },
): void {
  write(to, 'ca.pem', CERTIFICATE.cert);
  const secure = tls
    ? 'StreamDriver="gtls" StreamDriverMode="1" StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="localhost"'
    : '';
  const end = tls || framing !== 'traditional' ? '' : '\\n';
  rsyslog(
    to,
    '',
    `<%PRI%>1 %TIMESTAMP:::date-rfc3339% %HOSTNAME% %app-name% - - - %msg%${end}`,
    `type="omfwd" target="127.0.0.1" port="${port}" protocol="tcp" TCP_Framing="${framing}" ${secure}`,
    write(to, 'in.xml', lines(all, xmlOf)),
  );
}

/** The bulk helper of @elastic/elasticsearch, which repeats what is refused item by item; undefined where it cannot be had. */
export async function elasticBulk(to: Target, all: readonly Sample[]): Promise<object | undefined> {
  const at = npmClient('@elastic/elasticsearch', '9.4.3');
  if (at === undefined) return undefined;
  const { Client } = createRequire(at)('@elastic/elasticsearch') as {
    Client: new (
      options: object,
    ) => {
      helpers: { bulk(options: object): Promise<{ successful: number; failed: number; retry: number }> };
      info(): Promise<{ version: { number: string } }>;
    };
  };
  const client = new Client({
    node: to.url,
    auth: { apiKey: Buffer.from(`haetae:${to.secret}`).toString('base64') },
  });
  const { version } = await client.info();
  const { successful, failed } = await client.helpers.bulk({
    datasource: all.map(winlogOf),
    onDocument: () => ({ create: { _index: 'winlogbeat' } }),
    flushBytes: 500_000,
    retries: 5,
    wait: 50,
  });
  return { version: version.number, successful, failed };
}

const program = (name: string): string | undefined => {
  const path = join(CLIENTS, name);
  return existsSync(path) ? path : undefined;
};
const TELEMETRY = 'telemetry: { logs: { level: warn }, metrics: { level: none } }';

/** Exporters of the OpenTelemetry Collector that read a file; false where the collector cannot be had. */
export const OTEL_EXPORTERS: Readonly<Record<string, (to: Target) => string>> = {
  'otlphttp, protobuf and gzip': ({ url, secret }) =>
    `otlphttp: { endpoint: "${url}", compression: gzip, headers: { authorization: "Bearer ${secret}" }`,
  'otlphttp, JSON': ({ url, secret }) =>
    `otlphttp: { endpoint: "${url}", compression: none, encoding: json, headers: { authorization: "Bearer ${secret}" }`,
  splunk_hec: ({ url, secret }) =>
    `splunk_hec: { endpoint: "${url}/services/collector", token: "${secret}", source: sysmon, sourcetype: json, health_check_enabled: true, health_path: /services/collector/health`,
};
export function otelFile(to: Target, all: readonly Sample[], exporter: string): boolean {
  const collector = program('otelcol-a');
  if (collector === undefined) return false;
  const written = OTEL_EXPORTERS[exporter]!(to);
  const config = write(
    to,
    'otelcol.yaml',
    `receivers:
  filelog: { include: ["${write(to, 'in.json', json(all))}"], start_at: beginning, operators: [ { type: json_parser } ] }
exporters:
  ${written}, retry_on_failure: { enabled: true, initial_interval: 100ms }, sending_queue: { queue_size: 10000 } }
service:
  ${TELEMETRY}
  pipelines: { logs: { receivers: [filelog], exporters: [${written.split(':', 1)[0]!}] } }
`,
  );
  to.run('otelcol', collector, ['--config', config]);
  return true;
}

/** The collector's exporter into a topic of Kafka; false where the collector cannot be had. */
export function otelKafka(
  to: Target,
  all: readonly Sample[],
  { broker, topic, encoding }: { broker: string; topic: string; encoding: string },
): boolean {
  const collector = program('otelcol-a');
  if (collector === undefined) return false;
  const config = write(
    to,
    'otelcol.yaml',
    `receivers:
  filelog: { include: ["${write(to, 'in.json', json(all))}"], start_at: beginning }
exporters:
  kafka: { brokers: ["${broker}"], protocol_version: 2.8.0, logs: { topic: "${topic}", encoding: ${encoding} }, producer: { compression: snappy } }
service:
  ${TELEMETRY}
  pipelines: { logs: { receivers: [filelog], exporters: [kafka] } }
`,
  );
  to.run('otelcol', collector, ['--config', config]);
  return true;
}

/** The collector's elasticsearch exporter, fed by OTLP; false where it cannot be had. */
export async function otelElastic(to: Target, all: readonly Sample[], mode: string): Promise<boolean> {
  const collector = program('otelcol-b');
  if (collector === undefined) return false;
  const receiver = portOf(to) + 1 > 65_535 ? portOf(to) - 1 : portOf(to) + 1;
  const key = Buffer.from(`haetae:${to.secret}`).toString('base64');
  const config = write(
    to,
    'otelcol.yaml',
    `receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:${receiver}" } } } }
exporters:
  elasticsearch: { endpoints: ["${to.url}"], logs_index: haetae-logs, mapping: { mode: "${mode}" }, api_key: "${key}", compression: gzip, flush: { interval: 200ms } }
service:
  ${TELEMETRY}
  pipelines: { logs: { receivers: [otlp], exporters: [elasticsearch] } }
`,
  );
  to.run('otelcol', collector, ['--config', config]);
  for (let at = 0; at < all.length; at += 500) await feed(to, receiver, all.slice(at, at + 500));
  return true;
}

/** As the collector's filelog receiver gives them on: the event in the attributes, its text in the body. */
async function feed(to: Target, receiver: number, all: readonly Sample[]): Promise<void> {
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
    if (tries > 600) throw new Error(`the collector takes nothing: ${said(to, 'otelcol')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Stock but for its input, setting up templates and policies first; false where it cannot be had. */
export function filebeat(to: Target, all: readonly Sample[]): boolean {
  const beat = program('filebeat');
  if (beat === undefined) return false;
  const config = write(
    to,
    'filebeat.yml',
    `filebeat.inputs:
  - type: log
    paths: ["${write(to, 'in.json', json(all))}"]
output.elasticsearch:
  hosts: ["${to.url}"]
  api_key: "haetae:${to.secret}"
  bulk_max_size: 500
  backoff.init: 100ms
path.home: ${to.directory}
path.data: ${to.directory}/data
logging.to_stderr: true
logging.level: warning
`,
  );
  to.run('filebeat', beat, ['-c', config, '--strict.perms=false', '-e']);
  return true;
}
