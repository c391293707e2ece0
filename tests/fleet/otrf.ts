import { readdirSync, readFileSync } from 'node:fs';
import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js';
import { Ledger, LIVE_FORMATS } from '../../packages/haetae/src/source/index.ts';
import { data } from '../data.ts';
import type { Body, Recorded } from './play.ts';

/** Lines of one body: so many as a shipper sends at once. */
const LINES = 500;

/** Larger ones are left out, so that a run takes minutes: 40 of the 61 remain. */
const MOST_BYTES = 13_000_000;
/** A day's sets are sent one behind the other. */
const APART_MS = 12 * 3_600_000;

/** Those of up to {@link MOST_BYTES}, day by day in the order of time; each is read when it is its turn. */
export async function days(): Promise<readonly (readonly Recorded[])[]> {
  const names = readdirSync(data('otrf'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.zip'),
  );
  const known: { readonly name: string; readonly fromMs: number }[] = [];
  for (const name of names.sort()) {
    if ((await bytesOf(name)) > MOST_BYTES) continue;
    known.push({ name, fromMs: Math.min(...(await bodiesOf(name)).map(({ text }) => firstTime(text))) });
  }
  known.sort((a, b) => a.fromMs - b.fromMs);
  const all: Recorded[][] = [];
  known.forEach(({ name, fromMs }, i) => {
    if (i === 0 || fromMs - known[i - 1]!.fromMs > APART_MS) all.push([]);
    all.at(-1)!.push(() => bodiesOf(name));
  });
  return all;
}

const open = (name: string) =>
  new ZipReader(new Uint8ArrayReader(readFileSync(data('otrf', name))), { useWebWorkers: false });

async function bytesOf(name: string): Promise<number> {
  const reader = open(name);
  const bytes = (await reader.getEntries()).reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
  await reader.close();
  return bytes;
}

/** As shippers on each host send them: events of one host in a body, in the order in which they were recorded. */
async function bodiesOf(name: string): Promise<readonly Body[]> {
  const reader = open(name);
  const bodies: Body[] = [];
  const short = name.slice(name.lastIndexOf('/') + 1, -'.zip'.length);
  const hosts = new Map<string, string[]>();
  const close = (host: string, lines: readonly string[]): void => {
    const position = `${short}/${host}/${bodies.length}:0`;
    bodies.push({ position, lines: lines.length, text: `${lines.join('\n')}\n` });
  };
  for (const member of await reader.getEntries()) {
    // macOS keeps attributes of the files beside them.
    if (member.directory || member.filename.startsWith('__MACOSX/')) continue;
    const text = Buffer.from(await member.getData(new Uint8ArrayWriter())).toString();
    for (const line of text.split('\n').filter((one) => one !== '')) {
      const { Hostname, Computer } = JSON.parse(line) as { readonly Hostname?: string; readonly Computer?: string };
      const host = (Hostname ?? Computer ?? '').toLowerCase().split('.', 1)[0]!;
      const lines = hosts.get(host) ?? [];
      lines.push(line);
      hosts.set(host, lines);
      if (lines.length === LINES) close(host, lines.splice(0));
    }
  }
  for (const [host, lines] of hosts) if (lines.length > 0) close(host, lines);
  await reader.close();
  return bodies;
}

function firstTime(text: string): number {
  const how = { ledger: new Ledger(), timeZone: 'UTC', receivedMs: 0 };
  for (const { event } of LIVE_FORMATS.get('ndjson')!.read(Buffer.from(text), how)) return event.timeMs;
  throw new Error('a data set without an event');
}
