/**
 * Claim: over rules alone, anomalies and incidents cost at most 30 µs of CPU an event, and the whole scan stays below 800 MB, with
 * 0.3 million events as with 3 million.
 *
 * Input: the logs of the OTRF Security Datasets below HAETAE_DATA/otrf, unpacked; ten times over, each time a day later and on
 * hosts of other names. Each case is a process of its own, the command line as users start it, one reading thread; the CPU is user +
 * system, the least of the runs (other load only adds). Usage: HAETAE_DATA=… node bench/scan-cost.mjs [runs] [copies]
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { discover, openInputs } from '../packages/haetae/dist/source/index.js';

const LIMIT_US = 30;
const LIMIT_MB = 800;
const CLI = fileURLToPath(new URL('../packages/haetae/bin/haetae.js', import.meta.url));
const PROBE = new URL('./scan-cost-probe.mjs', import.meta.url).href;
const DAY = 86_400_000;

const data = process.env.HAETAE_DATA;
if (data === undefined) throw new Error('HAETAE_DATA names the folder with otrf/');
const runs = Number(process.argv[2] ?? 3);
const copies = Number(process.argv[3] ?? 10);

/** Every log of the data set as text, archives unpacked. */
async function* logs() {
  const { files } = await discover([join(data, 'otrf')]);
  for await (const opened of openInputs(files, {})) {
    if (opened.kind !== 'input') continue;
    const chunks = [];
    for await (const chunk of opened.input.bytes()) chunks.push(chunk);
    await opened.finish();
    yield {
      name: opened.input.path.replace(/[^\w.-]+/g, '_').slice(-100),
      text: Buffer.concat(chunks).toString('utf8'),
    };
  }
}

/** The log on other hosts, `days` later. */
function moved(text, days) {
  const later = new Map();
  return text
    .replace(/"(Hostname|Computer|host)":"([^".]+)/g, (_, key, name) => `"${key}":"${name}-${days}`)
    .replace(/\b20\d\d-\d\d-\d\d(?=[ T])/g, (date) => {
      const known = later.get(date) ?? new Date(Date.parse(date) + days * DAY).toISOString().slice(0, 10);
      later.set(date, known);
      return known;
    });
}

function measure(folder, args) {
  const cost = join(folder, '..', 'cost.json');
  const receipt = join(folder, '..', 'receipt.json');
  const result = spawnSync(
    process.execPath,
    [
      '--import',
      PROBE,
      CLI,
      'scan',
      folder,
      '--threads',
      '1',
      '--timezone',
      'UTC',
      '-o',
      join(folder, '..', 'out'),
      '--receipt',
      receipt,
      ...args,
    ],
    { env: { ...process.env, SCAN_COST: cost }, encoding: 'utf8', maxBuffer: 1 << 26 },
  );
  if (result.status !== 0)
    throw new Error(`scan ${args.join(' ')}: status ${result.status}\n${result.stderr.slice(-2000)}`);
  return { ...JSON.parse(readFileSync(cost, 'utf8')), receipt: JSON.parse(readFileSync(receipt, 'utf8')) };
}

const help = spawnSync(process.execPath, [CLI, 'scan', '--help', '--lang', 'en'], { encoding: 'utf8' }).stdout;
const hasIncidents = /--by\b[^\n]*incident/.test(help);
const CASES = {
  rules: ['--detectors', 'sigma', '--format', 'jsonl', '--by', 'finding'],
  'rules + anomalies': ['--detectors', 'sigma,anomaly', '--format', 'jsonl', '--by', 'finding'],
  ...(hasIncidents && {
    'rules + anomalies + incidents': ['--detectors', 'sigma,anomaly', '--format', 'jsonl', '--by', 'incident'],
  }),
};

let failed = false;
const room = mkdtempSync(join(tmpdir(), 'haetae-scan-cost-'));
try {
  for (const times of [1, copies]) {
    const folder = join(room, `x${times}`, 'logs');
    mkdirSync(folder, { recursive: true });
    for await (const { name, text } of logs()) {
      for (let copy = 0; copy < times; copy++)
        writeFileSync(join(folder, `${copy}-${name}`), copy === 0 ? text : moved(text, copy));
    }
    const best = {};
    for (let run = 0; run < (times === 1 ? runs : Math.max(1, runs - 2)); run++) {
      for (const [name, args] of Object.entries(CASES)) {
        const one = measure(folder, args);
        if (best[name] === undefined || one.cpuUs < best[name].cpuUs)
          best[name] = { ...one, peakKb: Math.max(one.peakKb, best[name]?.peakKb ?? 0) };
      }
    }
    const events = best.rules.receipt.totals.events;
    console.log(`\n${events.toLocaleString('en')} events in ${readdirSync(folder).length} files`);
    for (const [name, { cpuUs, peakKb }] of Object.entries(best)) {
      const above = (cpuUs - best.rules.cpuUs) / events;
      console.log(
        `  ${name.padEnd(30)} ${(cpuUs / 1e6).toFixed(2).padStart(7)} s CPU  ${above.toFixed(1).padStart(5)} µs an event above rules  ${Math.round(peakKb / 1024)} MB`,
      );
      if (above > LIMIT_US || peakKb / 1024 > LIMIT_MB) failed = true;
    }
    const { scores } = best['rules + anomalies'].receipt;
    console.log('  scored, by kind of events (none sampled away):');
    for (const { family, scored, skipped, rows } of scores.families) {
      if (scored + skipped > 0)
        console.log(
          `    ${family.padEnd(20)} ${((100 * scored) / (scored + skipped)).toFixed(1).padStart(5)} % of ${(scored + skipped).toLocaleString('en')} events, ${rows.toLocaleString('en')} distinct rows`,
        );
    }
    const without = scores.without.map(({ channel, eventId, count }) => `${channel} ${eventId} (${count})`);
    console.log(
      `    without features: ${without.slice(0, 8).join(', ')}${without.length > 8 ? `, and ${without.length - 8} more kinds` : ''}`,
    );
    rmSync(folder, { recursive: true, force: true });
  }
} finally {
  rmSync(room, { recursive: true, force: true });
}
console.log(
  failed
    ? `\nFAILED: a limit of ${LIMIT_US} µs or ${LIMIT_MB} MB was passed`
    : `\nwithin ${LIMIT_US} µs an event and ${LIMIT_MB} MB`,
);
process.exitCode = failed ? 1 : 0;
