import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BUCKET, noBucket, startBucket } from '../../packages/haetae/src/store/testing/bucket.ts';
import { batch } from '../../packages/haetae/src/store/testing/events.ts';
import {
  closing,
  type FileStores,
  filesContract,
  ids,
  opener,
  sample,
  upTo,
} from '../../packages/haetae/src/store/testing/files.contract.ts';
import { tempFolder } from '../../packages/haetae/src/store/testing/fixtures.ts';
import { noPostgres, startPostgres } from '../../packages/haetae/src/store/testing/postgres.ts';
import { CERTIFICATE } from '../live/certificate.ts';

/** Events as Parquet in a bucket of a server that speaks S3. */
const missing = noPostgres() ?? noBucket();
if (missing !== undefined && process.env.CI === undefined) {
  test.skip(`events in a bucket: ${missing}`, () => {});
} else {
  const [server, bucket, secure] = await Promise.all([startPostgres(), startBucket(), startBucket(CERTIFICATE)]);
  afterAll(async () => {
    server.stop();
    await Promise.all([bucket.kill(), secure.kill()]);
  });
  beforeEach(() => {
    for (const [name, value] of Object.entries(bucket.env)) vi.stubEnv(name, value);
  });
  afterEach(() => vi.unstubAllEnvs());

  const prefixOf = (folder: string): string => `haetae/${createHash('sha1').update(folder).digest('hex')}`;
  const stores: FileStores = {
    url: server.url,
    eventsOf: (folder) => `s3://${BUCKET}/${prefixOf(folder)}`,
    filesOf: (folder) => join(bucket.folder, prefixOf(folder)),
  };
  const open = opener(stores);

  filesContract('Parquet in a bucket', stores);

  describe('Parquet in a bucket', () => {
    test('the prefix of another store, or one whose files are gone, is refused', async () => {
      const [folder, second] = [tempFolder(), tempFolder()];
      const store = closing(await open(folder));
      await store.intake.commit(batch(1, [sample(1)]));
      const wrong = closing(await opener({ ...stores, eventsOf: () => stores.eventsOf(folder) })(second));
      await expect(wrong.intake.commit(batch(1, [sample(1)]))).rejects.toMatchObject({ code: 'taken' });
      rmSync(stores.filesOf(folder), { recursive: true });
      await expect(closing(await open(folder)).events.count({})).rejects.toMatchObject({ code: 'missing' });
    });

    test('while nobody answers events wait, and searches say so; then all goes on', async () => {
      const store = closing(await open(tempFolder()));
      await store.intake.commit(batch(1, [sample(1)]));
      await bucket.kill();
      await expect(store.intake.commit(batch(2, [sample(2)]))).rejects.toMatchObject({ code: 'unreachable' });
      await expect(ids(store)).rejects.toMatchObject({ code: 'unreachable' });
      await bucket.start();
      await store.intake.commit(batch(2, [sample(2)]));
      expect(await ids(store)).toEqual([1, 2]);
    });

    test('a key that is refused, and a bucket that is not there, are told in words that help, without the key', async () => {
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'geheim');
      const refused = await closing(await open(tempFolder()))
        .intake.commit(batch(1, [sample(1)]))
        .catch((error: Error) => error);
      console.log(String(refused));
      expect(refused).toMatchObject({ code: 'unreachable', message: expect.stringMatching(/403.*secret|signature/i) });
      expect(String(refused)).not.toContain('geheim');
      vi.unstubAllEnvs();
      for (const [name, value] of Object.entries(bucket.env)) vi.stubEnv(name, value);
      const nowhere = closing(await opener({ ...stores, eventsOf: () => 's3://not-there/x' })(tempFolder()));
      await expect(nowhere.intake.commit(batch(1, [sample(1)]))).rejects.toMatchObject({
        ...{ code: 'unreachable', message: expect.stringContaining('there is no bucket not-there') },
      });
    });

    test('by TLS, where who signed the certificate is known', async () => {
      for (const [name, value] of Object.entries(secure.env)) vi.stubEnv(name, value);
      const folder = tempFolder();
      const store = closing(await open(folder));
      await store.intake.commit(
        batch(
          1,
          upTo(3).map((id) => sample(id, { seq: 1 })),
        ),
      );
      expect(await ids(store)).toEqual([1, 2, 3]);
      vi.stubEnv('AWS_CA_BUNDLE', '');
      const unknown = closing(await open(folder));
      await expect(unknown.intake.commit(batch(2, [sample(4, { seq: 2 })]))).rejects.toMatchObject({
        ...{ code: 'unreachable', message: expect.stringMatching(/self.signed/) },
      });
    });

    test("what is no extension of DuckDB's is told by the name that the environment gives it", async () => {
      const file = join(tempFolder(), 'httpfs.duckdb_extension');
      writeFileSync(file, 'nothing');
      vi.stubEnv('HAETAE_DUCKDB_HTTPFS', file);
      await expect(open(tempFolder())).rejects.toMatchObject({
        ...{ code: 'missing', message: expect.stringMatching(/httpfs \(v.*HAETAE_DUCKDB_HTTPFS may name its file/s) },
      });
    });
  });
}
