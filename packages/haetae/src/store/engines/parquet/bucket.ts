import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, rm, unlink } from 'node:fs/promises';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { join } from 'node:path';
import { StoreError } from '../../error.ts';
import { quoted } from '../duckdb/database.ts';
import type { DuckSql } from '../duckdb/sql.ts';
import { driver } from '../postgres/database.ts';
import { type FilePlace, MARK } from './place.ts';

/** A connection on which nothing comes or goes for so long is none. */
const ANSWER_MS = 30_000;
/** Of a name that AWS and others take (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html). */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** A bucket of S3, or of a server that speaks it, and who may write there. */
export interface Bucket {
  readonly bucket: string;
  /** What stands before each path; nothing, or with a `/` at its end. */
  readonly prefix: string;
  /** Of a server that is not AWS. */
  readonly endpoint: URL | undefined;
  readonly region: string;
  readonly keyId: string;
  readonly secret: string;
  readonly sessionToken: string | undefined;
  /** A file of certificates, in place of those of the system, and what it holds. */
  readonly ca: { readonly file: string; readonly text: Buffer } | undefined;
  /** DuckDB's extension as a file, where it cannot be downloaded. */
  readonly extension: string | undefined;
}

/** `s3://bucket[/prefix]`; who, where and how stands in the environment, by the names of AWS's own tools. */
export function bucketOf(text: string, env: NodeJS.ProcessEnv): Bucket {
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]*)\/?(.*)$/.exec(text) ?? [];
  const bad = (why: string): StoreError => new StoreError('invalid', `events in ${text}: ${why}`);
  if (!BUCKET.test(bucket)) throw bad(`“${bucket}” is no name of a bucket. Its form: s3://bucket[/prefix]`);
  const prefix = path.replace(/\/+$/, '');
  if (!/^[\w!.*'()=/-]*$/.test(prefix)) throw bad("a prefix has letters of ASCII, digits and _ ! . * ' ( ) = / -");
  const { AWS_ACCESS_KEY_ID: keyId, AWS_SECRET_ACCESS_KEY: secret } = env;
  if (!keyId || !secret) throw bad('the environment lacks AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  const endpoint = env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || undefined;
  if (endpoint !== undefined && !(/^https?:\/\//.test(endpoint) && URL.canParse(endpoint)))
    throw bad(`AWS_ENDPOINT_URL_S3 is no address: ${endpoint}`);
  return {
    bucket,
    prefix: prefix === '' ? '' : `${prefix}/`,
    endpoint: endpoint === undefined ? undefined : new URL(endpoint),
    region: env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1',
    ...{ keyId, secret, sessionToken: env.AWS_SESSION_TOKEN || undefined },
    ca: env.AWS_CA_BUNDLE ? caIn(env.AWS_CA_BUNDLE, bad) : undefined,
    extension: env.HAETAE_DUCKDB_HTTPFS || undefined,
  };
}

function caIn(file: string, bad: (why: string) => StoreError): NonNullable<Bucket['ca']> {
  try {
    return { file, text: readFileSync(file) };
  } catch (error) {
    throw bad(`AWS_CA_BUNDLE cannot be read: ${(error as Error).message}`);
  }
}

/**
 * `directory`: where DuckDB keeps the extension that it downloads, and writes each file before it is sent: parts of several uploads at once
 * would fill its memory, and be left behind where it is killed.
 */
export function bucketPlace(of: Bucket, directory: string): FilePlace {
  const base = `s3://${of.bucket}/${of.prefix}`;
  const at = (path: string): string => `${base}${path}`;
  const ask = askerOf(of);
  const drafts = join(directory, 'drafts');
  const draft = (path: string): string => join(drafts, path);
  let emptied: Promise<void> | undefined;
  return {
    name: base.replace(/\/$/, ''),
    async attach(sql) {
      // Of a process that was killed; this one's are not there yet.
      emptied ??= rm(drafts, { recursive: true, force: true });
      await emptied;
      await attach(sql, of, base, directory);
    },
    at,
    draft,
    // A bucket that is away takes nothing.
    reach: async () => {},
    makeRoom: async (path) => void (await mkdir(draft(path), { recursive: true })),
    async settled(path) {
      try {
        const body = await readFile(draft(path));
        await ask('PUT', path, { body });
        return body.length;
      } finally {
        await unlink(draft(path));
      }
    },
    async mark() {
      const { status, text } = await ask('GET', MARK, { also: 404 });
      if (status === 404 && text.includes('NoSuchBucket')) throw new Error(`there is no bucket ${of.bucket}`);
      return status === 404 ? undefined : text;
    },
    async setMark(text) {
      const { status } = await ask('PUT', MARK, { body: Buffer.from(text), isNew: true, also: 412 });
      return status !== 412;
    },
    async older(sql, beforeMs) {
      const rows = await sql.all(
        `SELECT filename FROM read_blob(${quoted(at('day=*/*/*.parquet'))}) WHERE epoch_ms(last_modified) < ${Math.floor(beforeMs)}`,
      );
      return rows.map(({ filename }) => (filename as string).slice(base.length));
    },
    remove: async (path) => void (await ask('DELETE', path, { also: 404 })),
  };
}

async function attach(sql: DuckSql, of: Bucket, base: string, directory: string): Promise<void> {
  try {
    if (of.extension === undefined) {
      await sql.run(`SET GLOBAL extension_directory = ${quoted(join(directory, 'duckdb-extensions'))}`);
      await sql.run('INSTALL httpfs');
      await sql.run('LOAD httpfs');
    } else await sql.run(`LOAD ${quoted(of.extension)}`);
  } catch (error) {
    const version = (await sql.first('SELECT version() AS version'))!.version;
    throw new StoreError(
      'missing',
      `events in ${base} need DuckDB's extension httpfs (${version}), which cannot be had: ${(error as Error).message}. HAETAE_DUCKDB_HTTPFS may name its file`,
      { cause: error },
    );
  }
  const { endpoint, keyId, secret, sessionToken, region } = of;
  const parts = [
    `TYPE s3, SCOPE ${quoted(base)}, KEY_ID ${quoted(keyId)}, SECRET ${quoted(secret)}, REGION ${quoted(region)}`,
    ...(sessionToken === undefined ? [] : [`SESSION_TOKEN ${quoted(sessionToken)}`]),
    ...(endpoint === undefined
      ? []
      : [`ENDPOINT ${quoted(endpoint.host)}, URL_STYLE 'path', USE_SSL ${endpoint.protocol === 'https:'}`]),
  ];
  await sql.run(`CREATE OR REPLACE SECRET events_bucket (${parts.join(', ')})`);
  if (of.ca !== undefined) await sql.run(`SET GLOBAL ca_cert_file = ${quoted(of.ca.file)}`);
  await sql.run('SET GLOBAL enable_server_cert_verification = true');
  // No file is ever changed.
  await sql.run('SET GLOBAL enable_http_metadata_cache = true');
}

interface Answer {
  readonly status: number;
  readonly text: string;
}
type Ask = (
  method: string,
  path: string,
  /** `isNew`: only where nothing stands yet. `also`: a status beside those of success that is an answer. */
  more?: { readonly body?: Buffer; readonly isNew?: boolean; readonly also?: number },
) => Promise<Answer>;

/** A request that is signed with the bucket's key, and its body with it. */
function askerOf({ bucket, prefix, endpoint, region, keyId, secret, sessionToken, ca }: Bucket): Ask {
  const root =
    endpoint === undefined
      ? `https://${bucket}.s3.${region}.amazonaws.com/`
      : `${endpoint.href.replace(/\/$/, '')}/${bucket}/`;
  const signing = async () => {
    const { AwsClient } = await driver();
    return new AwsClient({
      ...{ accessKeyId: keyId, secretAccessKey: secret, service: 's3', region },
      ...(sessionToken !== undefined && { sessionToken }),
    });
  };
  /** One for all requests: it keeps the key of the day. */
  let signer: ReturnType<typeof signing> | undefined;
  return async (method, path, { body = Buffer.alloc(0), isNew = false, also } = {}) => {
    signer ??= signing();
    const client = await signer;
    const headers = {
      'x-amz-content-sha256': createHash('sha256').update(body).digest('hex'),
      ...(isNew && { 'if-none-match': '*' }),
    };
    const signed = await client.sign(`${root}${prefix}${path}`, { method, headers });
    const answer = await sent(signed.url, method, Object.fromEntries(signed.headers), body, ca?.text);
    if ((answer.status >= 200 && answer.status < 300) || answer.status === also) return answer;
    const why = /<Message>([^<]*)/.exec(answer.text)?.[1] ?? '';
    throw new Error(`${method} ${prefix}${path} was answered by ${answer.status}${why === '' ? '' : `: ${why}`}`);
  };
}

/** By hand, since `fetch` takes no certificates. */
function sent(
  url: string,
  method: string,
  headers: Record<string, string>,
  body: Buffer,
  ca: Buffer | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? requestHttps : requestHttp;
    const length = method === 'PUT' ? { 'content-length': body.length } : {};
    const options = { method, headers: { ...headers, ...length }, ca };
    const asked = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    asked.on('error', reject);
    asked.setTimeout(ANSWER_MS, () => asked.destroy(new Error(`no answer within ${ANSWER_MS / 1000} s`)));
    asked.end(body);
  });
}
