import { defineConfig } from 'vitest/config';

/** Packages are read from their sources, so that a test never runs against a stale build. */
const conditions = ['haetae-source', 'node', 'import', 'default'];
// A timeout is for what hangs: a busy machine is no reason to fail.
const project = (
  name: string,
  include: string[],
  timeout = 90_000,
  more: { fileParallelism?: false; env?: Record<string, string> } = {},
) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { name, include, testTimeout: timeout, hookTimeout: timeout, ...more },
});

export default defineConfig({
  test: {
    reporters: ['default', './tests/summary-reporter.ts'],
    projects: [
      project('unit', ['packages/*/src/**/*.test.ts']),
      project('house', ['tests/*.test.ts']),
      project('e2e', ['tests/e2e/**/*.test.ts'], 120_000),
      project('conformance', ['tests/conformance/**/*.test.ts'], 1_800_000),
      project('web', ['tests/web/**/*.test.ts'], 120_000),
      // One after the other: how soon a process ends is measured.
      project('respond', ['tests/respond/**/*.test.ts'], 120_000, { fileParallelism: false }),
      project('ingest', ['tests/ingest/**/*.test.ts'], 180_000),
      project('notify', ['tests/notify/**/*.test.ts'], 300_000),
      project('score', ['tests/score-rules/**/*.test.ts'], 600_000),
      project('lab', ['tests/lab/**/*.test.ts'], 1_800_000),
      project('chaos', ['tests/chaos/**/*.test.ts'], 300_000),
      project('fleet', ['tests/fleet/**/*.test.ts'], 900_000, { fileParallelism: false }),
      // The hunts of `unit`, over PostgreSQL, over Parquet beside it in a folder and in a bucket, and by Trino over either.
      ...['postgres', 'parquet', 'bucket', 'trino', 'trino-bucket'].map((store) =>
        project(`hunt-${store}`, ['packages/haetae/src/hunt/*.test.ts'], 900_000, {
          env: { HAETAE_TEST_STORE: store },
        }),
      ),
      project('api', ['tests/schemathesis/**/*.test.ts'], 600_000),
      project('fuzz', ['tests/fuzz/**/*.test.ts'], 1_800_000),
    ],
  },
});
