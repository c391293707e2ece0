import { createHash, randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SAVED_VERSION } from '@haetae/sigma';
import { type CompiledRules, DETECTORS, type DetectorSetup } from '../detect/index.ts';

/** Of all files together; those used longest ago go first. */
const MOST_BYTES = 256_000_000;
const ENDING = '.rules';
const MAGIC = 'haetae rules 1\n';
const DIGEST = 32;

/** Where the operating system wants what can be made again; undefined where there is no such place. */
export function cacheFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | undefined {
  const named = platform === 'win32' ? env.LOCALAPPDATA : env.XDG_CACHE_HOME;
  if (named !== undefined && named !== '') return join(named, 'haetae', ...(platform === 'win32' ? ['cache'] : []));
  const home = homedir();
  if (home === '' || platform === 'win32') return undefined;
  return platform === 'darwin' ? join(home, 'Library', 'Caches', 'haetae') : join(home, '.cache', 'haetae');
}

/**
 * The setup with its rules compiled, out of the folder's cache where the same rules were compiled before by the same program.
 * `hashes`: of the rules, their names and contents. A file that is damaged, or cannot be read or written, costs the time of compiling and nothing else.
 */
export function withCompiledRules(
  setup: DetectorSetup,
  hashes: readonly string[],
  detectors: readonly string[],
  folder: string | undefined,
): DetectorSetup {
  const compiled: Record<string, CompiledRules> = {};
  for (const name of detectors) {
    const kind = DETECTORS.get(name);
    if (kind?.compile === undefined) continue;
    const file = folder === undefined ? undefined : join(folder, `${name}-${keyOf(setup, hashes)}${ENDING}`);
    const known = file === undefined ? undefined : read(file);
    const made = known ?? kind.compile(setup);
    compiled[name] = made;
    if (known === undefined && file !== undefined) write(folder!, file, made);
  }
  return { ...setup, compiled };
}

/** Everything that what is compiled depends on: the rules, the options, and the program itself. */
function keyOf(
  { rules: _, compiled: __, anomaly: ___, live: ____, ...options }: DetectorSetup,
  hashes: readonly string[],
): string {
  const all = [SAVED_VERSION, process.versions.node, options, hashes, programFiles()];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 40);
}

/** What tells a build of the program from every other. */
function programFiles(): string[] {
  const self = dirname(fileURLToPath(import.meta.url));
  // The names of a bundle's files hold hashes of what is in them.
  if (basename(self) === 'bundle') return readdirSync(self).sort();
  const engine = dirname(createRequire(import.meta.url).resolve('@haetae/sigma'));
  const folders = [engine, join(self, '..', 'detect')];
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.[jt]s$/.test(name) && !name.endsWith('.d.ts'))
      .sort()
      .map((name) => {
        const { size, mtimeMs } = statSync(join(folder, name));
        return `${name} ${size} ${mtimeMs}`;
      }),
  );
}

/** undefined where there is no such file, or it is not whole. */
function read(file: string): CompiledRules | undefined {
  let bytes: Buffer;
  try {
    const size = statSync(file, { throwIfNoEntry: false })?.size;
    if (size === undefined) return undefined;
    bytes = readFileSync(file);
    // Used now: others are older.
    utimesSync(file, new Date(), new Date());
  } catch {
    return undefined; // No right to read it: it is as if it were not there.
  }
  const start = MAGIC.length + DIGEST + 8;
  if (bytes.length < start || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined;
  const body = bytes.subarray(MAGIC.length + DIGEST);
  if (!digestOf(body).equals(bytes.subarray(MAGIC.length, MAGIC.length + DIGEST))) return undefined;
  const headLength = Number(body.readBigUInt64LE(0));
  return { head: body.toString('utf8', 8, 8 + headLength), texts: body.subarray(8 + headLength) };
}

function write(folder: string, file: string, { head, texts }: CompiledRules): void {
  const headBytes = Buffer.from(head);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(headBytes.length));
  const body = Buffer.concat([length, headBytes, texts]);
  const temporary = `${file}.${randomUUID()}`;
  try {
    mkdirSync(folder, { recursive: true });
    makeRoom(folder, body.length);
    writeFileSync(temporary, Buffer.concat([Buffer.from(MAGIC, 'latin1'), digestOf(body), body]), { mode: 0o600 });
    // Whoever reads at the same time sees the whole file or none.
    renameSync(temporary, file);
  } catch {
    // A full disk, or no right to write: the next run compiles again.
    if (existsSync(temporary)) rmSync(temporary, { force: true });
  }
}

function makeRoom(folder: string, bytes: number): void {
  const files = readdirSync(folder)
    .filter((name) => name.includes(ENDING))
    .map((name) => {
      const path = join(folder, name);
      const { size, mtimeMs } = statSync(path);
      return { path, size, mtimeMs };
    })
    .sort((a, b) => b.mtimeMs - a.mtimeMs);
  let total = bytes;
  for (const { path, size } of files) {
    total += size;
    if (total > MOST_BYTES) rmSync(path, { force: true });
  }
}

const digestOf = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();
