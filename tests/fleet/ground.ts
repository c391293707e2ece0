import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, test } from 'vitest';
import { noPostgres, type PostgresServer, startPostgres } from '../../packages/haetae/src/store/testing/postgres.ts';
import { type Kafka, noKafka, startKafka, type User } from './kafka.ts';

/** What the tests of one file stand on; it goes with the file. */
export interface Ground {
  readonly root: string;
  readonly kafka: Kafka;
}

export interface GroundOptions {
  /** Who may come in; without any, everyone. */
  readonly users?: readonly User[];
  /** The address under which those see the broker who are elsewhere. */
  readonly elsewhere?: string;
  /** Why something else that is needed is not there. */
  readonly missing?: string | undefined;
}

/** A folder and a broker; undefined, and said in one line, where there can be none. In CI that is a failure. */
export async function broker(
  about: string,
  { users = [], elsewhere, missing = noKafka() }: GroundOptions = {},
): Promise<Ground | undefined> {
  if (missing !== undefined && process.env.CI === undefined) {
    test.skip(`${about}: ${missing}`, () => {});
    return undefined;
  }
  const root = mkdtempSync(join(tmpdir(), 'haetae-fleet-'));
  const kafka = await startKafka(join(root, 'kafka'), users, elsewhere);
  afterAll(async () => {
    await kafka.kill();
    rmSync(root, { recursive: true, force: true });
  });
  return { root, kafka };
}

/** The same with a database. */
export async function brokerAndDatabase(
  about: string,
  { missing, ...options }: GroundOptions = {},
): Promise<(Ground & { readonly database: PostgresServer }) | undefined> {
  const ground = await broker(about, { ...options, missing: missing ?? noPostgres() ?? noKafka() });
  if (ground === undefined) return undefined;
  const database = await startPostgres();
  afterAll(() => database.stop());
  return { ...ground, database };
}
