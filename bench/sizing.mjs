/**
 * How many servers so many events a second need, by what was measured on one machine. No claim of its own: it multiplies.
 *
 *     cores = rate × µs of CPU an event ÷ 1,000,000 ÷ 0.6        no core, and no thread, is planned to be busy for more than 0.6 of the time
 *     what one thread can do = 0.6 × 1,000,000 ÷ µs of that thread
 *
 * Constants (µs of CPU and bytes an event): bench/fleet.mjs prints ingest, detect (all threads of the process), thread (its busiest one),
 * broker (one replica) and database, and the bytes of a topic and a schema divided by their events; sift and join are those of ADR 33.
 * Usage: node bench/sizing.mjs [--constants FILE]      FILE: JSON, as bench/fleet.mjs --constants writes it; sizing.json beside this without it
 */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const BUSY = 0.6;
const REPLICAS = 3;
const DAY_S = 86_400;
const RATES = [1000, 5000, 20_000, 100_000, 1_000_000];
/** What a host sends a second: 500,000 hosts are a million events. */
const HOST_RATE = 2;
/** Of a server that sifts. */
const CORES = 4;

const cores = (rate, micros) => Math.ceil((rate * micros) / 1e6 / BUSY);
const most = (micros) => (BUSY * 1e6) / micros;

/** Rows of the table for `rate` events a second. A fleet is one bus with one store; the more of them, the less is joined. */
export function sizing(rate, { ingest, detect, thread, sift, join, broker, database, busBytes, storeBytes }) {
  const shared = rate > most(thread);
  const fleets = Math.ceil(rate / most(join));
  return {
    rate,
    hosts: rate / HOST_RATE,
    ingestCores: cores(rate, ingest),
    detect: shared ? `share: ${Math.ceil(cores(rate, detect - thread + sift + join) / CORES) + fleets}` : 'one',
    fleets,
    // Each replica writes what its leader received; what is sifted is a topic as large.
    brokerCores: cores(rate, broker * REPLICAS * (shared ? 2 : 1)),
    databaseCores: cores(rate, database),
    busMBs: (rate * busBytes * REPLICAS * (shared ? 2 : 1)) / 1e6,
    storeTBDay: (rate * storeBytes * DAY_S) / 1e12,
  };
}

/** What is reached as the rate rises, the first first: events a second of one fleet. */
export const ceilings = ({ thread, join, database }) =>
  [
    ['one thread that detects all (one partition)', most(thread)],
    ['one thread that joins (several partitions)', most(join)],
    ['a database of 64 cores that stores events as rows', most(database / 64)],
  ].sort(([, a], [, b]) => a - b);

const HEAD = [
  'events/s',
  'hosts',
  'ingest cores',
  'detect servers',
  'fleets',
  'broker cores',
  'database cores',
  'Kafka MB/s',
  'rows TB/day',
];

/** As a table of Markdown. */
export function print(constants) {
  console.log(`constants: ${JSON.stringify(constants)}\n`);
  const line = (cells) => console.log(`| ${cells.join(' | ')} |`);
  line(HEAD);
  line(HEAD.map(() => '---'));
  for (const rate of RATES) {
    const { busMBs, storeTBDay, ...row } = sizing(rate, constants);
    const { hosts, ingestCores, detect, fleets, brokerCores, databaseCores } = row;
    line([
      rate,
      hosts,
      ingestCores,
      detect,
      fleets,
      brokerCores,
      databaseCores,
      busMBs.toFixed(0),
      storeTBDay.toFixed(2),
    ]);
  }
  console.log();
  for (const [what, rate] of ceilings(constants)) console.log(`${what}: up to ${Math.floor(rate)} events/s`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({ options: { constants: { type: 'string' } } });
  print(JSON.parse(readFileSync(values.constants ?? new URL('./sizing.json', import.meta.url), 'utf8')));
}
