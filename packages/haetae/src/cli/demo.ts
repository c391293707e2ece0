import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readBaseline } from '../detect/index.ts';
import { discover, type FoundFile } from '../source/index.ts';
import { learnFrom } from './anomaly-run.ts';

/** Where the sample campaign happens. */
const ZONE = 'Asia/Seoul';

/** The sample campaign in a folder that is thrown away, held against the ordinary days before it. */
export async function prepareDemo(): Promise<{
  readonly data: string;
  readonly files: readonly FoundFile[];
  readonly baseline: Uint8Array;
  readonly version: string;
}> {
  const content = fileURLToPath(new URL('../../content', import.meta.url));
  const logs = (pattern: string) => discover([join(content, pattern).replaceAll('\\', '/')]);
  const ordinary = await logs('ordinary/*.jsonl.gz');
  const baseline = (await learnFrom(ordinary.files, ZONE, new AbortController().signal))!;
  const { files } = await logs('samples/*.{evtx,csv,zip,gz}');
  return {
    data: mkdtempSync(join(tmpdir(), 'haetae-demo-')),
    files,
    baseline,
    version: readBaseline(baseline).version,
  };
}
