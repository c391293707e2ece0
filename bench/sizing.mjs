/**
 * How many servers so many events a second need, by what was measured on one machine. No claim of its own: it multiplies.
 *
 *     cores = rate × µs of CPU an event ÷ 1,000,000 ÷ 0.6        no core, and no thread, is planned to be busy for more than 0.6 of the time
 *     what one thread can do = 0.6 × 1,000,000 ÷ µs of that thread
 *
 * Constants, µs of CPU and bytes an event, as bench/fleet.mjs measures them. One partition: `ingest`, `detect` (all threads of the
 * process), `thread` (its busiest one). Shared: `sift` (the whole process, an event that it sifts), `join` (the process that joins, less what it
 * sifts), `joinThread` (its busiest thread). `broker` and `brokerShared`: one replica, with one topic and with two; `database`. `busBytes`,
 * `siftedBytes`, `storeBytes`: on disk, of one replica of each topic, and as rows with their indexes. `rate`: at which they were taken.
 * Usage: node bench/sizing.mjs [--constants FILE] [--docs]      FILE: sizing.json beside this without it; --docs writes the tables and the
 * numbers of docs/fleet.md and docs/fleet.ko.md anew
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const BUSY = 0.6;
const REPLICAS = 3;
const DAY_S = 86_400;
const RATES = [1000, 5000, 20_000, 100_000, 1_000_000];
/** What a host sends a second: 500,000 hosts are a million events. */
const HOST_RATE = 2;
/** Of a server that detects. */
const CORES = 4;

const cores = (rate, micros) => Math.ceil((rate * micros) / 1e6 / BUSY);
const most = (micros) => (BUSY * 1e6) / micros;

/** Rows of the table for `rate` events a second. A fleet is one bus with one store; the more of them, the less is joined. */
export function sizing(rate, constants) {
  const { ingest, detect, thread, sift, join, joinThread, broker, brokerShared, database } = constants;
  const { busBytes, siftedBytes, storeBytes } = constants;
  const shared = rate > most(thread);
  const fleets = Math.ceil(rate / most(joinThread));
  const servers = Math.ceil(cores(rate, shared ? sift + join : detect) / CORES);
  return {
    rate,
    hosts: rate / HOST_RATE,
    ingestCores: cores(rate, ingest),
    shared,
    // Each fleet has one that joins, and one that can take over.
    detect: shared ? Math.max(servers, 2 * fleets) : servers,
    fleets,
    // Each replica writes what its leader received.
    brokerCores: cores(rate, (shared ? brokerShared : broker) * REPLICAS),
    databaseCores: cores(rate, database),
    busMBs: (rate * (busBytes + (shared ? siftedBytes : 0)) * REPLICAS) / 1e6,
    storeTBDay: (rate * storeBytes * DAY_S) / 1e12,
  };
}

/** What is reached as the rate rises, the first first: events a second of one fleet. */
export const ceilings = ({ thread, joinThread, database }) =>
  [
    ['one thread that detects all (one partition)', most(thread)],
    ['one thread that joins (several partitions)', most(joinThread)],
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

const number = (n, digits = 0) => n.toLocaleString('en', { maximumFractionDigits: digits });

/** The rows as lines of Markdown; `share`: how a number of servers that share is called. */
function lines(constants, share) {
  return RATES.map((rate) => {
    const { hosts, ingestCores, shared, detect, fleets, brokerCores, databaseCores, busMBs, storeTBDay } = sizing(
      rate,
      constants,
    );
    const cells = [
      ...[number(rate), number(hosts), number(ingestCores), shared ? share(number(detect)) : number(detect)],
      ...[number(fleets), number(brokerCores), number(databaseCores), number(busMBs)],
      number(storeTBDay, storeTBDay < 10 ? 2 : storeTBDay < 100 ? 1 : 0),
    ];
    return `| ${cells.join(' | ')} |`;
  });
}

/** As a table of Markdown. */
export function print(constants) {
  console.log(`constants: ${JSON.stringify(constants)}\n`);
  console.log(`| ${HEAD.join(' | ')} |\n|${HEAD.map(() => '---').join('|')}|`);
  for (const line of lines(constants, (servers) => `${servers} that share`)) console.log(line);
  console.log();
  for (const [what, rate] of ceilings(constants)) console.log(`${what}: up to ${number(rate)} events/s`);
}

/** What is said of the constants. */
const SAID = {
  'fleet.md': {
    share: (servers) => `${servers} that share`,
    constants: (
      c,
    ) => `Constants: \`ingest\` ${c.ingest} µs; \`detect\` ${c.detect} µs, of which its busiest thread ${c.thread}; a broker ${c.broker} µs a replica,
${c.brokerShared} where servers share partitions; PostgreSQL ${c.database} µs; sifting ${c.sift} µs and joining ${c.join} µs, of which its busiest thread ${c.joinThread};
${c.busBytes} bytes an event on the bus, ${c.siftedBytes} more as it is sifted, ${c.storeBytes} as rows with their indexes. They were taken at ${c.rate} events a second.`,
    first: (one, shared, fleets) =>
      `**What is reached first** is a thread: with one partition the one that detects all, at about ${one} events a second; with several the one that joins, at about
${shared}. For 1,000,000 events a second and 500,000 hosts that is ${fleets} installations and not one.`,
  },
  'fleet.ko.md': {
    share: (servers) => `분담 ${servers}`,
    constants: (
      c,
    ) => `측정값: \`ingest\` ${c.ingest}µs, \`detect\` ${c.detect}µs(가장 바쁜 스레드 ${c.thread}µs), 브로커 복제본당 ${c.broker}µs(파티션을 나눌 때 ${c.brokerShared}µs), PostgreSQL ${c.database}µs,
선별 ${c.sift}µs, 결합 ${c.join}µs(가장 바쁜 스레드 ${c.joinThread}µs), 이벤트당 버스 ${c.busBytes}바이트, 선별 결과 ${c.siftedBytes}바이트, 인덱스를 포함한 테이블 ${c.storeBytes}바이트.
초당 ${c.rate}건으로 측정했습니다.`,
    first: (one, shared, fleets) =>
      `**가장 먼저 한계에 이르는 것**은 스레드 하나입니다. 파티션이 1개면 전체를 탐지하는 스레드가 초당 약 ${one}건, 여러 개면 결합하는 스레드가 초당 약 ${shared}건에서
한계에 이릅니다. 초당 1,000,000건, 호스트 500,000대는 하나가 아니라 ${fleets}개의 구성입니다.`,
  },
};

/** Writes what is said of them into a text: the paragraph of constants, the rows, and what is reached first. */
export function written(text, constants, { share, constants: told, first }) {
  const shown = Object.fromEntries(Object.entries(constants).map(([name, value]) => [name, number(Math.round(value))]));
  const about = (rate) => number(Math.round(rate / 1000) * 1000);
  const reached = first(
    about(most(constants.thread)),
    about(most(constants.joinThread)),
    number(sizing(RATES.at(-1), constants).fleets),
  );
  const put = (where, what) => {
    if (!where.test(text)) throw new Error(`${where} is not in the text`);
    text = text.replace(where, () => what);
  };
  put(/^(?:Constants|측정값): [\s\S]*?(?=\n\n)/m, told(shown));
  put(/(?<=^\| (?:events\/s|초당 이벤트) .*\n\|---.*\n)(?:\|.*\n)+/m, `${lines(constants, share).join('\n')}\n`);
  put(/^\*\*(?:What is reached first|가장 먼저 한계)[\s\S]*?(?=\n\n)/m, reached);
  return text;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({ options: { constants: { type: 'string' }, docs: { type: 'boolean' } } });
  const constants = JSON.parse(readFileSync(values.constants ?? new URL('./sizing.json', import.meta.url), 'utf8'));
  print(constants);
  if (values.docs)
    for (const [name, said] of Object.entries(SAID)) {
      const file = new URL(`../docs/${name}`, import.meta.url);
      writeFileSync(file, written(readFileSync(file, 'utf8'), constants, said));
    }
}
