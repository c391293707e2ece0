import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BIN, type Run, run } from './haetae.ts';

/**
 * Through all rooms, as a responder in a network without internet: a folder of Korean exports in, out of it the ranked incident
 * with its story, two reports and a bundle of responses with its undo; and all of it once more from what the receipt names.
 */
const CAN_CUT = spawnSync('unshare', ['--map-root-user', '--net', 'true']).status === 0;
if (!CAN_CUT) console.warn('the network was not cut off: unshare --net is not allowed here');

/** A command of ours that reaches nobody: in a network of its own there is not even a loopback. */
const cutOff = (args: readonly string[], env: Record<string, string> = {}): Promise<Run> =>
  run('unshare', ['--map-root-user', '--net', process.execPath, BIN, ...args], { env });

interface Story {
  readonly host: { readonly events: readonly { readonly channel: string }[] };
}
const made = async <T>(name: string): Promise<T> =>
  (await import(new URL(`../../packages/haetae/content/story/${name}.mjs`, import.meta.url).href)) as T;

let root: string;
let logs: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'haetae-whole-'));
  logs = join(root, '증거');
  mkdirSync(logs);
  const { desktop } = await made<{ desktop: () => Story }>('desktop');
  const { neighbour } = await made<{ neighbour: () => Story }>('neighbour');
  const { toKoreanCsv } = await made<{ toKoreanCsv: (events: unknown) => string }>('render');
  const sysmon = desktop().host.events.filter(({ channel }) => channel.startsWith('Microsoft-Windows-Sysmon'));
  // As Event Viewer saves them, and as an older Excel saves them again.
  writeFileSync(
    join(logs, 'DESKTOP-HT01_이벤트.csv'),
    iconv.encode(toKoreanCsv(sysmon).replace(/^\ufeff/, ''), 'cp949'),
  );
  writeFileSync(join(logs, 'DESKTOP-HT02_이벤트.csv'), toKoreanCsv(neighbour().host.events));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
/** Each file below a folder, by its path in it. */
function hashes(folder: string, below = ''): Record<string, string> {
  return Object.fromEntries(
    readdirSync(join(folder, below))
      .sort()
      .flatMap((name) => {
        const path = join(below, name);
        return statSync(join(folder, path)).isDirectory()
          ? Object.entries(hashes(folder, path))
          : [[path, sha256(join(folder, path))]];
      }),
  );
}

interface Told {
  readonly id: string;
  readonly rank: number;
  readonly risk: number;
  readonly title: string;
  readonly hosts: readonly string[];
  readonly techniques: readonly string[];
  readonly story: readonly { readonly text: string }[];
}

/** All that a responder makes of the logs, into a folder. */
async function investigated(folder: string, paths: readonly string[]): Promise<readonly Told[]> {
  mkdirSync(folder);
  const env = { LC_ALL: 'ko_KR.UTF-8' };
  const done = async (args: readonly string[]): Promise<Run> => {
    const ended = await cutOff(args, env);
    expect(ended.code, ended.stderr).toBe(0);
    return ended;
  };
  const ranked = join(folder, 'incidents.json');
  await done(['incident', ...paths, '--format', 'json', '-o', ranked, '--receipt', join(folder, 'receipt.json')]);
  const incidents = JSON.parse(readFileSync(ranked, 'utf8')) as Told[];
  const { id } = incidents[0]!;
  await done(['report', ...paths, '--lang', 'ko', '-o', join(folder, '경영진.pdf')]);
  const kisa = ['--template', 'kisa', '--incident', id, '--date', '2026-03-18T09:00', '--lang', 'ko'];
  await done(['report', ...paths, ...kisa, '-o', join(folder, 'kisa.pdf')]);
  await done(['respond', 'plan', id, ...paths, '-o', join(folder, 'bundle')]);
  return incidents;
}

describe.runIf(CAN_CUT)('with the network cut off', () => {
  test('a folder of Korean exports becomes a story, reports and a bundle with its undo; again from the receipt, byte for byte', async () => {
    const first = join(root, 'first');
    const incidents = await investigated(first, [logs]);
    // The gravest first, and told as what happened.
    expect(incidents.map(({ rank }) => rank)).toEqual(incidents.map((_, i) => i + 1));
    expect(incidents.map(({ risk }) => risk)).toEqual(incidents.map(({ risk }) => risk).sort((a, b) => b - a));
    const [worst] = incidents as [Told];
    expect(worst.risk).toBeGreaterThanOrEqual(90);
    expect(worst.techniques).toEqual(expect.arrayContaining(['T1059.001', 'T1003.001']));
    const story = worst.story.map(({ text }) => text).join('\n');
    expect(story).toMatch(/powershell\.exe.*실행했/);
    expect(story).toContain('hncupd.exe');

    const made = Object.keys(hashes(first));
    expect(made).toEqual(expect.arrayContaining(['경영진.pdf', 'kisa.pdf', 'kisa.iocs.csv', 'kisa.stix.json']));
    // A folder for each host: a script that does, and takes back; what it holds by its hashes.
    const hosts = [...new Set(made.flatMap((path) => /^bundle\/([^/]+)\//.exec(path)?.[1] ?? []))];
    expect(hosts.length).toBeGreaterThan(0);
    for (const host of hosts) {
      const folder = join(first, 'bundle', host);
      const { actions } = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')) as {
        actions: { undo: unknown[]; noUndo?: string }[];
      };
      for (const { undo, noUndo } of actions) expect(undo.length > 0 || noUndo !== undefined).toBe(true);
      expect(actions.some(({ undo }) => undo.length > 0)).toBe(true);
      expect(readFileSync(join(folder, 'haetae-respond.ps1'), 'utf8')).toMatch(/\$Undo/i);
      expect(await run('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: folder })).toMatchObject({ code: 0 });
    }

    // The receipt names what was read: whoever has that has all of this.
    const { inputs } = JSON.parse(readFileSync(join(first, 'receipt.json'), 'utf8')) as {
      inputs: { path: string; sha256: string }[];
    };
    expect(inputs.map(({ path, sha256: hash }) => [sha256(path), hash]).every(([a, b]) => a === b)).toBe(true);
    const again = join(root, 'again');
    await investigated(
      again,
      inputs.map(({ path }) => path),
    );
    const { 'receipt.json': _, ...files } = hashes(first);
    const { 'receipt.json': __, ...repeated } = hashes(again);
    expect(repeated).toEqual(files);
  }, 900_000);
});
