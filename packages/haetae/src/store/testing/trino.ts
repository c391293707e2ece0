import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask, type TrinoPlace } from '../engines/trino/client.ts';
import { BUCKET, type BucketServer } from './bucket.ts';
import { lastingFolder } from './fixtures.ts';
import { freePort } from './postgres.ts';

/** The oldest Java that Trino runs on, by its own word. */
const JAVA = 24;

function java(): string | undefined {
  const root = '/usr/lib/jvm';
  const installed = existsSync(root) ? readdirSync(root).map((name) => join(root, name, 'bin/java')) : [];
  return [process.env.HAETAE_TRINO_JAVA ?? 'java', ...installed].find((path) => {
    const { stderr } = spawnSync(path, ['-version'], { encoding: 'utf8' });
    return Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0) >= JAVA;
  });
}

/** Why there is no Trino for a test; undefined where there can be one. It is too large to be had for a test alone. */
export function noTrino(): string | undefined {
  const home = process.env.HAETAE_TRINO;
  if (home === undefined || !existsSync(join(home, 'lib')))
    return 'HAETAE_TRINO names no unpacked trino-server (Maven Central: io.trino:trino-server:tar.gz)';
  return java() === undefined ? `Trino needs Java ${JAVA} or newer (HAETAE_TRINO_JAVA)` : undefined;
}

export interface TrinoServer {
  /** A place for events and a table over it, as docs/fleet.md makes it, in a schema of its own: what stands in a store's URL behind `events=`. */
  placeOf(name: string): Promise<string>;
  stop(): void;
}

/** A server of the test's own on a free port of loopback; gone with the process at the latest. */
export async function startTrino(bucket?: BucketServer): Promise<TrinoServer> {
  const home = process.env.HAETAE_TRINO!;
  const folder = lastingFolder();
  const port = await freePort();
  const put = (path: string, lines: readonly string[]): void =>
    writeFileSync(join(folder, path), lines.map((line) => `${line}\n`).join(''));
  for (const path of ['etc/catalog', 'data', 'plugin', 'seen/metastore'])
    mkdirSync(join(folder, path), { recursive: true });
  // One plugin of sixty: the others take their time to be loaded.
  execFileSync('ln', ['-s', join(home, 'plugin/hive'), join(folder, 'plugin/hive')]);
  put('etc/config.properties', [
    'coordinator=true',
    'node-scheduler.include-coordinator=true',
    `http-server.http.port=${port}`,
    `discovery.uri=http://127.0.0.1:${port}`,
    `catalog.config-dir=${folder}/etc/catalog`,
    `plugin.dir=${folder}/plugin`,
  ]);
  put('etc/log.properties', ['io.trino=WARN']);
  put('etc/catalog/hive.properties', [
    'connector.name=hive',
    'hive.metastore=file',
    'hive.metastore.catalog.dir=local:///metastore',
    'hive.recursive-directories=true',
    'fs.native-local.enabled=true',
    `local.location=${folder}/seen`,
    ...(bucket === undefined ? [] : overS3(bucket)),
  ]);
  const options = [
    ...['-Xmx1500M', '-XX:+ExplicitGCInvokesConcurrent', '--add-modules=jdk.incubator.vector'],
    ...['--enable-native-access=ALL-UNNAMED', '-Djdk.attach.allowAttachSelf=true', '-Dfile.encoding=UTF-8'],
    ...['-Dnode.environment=test', '-Dnode.id=one', '-Dnode.internal-address=127.0.0.1', '-Dnode.bind-ip=127.0.0.1'],
    ...[`-Dconfig=${folder}/etc/config.properties`, `-Dlog.levels-file=${folder}/etc/log.properties`],
    ...[`-Dnode.data-dir=${folder}/data`, '-cp', join(home, 'lib/*'), 'io.trino.server.TrinoServer'],
  ];
  const log = openSync(join(folder, 'log'), 'w');
  const server = spawn(java()!, options, { stdio: ['ignore', log, log] });
  const stop = (): void => void server.kill('SIGKILL');
  process.once('exit', stop);
  const place = (schema: string): TrinoPlace => ({
    ...{ url: `http://127.0.0.1:${port}`, user: 'test', password: '', catalog: 'hive', schema },
  });
  const run = (schema: string, text: string) => ask(place(schema), text, new AbortController().signal);
  for (;;) {
    if (server.exitCode !== null)
      throw new Error(`Trino ended: ${readFileSync(join(folder, 'log'), 'utf8').slice(-2000)}`);
    // It answers before it has a node to run anything.
    const isReady = await run('none', 'SELECT count(*) FROM hive.information_schema.schemata').then(
      () => true,
      () => false,
    );
    if (isReady) break;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return {
    async placeOf(name) {
      const seen = join(folder, 'seen', name);
      const inBucket = `s3://${BUCKET}/${name}`;
      mkdirSync(bucket === undefined ? seen : join(bucket.folder, name), { recursive: true });
      await run(name, `CREATE SCHEMA hive.${name} WITH (location = 'local:///metastore/${name}')`);
      await run(name, tableOfDocs().replace(/s3:[^']*/, bucket === undefined ? `local:///${name}` : inBucket));
      return `${bucket === undefined ? seen : inBucket}&trino=http://test@127.0.0.1:${port}/hive/${name}`;
    },
    stop,
  };
}

const overS3 = ({ env }: BucketServer): string[] => [
  'fs.native-s3.enabled=true',
  `s3.endpoint=${env.AWS_ENDPOINT_URL_S3}`,
  `s3.aws-access-key=${env.AWS_ACCESS_KEY_ID}`,
  `s3.aws-secret-key=${env.AWS_SECRET_ACCESS_KEY}`,
  's3.region=us-east-1',
  's3.path-style-access=true',
];

/** The statement that people are told to make the table with. */
function tableOfDocs(): string {
  const text = readFileSync(new URL('../../../../../docs/fleet.md', import.meta.url), 'utf8');
  return /CREATE TABLE events \([^;]*/.exec(text)![0];
}
