import { readFileSync } from 'node:fs';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { join } from 'node:path';
import { StoreError } from '../../error.ts';
import { quoted } from '../duckdb/database.ts';
import type { DuckSql } from '../duckdb/sql.ts';
import { driver } from '../postgres/database.ts';
import { type FilePlace, MARK } from './place.ts';

/** An answer that takes longer is none. */
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
  /** A file of certificates, beside those of the system. */
  readonly caFile: string | undefined;
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
    caFile: env.AWS_CA_BUNDLE || undefined,
    extension: env.HAETAE_DUCKDB_HTTPFS || undefined,
  };
}

/** `directory`: where DuckDB keeps the extension that it downloads. */
export function bucketPlace(of: Bucket, directory: string): FilePlace {
  const base = `s3://${of.bucket}/${of.prefix}`;
  const at = (path: string): string => `${base}${path}`;
  const ask = askerOf(of);
  return {
    name: base.replace(/\/$/, ''),
    attach: (sql) => attach(sql, of, base, directory),
    at,
    // A bucket that is away takes nothing.
    reach: async () => {},
    makeRoom: async () => {},
    async settled(path) {
      const { headers } = await ask('HEAD', path);
      return Number(headers['content-length']);
    },
    async mark() {
      const { status, text } = await ask('GET', MARK, { also: 404 });
      if (status === 404 && text.includes('NoSuchBucket')) throw new Error(`there is no bucket ${of.bucket}`);
      return status === 404 ? undefined : text;
    },
    async setMark(text) {
      const { status } = await ask('PUT', MARK, { text, also: 412 });
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
  if (of.caFile !== undefined) await sql.run(`SET GLOBAL ca_cert_file = ${quoted(of.caFile)}`);
  await sql.run('SET GLOBAL enable_server_cert_verification = true');
  // No file is ever changed.
  await sql.run('SET GLOBAL enable_http_metadata_cache = true');
  // A part of an upload is a 10,000th of it, and is in memory: 5 MB in place of 80.
  await sql.run("SET GLOBAL s3_uploader_max_filesize = '50GB'");
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}
type Ask = (
  method: string,
  path: string,
  /** `also`: a status beside those of success that is an answer. */
  more?: { readonly text?: string; readonly also?: number },
) => Promise<Answer>;

/** What DuckDB has no words for: a request signed with the bucket's key. A text is written only where nothing stands yet. */
function askerOf({ bucket, prefix, endpoint, region, keyId, secret, sessionToken, caFile }: Bucket): Ask {
  const root =
    endpoint === undefined
      ? `https://${bucket}.s3.${region}.amazonaws.com/`
      : `${endpoint.href.replace(/\/$/, '')}/${bucket}/`;
  const ca = caFile === undefined ? undefined : readFileSync(caFile);
  return async (method, path, { text, also } = {}) => {
    const { AwsClient } = await driver();
    const client = new AwsClient({
      ...{ accessKeyId: keyId, secretAccessKey: secret, service: 's3', region },
      ...(sessionToken !== undefined && { sessionToken }),
    });
    const headers = text === undefined ? {} : { 'if-none-match': '*', 'content-type': 'text/plain' };
    const signed = await client.sign(`${root}${prefix}${path}`, {
      ...{ method, headers },
      ...(text !== undefined && { body: text }),
    });
    const answer = await sent(signed.url, method, Object.fromEntries(signed.headers), text, ca);
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
  text: string | undefined,
  ca: Buffer | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? requestHttps : requestHttp;
    const asked = request(url, { method, headers, ca, signal: AbortSignal.timeout(ANSWER_MS) }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          ...{ status: response.statusCode ?? 0, headers: response.headers },
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    asked.on('error', reject);
    asked.end(text);
  });
}
