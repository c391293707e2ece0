import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VERSION = '4.3.1';
/** The broker's programs, as Maven Central has them; kept for the next run. */
const JARS = process.env.HAETAE_KAFKA_JARS ?? join(tmpdir(), `haetae-kafka-${VERSION}`);

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>local</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging><dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${VERSION}</version></dependency>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>${VERSION}</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
</dependencies></project>`;

const runs = (command: string, args: readonly string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Why there is no broker for a test; undefined where there can be one, whose programs are there then. */
export function noKafka(): string | undefined {
  if (!runs('java', ['-version']))
    return 'Java 17 or newer is not installed (Debian: apt-get install openjdk-17-jre-headless)';
  if (existsSync(JARS)) return undefined;
  if (!runs('mvn', ['-v']))
    return 'Maven is not installed (Debian: apt-get install maven); HAETAE_KAFKA_JARS may name a folder of jars';
  const folder = mkdtempSync(join(tmpdir(), 'haetae-jars-'));
  writeFileSync(join(folder, 'pom.xml'), POM);
  const wanted = [
    '-B',
    '-q',
    '-f',
    join(folder, 'pom.xml'),
    'dependency:copy-dependencies',
    `-DoutputDirectory=${folder}`,
  ];
  if (!runs('mvn', [...wanted, '-DincludeScope=runtime'])) {
    rmSync(folder, { recursive: true });
    return `Kafka ${VERSION} cannot be had from Maven Central`;
  }
  renameSync(folder, JARS);
  return undefined;
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });

export interface Kafka {
  readonly address: string;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  /** Brings it up on the same port with what it had. */
  start(): Promise<void>;
}

/** A broker of the test's own, controller and all in one process; gone with the test's process at the latest. */
export async function startKafka(folder: string): Promise<Kafka> {
  mkdirSync(folder, { recursive: true });
  const [port, control] = [await freePort(), await freePort()];
  const settings = join(folder, 'server.properties');
  writeFileSync(
    settings,
    `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${control}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${control}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=${join(folder, 'data')}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
auto.create.topics.enable=false
`,
  );
  const java = ['-cp', join(JARS, '*'), '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'];
  const tool = (...args: readonly string[]): string =>
    execFileSync('java', [...java, 'kafka.tools.StorageTool', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  tool('format', '-t', tool('random-uuid').trim(), '-c', settings);
  let child: ReturnType<typeof spawn> | undefined;
  process.once('exit', () => child?.kill('SIGKILL'));
  const kafka: Kafka = {
    address: `127.0.0.1:${port}`,
    async kill() {
      const ended = once(child!, 'exit');
      child!.kill('SIGKILL');
      await ended;
    },
    async start() {
      const out = openSync(join(folder, 'kafka.log'), 'a');
      child = spawn('java', [...java, '-Xmx384m', 'kafka.Kafka', settings], { stdio: ['ignore', out, out] });
      while (!(await answers(port))) {
        if (child.exitCode !== null) throw new Error(`Kafka ended; ${join(folder, 'kafka.log')} says why`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
  };
  await kafka.start();
  return kafka;
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
