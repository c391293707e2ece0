/**
 * Claim: JSON lines become events, with time, channel, provider, event id, computer and four fields of each read, at no more
 * than 1.6 × the CPU of bare JSON.parse of every line; and in less than 200 MB of memory whatever the size.
 *
 * Input: the logs of the OTRF Security Datasets below HAETAE_DATA/otrf, unpacked and joined. Peer: readSync, cut at line
 * feeds, JSON.parse, nothing else. Both run as processes of their own over the built dist; the CPU is user + system of the
 * whole process, its threads included; the ratio is of medians. Usage: HAETAE_DATA=… node bench/read-json.mjs [runs]
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LIMIT_RATIO = 1.6;
const LIMIT_MB = 200;
const FIELDS = ['Image', 'CommandLine', 'TargetObject', 'ProcessId'];
const self = fileURLToPath(import.meta.url);

function add(sum, text) {
  return (Math.imul(sum, 31) + text.length + (text.length === 0 ? 0 : text.charCodeAt(text.length - 1))) | 0;
}

async function asEvents(file) {
  const { json } = await import('../packages/haetae/dist/source/formats/json/json.js');
  const { makeHead } = await import('../packages/haetae/dist/source/encoding/index.js');
  const { openInputs } = await import('../packages/haetae/dist/source/intake/index.js');
  let events = 0;
  let sum = 0;
  let lost = 0;
  for await (const opened of openInputs([{ path: file, file }])) {
    if (opened.kind !== 'input') throw new Error(`${file} is not a plain file`);
    const { input, ledger } = opened;
    for await (const batch of json.read(input, makeHead(input.head), { timeZone: 'UTC' }, ledger)) {
      for (const event of batch.events) {
        events++;
        sum = (sum + event.timeMs + event.eventId) | 0;
        sum = add(add(add(sum, event.channel), event.provider), event.computer);
        for (let i = 0; i < FIELDS.length; i++) {
          const value = event.get(FIELDS[i]);
          if (value !== undefined) sum = add(sum, value);
        }
      }
    }
    for (const { kind, count } of ledger.notices()) if (kind === 'lost') lost += count;
    await opened.finish();
  }
  return { events, sum, lost };
}

function bareParse(file) {
  const fd = openSync(file, 'r');
  const buffer = Buffer.alloc(8 * 1024 * 1024);
  let kept = 0;
  let events = 0;
  const sum = 0;
  for (;;) {
    const read = readSync(fd, buffer, kept, 1024 * 1024, null);
    const end = kept + read;
    let at = 0;
    for (;;) {
      let line = buffer.indexOf(10, at);
      if (line < 0 || line >= end) {
        if (read > 0) break;
        line = end;
      }
      if (line > at) {
        JSON.parse(buffer.toString('utf8', at, line));
        events++;
      }
      at = line + 1;
      if (at > end) break;
    }
    if (read === 0) break;
    buffer.copyWithin(0, at, end);
    kept = end - at;
  }
  closeSync(fd);
  return { events, sum, lost: 0 };
}

/** In a process of its own; unpacking too, as a child's peak memory counts from its parent's size. */
function run(mode, ...paths) {
  const child = spawnSync(process.execPath, [self, mode, ...paths], { encoding: 'utf8' });
  if (child.status !== 0) throw new Error(`${mode}: ${child.stderr}`);
  return JSON.parse(child.stdout);
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** Joins all logs of the archives in one file, each line as it stands, and gives its size. */
async function unpack(root, target) {
  const { ZipReader, Uint8ArrayReader, Uint8ArrayWriter } = await import('@zip.js/zip.js');
  const fd = openSync(target, 'w');
  let archives = 0;
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.name.endsWith('.zip')) continue;
    archives++;
    const reader = new ZipReader(new Uint8ArrayReader(readFileSync(join(entry.parentPath, entry.name))), {
      useWebWorkers: false,
    });
    for (const member of await reader.getEntries()) {
      // macOS keeps attributes of the files beside them.
      if (member.directory || member.filename.startsWith('__MACOSX/')) continue;
      const bytes = await member.getData(new Uint8ArrayWriter());
      writeSync(fd, bytes);
      if (bytes.at(-1) !== 10) writeSync(fd, '\n');
    }
    await reader.close();
  }
  closeSync(fd);
  return { archives, bytes: statSync(target).size };
}

/** The first `bytes` of the file, over and over, to whole lines. */
function sized(from, to, bytes) {
  const source = openSync(from, 'r');
  const target = openSync(to, 'w');
  const buffer = Buffer.alloc(4 * 1024 * 1024);
  let written = 0;
  while (written < bytes) {
    let at = 0;
    for (let read = readSync(source, buffer, 0, buffer.length, at); read > 0 && written < bytes; ) {
      const whole = buffer.lastIndexOf(10, read - 1) + 1;
      written += writeSync(target, buffer, 0, whole);
      at += whole;
      read = readSync(source, buffer, 0, buffer.length, at);
    }
  }
  closeSync(source);
  closeSync(target);
}

async function main(runs) {
  const root = process.env.HAETAE_DATA;
  if (root === undefined) throw new Error('HAETAE_DATA is not set: it names the folder of real logs');
  const folder = mkdtempSync(join(tmpdir(), 'haetae-bench-'));
  try {
    const file = join(folder, 'otrf.jsonl');
    const input = run('unpack', join(root, 'otrf'), file);
    console.log(
      `read-json: ${input.archives} OTRF archives, ${(input.bytes / 1e6).toFixed(0)} MB of JSON lines, medians of ${runs}`,
    );
    const results = { events: [], parse: [] };
    // In turns, so that a busy neighbour slows both.
    for (let i = 0; i < runs; i++) for (const mode of ['parse', 'events']) results[mode].push(run(mode, file));
    const cpu = (mode) => median(results[mode].map((result) => result.cpu));
    const wall = (mode) => median(results[mode].map((result) => result.wall));
    const say = (name, mode) => {
      const { events, lost } = results[mode][0];
      console.log(
        `  ${name}: ${cpu(mode).toFixed(2)} s CPU, ${wall(mode).toFixed(2)} s wall, ${events} events, ${lost} lost, ` +
          `${Math.round(events / cpu(mode) / 1000)} k/s, checksum ${results[mode][0].sum}`,
      );
    };
    say('haetae, time, channel, provider, id, computer and four fields', 'events');
    say('JSON.parse of every line', 'parse');
    const ratio = cpu('events') / cpu('parse');
    console.log(`  ratio ${ratio.toFixed(2)} (at most ${LIMIT_RATIO})`);
    let peak = 0;
    for (const megabytes of [100, 1000]) {
      const part = join(folder, 'part.jsonl');
      sized(file, part, megabytes * 1e6);
      const { rss, events } = run('events', part);
      peak = Math.max(peak, rss);
      console.log(`  peak memory on ${megabytes} MB (${events} events): ${rss.toFixed(0)} MB (under ${LIMIT_MB})`);
    }
    if (ratio > LIMIT_RATIO || peak >= LIMIT_MB) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [mode, ...paths] = process.argv.slice(2);
if (mode === 'unpack') console.log(JSON.stringify(await unpack(...paths)));
else if (mode === 'events' || mode === 'parse') {
  const result = mode === 'events' ? await asEvents(...paths) : bareParse(...paths);
  const { user, system } = process.cpuUsage();
  const rss = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ ...result, cpu: (user + system) / 1e6, wall: performance.now() / 1000, rss }));
} else await main(Number(mode ?? 5));
