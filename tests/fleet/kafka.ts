import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, isOpen } from '../../packages/haetae/src/store/testing/postgres.ts';
import { CERTIFICATE } from '../live/certificate.ts';

export { freePort };

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

export interface Kafka {
  readonly address: string;
  /** Its port for those who see it under another address. */
  readonly elsewhere: number;
  /** Of a broker with users: by TLS and a password; by TLS and a certificate of the sender's. */
  readonly secure: { readonly password: string; readonly certificate: string };
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  /** Brings it up on the same port with what it had. */
  start(): Promise<void>;
}

export interface User {
  readonly name: string;
  readonly secret: string;
}

/** TLS by the certificate of the tests, which signed itself; users by PLAIN and by SCRAM. */
function secured(folder: string, users: readonly User[]): string {
  const [own, known] = [join(folder, 'broker.pem'), join(folder, 'known.pem')];
  writeFileSync(own, `${CERTIFICATE.key}${CERTIFICATE.cert}`);
  writeFileSync(known, CERTIFICATE.cert);
  const login = 'org.apache.kafka.common.security';
  const plain = users.map(({ name, secret }) => `user_${name}="${secret}"`).join(' ');
  const by = (mechanism: string): string => `listener.name.password.${mechanism}.sasl.jaas.config`;
  return `ssl.keystore.type=PEM
ssl.keystore.location=${own}
ssl.truststore.type=PEM
ssl.truststore.location=${known}
listener.name.certificate.ssl.client.auth=required
listener.name.password.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
${by('plain')}=${login}.plain.PlainLoginModule required ${plain};
${by('scram-sha-256')}=${login}.scram.ScramLoginModule required;
${by('scram-sha-512')}=${login}.scram.ScramLoginModule required;
`;
}

interface Node {
  readonly id: number;
  readonly folder: string;
  readonly port: number;
  readonly control: number;
  readonly other: number;
  /** `id@address` of every controller. */
  readonly voters: string;
  /** Of the cluster, made by Kafka's own tool. */
  readonly cluster: string;
  readonly users?: readonly User[];
  readonly elsewhere?: string;
}

const JAVA = ['-cp', join(JARS, '*'), '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'];
const tool = (...args: readonly string[]): string =>
  execFileSync('java', [...JAVA, 'kafka.tools.StorageTool', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });

/** A broker of the test's own, controller and all in one process; gone with the test's process at the latest. */
export async function startKafka(folder: string, users: readonly User[] = [], elsewhere = '127.0.0.1'): Promise<Kafka> {
  const [port, control, other] = [await freePort(), await freePort(), await freePort()];
  const voters = `1@127.0.0.1:${control}`;
  const cluster = tool('random-uuid').trim();
  const kafka = await brokerOf({ id: 1, folder, port, control, other, voters, cluster, users, elsewhere });
  await kafka.start();
  return kafka;
}

/** Several of them, each of which may lead what the others copy. */
export async function startCluster(folder: string, size: number): Promise<readonly Kafka[]> {
  const nodes: Omit<Node, 'voters' | 'cluster'>[] = [];
  for (let id = 1; id <= size; id++)
    nodes.push({
      ...{ id, folder: join(folder, `${id}`) },
      ...{ port: await freePort(), control: await freePort(), other: await freePort() },
    });
  const voters = nodes.map(({ id, control }) => `${id}@127.0.0.1:${control}`).join(',');
  const cluster = tool('random-uuid').trim();
  const brokers = await Promise.all(nodes.map((node) => brokerOf({ ...node, voters, cluster })));
  await Promise.all(brokers.map((broker) => broker.start()));
  return brokers;
}

async function brokerOf(node: Node): Promise<Kafka> {
  const { id, folder, port, control, other, voters, cluster, users = [], elsewhere = '127.0.0.1' } = node;
  mkdirSync(folder, { recursive: true });
  const copies = Math.min(3, voters.split(',').length);
  const [password, certificate] = users.length === 0 ? [0, 0] : [await freePort(), await freePort()];
  const doors = users.length === 0 ? '' : `,PASSWORD://127.0.0.1:${password},CERTIFICATE://127.0.0.1:${certificate}`;
  const settings = join(folder, 'server.properties');
  writeFileSync(
    settings,
    `process.roles=broker,controller
node.id=${id}
controller.quorum.voters=${voters}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${control},ELSEWHERE://127.0.0.1:${other}${doors}
advertised.listeners=PLAINTEXT://127.0.0.1:${port},ELSEWHERE://${elsewhere}:${other}${doors}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,ELSEWHERE:PLAINTEXT,CONTROLLER:PLAINTEXT,PASSWORD:SASL_SSL,CERTIFICATE:SSL
log.dirs=${join(folder, 'data')}
offsets.topic.replication.factor=${copies}
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=${copies}
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
auto.create.topics.enable=false
${users.length === 0 ? '' : secured(folder, users)}`,
  );
  const scram = users.flatMap(({ name, secret }) =>
    ['256', '512'].flatMap((bits) => ['--add-scram', `SCRAM-SHA-${bits}=[name=${name},password=${secret}]`]),
  );
  tool('format', '-t', cluster, '-c', settings, ...scram);
  let child: ReturnType<typeof spawn> | undefined;
  process.once('exit', () => child?.kill('SIGKILL'));
  return {
    address: `127.0.0.1:${port}`,
    elsewhere: other,
    secure: { password: `127.0.0.1:${password}`, certificate: `127.0.0.1:${certificate}` },
    async kill() {
      const ended = once(child!, 'exit');
      child!.kill('SIGKILL');
      await ended;
    },
    async start() {
      const out = openSync(join(folder, 'kafka.log'), 'a');
      child = spawn('java', [...JAVA, '-Xmx384m', 'kafka.Kafka', settings], { stdio: ['ignore', out, out] });
      while (!(await isOpen(port))) {
        if (child.exitCode !== null) throw new Error(`Kafka ended; ${join(folder, 'kafka.log')} says why`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
  };
}
