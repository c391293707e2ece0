import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { version } from '@duckdb/node-api';
import { lastingFolder } from './fixtures.ts';
import { freePort, isOpen } from './postgres.ts';

/** Speaks S3 over a folder (https://github.com/versity/versitygw); kept for the next run. */
const SERVER = 'github.com/versity/versitygw/cmd/versitygw@v1.8.0';
const PROGRAM = process.env.HAETAE_VERSITYGW ?? join(tmpdir(), `haetae-${SERVER.split('/').at(-1)}`, 'versitygw');
/** DuckDB's extension, of the version that is used. It is called after its name. */
const EXTENSION =
  process.env.HAETAE_DUCKDB_HTTPFS ?? join(tmpdir(), `haetae-duckdb-${version()}`, 'httpfs.duckdb_extension');
export const BUCKET = 'haetae-test';

/** Why there is no bucket for a test; undefined where there can be one, whose programs are there then. */
export function noBucket(): string | undefined {
  try {
    if (!existsSync(PROGRAM)) haveServer();
  } catch {
    return `${SERVER} cannot be had (Go: go install); HAETAE_VERSITYGW may name the program`;
  }
  try {
    if (!existsSync(EXTENSION)) haveExtension();
  } catch {
    return `the extension httpfs of DuckDB ${version()} cannot be had (PyPI: duckdb-extension-httpfs); HAETAE_DUCKDB_HTTPFS may name the file`;
  }
  return undefined;
}

function haveServer(): void {
  const folder = mkdtempSync(join(tmpdir(), 'haetae-s3-'));
  execFileSync('go', ['install', SERVER], { env: { ...process.env, GOBIN: folder, GOFLAGS: '' }, stdio: 'ignore' });
  renameSync(folder, join(PROGRAM, '..'));
}

/** The same file as extensions.duckdb.org has, signed by DuckDB, as PyPI has it. */
function haveExtension(): void {
  const folder = mkdtempSync(join(tmpdir(), 'haetae-httpfs-'));
  const python = (...args: readonly string[]): unknown => execFileSync('python3', ['-m', ...args], { stdio: 'ignore' });
  const wanted = `duckdb-extension-httpfs==${version().replace(/^v/, '')}`;
  python('pip', 'download', '-q', '--no-deps', '-d', folder, wanted);
  const [wheel] = readdirSync(folder);
  python('zipfile', '-e', join(folder, wheel!), folder);
  const found = readdirSync(folder, { recursive: true }).find((name) => String(name).endsWith('.duckdb_extension'));
  renameSync(join(folder, String(found), '..'), join(EXTENSION, '..'));
  rmSync(folder, { recursive: true });
}

export interface BucketServer {
  /** Where the bucket's files are seen; below it, by their names. */
  readonly folder: string;
  /** What the environment says of it. */
  readonly env: Readonly<Record<string, string>>;
  kill(): Promise<void>;
  /** On the same port. */
  start(): Promise<void>;
}

/** A server of the test's own on a free port of loopback, with a bucket; gone with the process at the latest. */
export async function startBucket(tls?: { readonly key: string; readonly cert: string }): Promise<BucketServer> {
  const root = lastingFolder();
  const folder = join(root, 'files', BUCKET);
  mkdirSync(folder, { recursive: true });
  const [keyFile, certFile] = [join(root, 'key.pem'), join(root, 'cert.pem')];
  const secure = tls === undefined ? [] : ['--key', keyFile, '--cert', certFile];
  if (tls !== undefined) {
    writeFileSync(keyFile, tls.key);
    writeFileSync(certFile, tls.cert);
  }
  const port = await freePort();
  const [id, secret] = ['haetae', 'p@ss/w+rd ='];
  const args = ['--access', id, '--secret', secret, '--port', `127.0.0.1:${port}`, ...secure, '--quiet', 'posix'];
  let server: ReturnType<typeof spawn> | undefined;
  const kill = async (): Promise<void> => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  };
  const start = async (): Promise<void> => {
    const started = spawn(PROGRAM, [...args, join(root, 'files')], { stdio: 'ignore' });
    server = started;
    while (!(await isOpen(port))) {
      if (started.exitCode !== null) throw new Error(`versitygw ended with ${started.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  process.once('exit', () => void server?.kill('SIGKILL'));
  await start();
  return {
    folder,
    env: {
      ...{ AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, HAETAE_DUCKDB_HTTPFS: EXTENSION },
      AWS_ENDPOINT_URL_S3: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
      ...(tls !== undefined && { AWS_CA_BUNDLE: certFile }),
    },
    kill,
    start,
  };
}
