import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { RuleText } from '../../packages/haetae/src/detect/index.ts';
import type { FoundFile } from '../../packages/haetae/src/source/index.ts';

/** What was worked out before: made anew once it is deleted, or once anything that it was made of is another. */
const FOLDER = join(tmpdir(), 'haetae-score-rules');
const PACKAGES = join(import.meta.dirname, '../../packages');
/** What reads logs and asks rules. */
const ENGINE = ['event', 'evtx', 'sigma', 'haetae'].map((name) => join(PACKAGES, name, 'src'));
const READING = /^(?:detect|pipeline|source)\b/;

function engine(): string {
  const hash = createHash('sha256');
  for (const folder of ENGINE) {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .filter((name) => !folder.endsWith(join('haetae', 'src')) || READING.test(name));
    for (const name of files.sort()) hash.update(`${name}\0`).update(readFileSync(join(folder, name)));
  }
  return hash.digest('hex');
}

let ofEngine: string | undefined;

/** `make()`, or what it gave when the files' contents, the rules and the engine were these. */
export async function kept<T>(
  what: string,
  files: readonly FoundFile[],
  rules: readonly RuleText[],
  make: () => Promise<T>,
): Promise<T> {
  ofEngine ??= engine();
  const hash = createHash('sha256').update(`${what}\0${ofEngine}\0`);
  for (const { path } of files) hash.update(`${path}\0`).update(readFileSync(path));
  for (const { path, text } of rules) hash.update(`${path}\0${text}\0`);
  const path = join(FOLDER, hash.digest('hex'));
  try {
    return deserialize(readFileSync(path)) as T;
  } catch {
    const made = await make();
    mkdirSync(FOLDER, { recursive: true });
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, serialize(made));
    renameSync(draft, path);
    return made;
  }
}
