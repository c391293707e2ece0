import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Version line of the reference reader, or undefined where it is not on PATH. */
export const EVTX_DUMP: string | undefined = (() => {
  const asked = spawnSync('evtx_dump', ['--version'], { encoding: 'utf8' });
  return asked.status === 0 ? asked.stdout.trim() : undefined;
})();

/** Runs `evtx_dump` over the file; `errors` is all it said on stderr. */
export function evtxDump(file: Uint8Array, ...options: string[]): { out: string; errors: string } {
  return withFile(file, (path) => {
    const run = spawnSync('evtx_dump', ['-t', '1', ...options, path], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    return { out: run.stdout, errors: run.stderr };
  });
}

/** What `evtx_dump info` says of headers and checksums. */
export const evtxInfo = (file: Uint8Array): string =>
  withFile(file, (path) => execFileSync('evtx_dump', ['info', '--input', path], { encoding: 'utf8' }));

function withFile<T>(file: Uint8Array, use: (path: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'evtx-'));
  try {
    const path = join(folder, 'written.evtx');
    writeFileSync(path, file);
    return use(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const plainText = (text: string) =>
  text.replace(/&(?:#x([0-9A-Fa-f]+)|#(\d+)|(lt|gt|amp|quot|apos));/g, (_, hex, decimal, named) =>
    named === undefined ? String.fromCodePoint(Number.parseInt(hex ?? decimal, hex ? 16 : 10)) : NAMED[named]!,
  );

/** Name ('' where it has none) and text of every `Data` of every record in the XML that `evtx_dump` prints. */
export function dataOf(xml: string): (readonly [string, string])[][] {
  return xml
    .split(/^Record \d+$/m)
    .slice(1)
    .map((record) =>
      [...record.matchAll(/<Data(?: Name="([^"]*)")?(?:\/>|>([^<]*)<\/Data>)/g)].map(
        ([, name, text]) => [plainText(name ?? ''), plainText(text ?? '')] as const,
      ),
    );
}
