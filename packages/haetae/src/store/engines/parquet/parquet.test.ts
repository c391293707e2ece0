import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { batch } from '../../testing/events.ts';
import { closing, type FileStores, filesContract, ids, opener, sample } from '../../testing/files.contract.ts';
import { tempFolder } from '../../testing/fixtures.ts';
import { noPostgres, startPostgres } from '../../testing/postgres.ts';
import { placeOf } from '../postgres/postgres.ts';
import { bucketOf } from './bucket.ts';

const missing = noPostgres();
if (missing !== undefined && process.env.CI === undefined) {
  test.skip(`events as Parquet: ${missing}`, () => {});
} else {
  const server = await startPostgres();
  afterAll(() => server.stop());
  const lakeIn = (folder: string): string => join(folder, 'events');
  const stores: FileStores = { url: server.url, eventsOf: lakeIn, filesOf: lakeIn };
  const open = opener(stores);
  filesContract('Parquet', stores);

  describe('Parquet in a folder', () => {
    test('the folder of another store, or one where nothing is mounted, is refused', async () => {
      const [folder, second] = [tempFolder(), tempFolder()];
      const store = closing(await open(folder));
      await store.intake.commit(batch(1, [sample(1)]));
      const wrong = closing(await opener({ ...stores, eventsOf: () => lakeIn(folder) })(second));
      await expect(wrong.intake.commit(batch(1, [sample(1)]))).rejects.toMatchObject({ code: 'taken' });
      const away = `${lakeIn(folder)}-away`;
      renameSync(lakeIn(folder), away);
      await expect(store.intake.commit(batch(2, [sample(2)]))).rejects.toMatchObject({ code: 'unreachable' });
      const again = closing(await open(folder));
      await expect(again.events.count({})).rejects.toMatchObject({ code: 'missing' });
      rmSync(lakeIn(folder), { recursive: true, force: true });
      renameSync(away, lakeIn(folder));
      await store.intake.commit(batch(2, [sample(2)]));
      expect(await ids(again)).toEqual([1, 2]);
    });

    test('what is neither a folder by its whole path nor a bucket is refused', () => {
      expect(() => placeOf(`${server.url}?events=events`)).toThrow('absolute path');
    });
  });
}

const KEYS = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'geheim' };
test('a bucket is told by its URL, who and where by the environment, as with the tools of AWS', () => {
  expect(bucketOf('s3://logs-eu/haetae/events/', { ...KEYS, AWS_REGION: 'eu-central-1' })).toEqual({
    ...{ bucket: 'logs-eu', prefix: 'haetae/events/', endpoint: undefined, region: 'eu-central-1' },
    ...{ keyId: 'id', secret: 'geheim', sessionToken: undefined, ca: undefined, extension: undefined },
  });
  const endpoint = { AWS_ENDPOINT_URL: 'https://all.example', AWS_ENDPOINT_URL_S3: 'http://minio.example:9000' };
  expect(bucketOf('s3://logs', { ...KEYS, ...endpoint })).toMatchObject({
    ...{ prefix: '', endpoint: new URL('http://minio.example:9000'), region: 'us-east-1' },
  });
});

test.each([
  ['s3://', {}, /“” is no name of a bucket. Its form: s3/],
  ['s3://Logs', {}, /“Logs” is no name/],
  ['s3://logs/*?', {}, /a prefix has letters/],
  ['s3://logs', { AWS_ACCESS_KEY_ID: '' }, /lacks AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/],
  ['s3://logs', { AWS_ENDPOINT_URL_S3: 'minio:9000' }, /AWS_ENDPOINT_URL_S3 is no address/],
  ['s3://logs', { AWS_CA_BUNDLE: '/none' }, /AWS_CA_BUNDLE cannot be read: ENOENT/],
])('%s with %o is refused in words that help', (url, change, why) => {
  const refuse = () => bucketOf(url, { ...KEYS, ...change });
  expect(refuse).toThrow(why);
  expect(refuse).not.toThrow(/geheim/);
});
