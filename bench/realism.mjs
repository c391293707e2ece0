/**
 * How near the background of ordinary life is to recorded hosts: `HAETAE_DATA=… node bench/realism.mjs` (build before). Prints, against the
 * OTRF recordings (attacks and all, the first of each archive), the total variation (0: the same, 1: nothing in common) of events by channel, by
 * channel and id, of processes by parent → child, and of command lines by length; and what differs most.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { emit, FIRST_DAY } from '../packages/haetae/dist/scenario/index.js';
import { openInputs, readInput } from '../packages/haetae/dist/source/index.js';

const DATA = process.env.HAETAE_DATA;
if (DATA === undefined) throw new Error('HAETAE_DATA names the folder of recorded logs');
const MOST = 20_000;

class Shape {
  channel = new Map();
  id = new Map();
  child = new Map();
  length = new Map();
  events = 0;
  see(channel, eventId, get) {
    this.events++;
    const name = channel.toLowerCase() === 'security' ? 'Security' : channel;
    add(this.channel, name);
    add(this.id, `${name} ${eventId}`);
    if (eventId !== 1 || !name.includes('Sysmon')) return;
    add(this.child, `${base(get('ParentImage'))} → ${base(get('Image'))}`);
    add(this.length, String(Math.floor(Math.log2(Math.max(1, (get('CommandLine') ?? '').length)))));
  }
}
const add = (map, key) => map.set(key, (map.get(key) ?? 0) + 1);
const base = (path) => (path ?? '').toLowerCase().replace(/^.*\\/, '');

async function recorded() {
  const shape = new Shape();
  const root = join(DATA, 'otrf');
  for (const path of readdirSync(root, { recursive: true })
    .filter((name) => name.endsWith('.zip'))
    .sort())
    for await (const opened of openInputs([{ path, file: join(root, path), size: undefined }])) {
      if (opened.kind !== 'input') continue;
      let n = 0;
      const reading = readInput(opened.input, { timeZone: 'UTC' }, opened.ledger);
      for await (const { events } of reading.kind === 'log' ? reading.batches : []) {
        for (const event of events) {
          if (n++ < MOST) shape.see(event.channel, event.eventId, (name) => event.get(name));
        }
        if (n >= MOST) break;
      }
      await opened.finish();
    }
  return shape;
}

function ours() {
  const shape = new Shape();
  const hosts = ['office', 'developer', 'server', 'domain-controller'].map((role, i) => ({
    key: role,
    name: `HOST-${i}`,
    role,
    user: '김민준',
  }));
  const campaign = { id: 'none', kind: 'benign', hosts, days: 1, steps: [], file: '' };
  for (const batch of emit(campaign, { seed: 1, firstDay: FIRST_DAY, background: 50_000 }))
    for (const { shape: kind, values } of batch)
      shape.see(kind.channel, kind.eventId, (name) => {
        const at = kind.names.indexOf(name);
        return at < 0 ? undefined : String(values[at]);
      });
  return shape;
}

function distance(a, b) {
  const total = (map) => [...map.values()].reduce((sum, n) => sum + n, 0);
  const [x, y] = [total(a), total(b)];
  const rows = [...new Set([...a.keys(), ...b.keys()])].map((key) => [
    key,
    (a.get(key) ?? 0) / x,
    (b.get(key) ?? 0) / y,
  ]);
  const apart = rows.reduce((sum, [, p, q]) => sum + Math.abs(p - q), 0) / 2;
  return { apart, most: rows.sort((r, s) => Math.abs(s[1] - s[2]) - Math.abs(r[1] - r[2])).slice(0, 6) };
}

const [theirs, own] = [await recorded(), ours()];
console.log(`recorded: ${theirs.events} events of OTRF; ours: ${own.events}`);
for (const part of ['channel', 'id', 'child', 'length']) {
  const { apart, most } = distance(theirs[part], own[part]);
  console.log(`${part.padEnd(8)} total variation ${apart.toFixed(3)}`);
  for (const [key, p, q] of most)
    console.log(`    ${key}: recorded ${(100 * p).toFixed(1)} %, ours ${(100 * q).toFixed(1)} %`);
}
