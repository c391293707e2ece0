/**
 * Claims: with all Windows rules of SigmaHQ, cached, `haetae scan` finds in JSON lines with at most half the CPU of rsigma, a third
 * of its wall time, and at most 3 × the CPU of bare JSON.parse; EVTX in less wall time than evtx_dump followed by rsigma, 361 files with less than 3 s of CPU;
 * it starts in 0.5 s of CPU, 2.2 s without its cache; four times the rules cost at most 1.5 × the steady CPU of an event; and a
 * scan stays below 450 MB.
 *
 * Inputs, below HAETAE_DATA: the logs of otrf/ unpacked and joined, the EVTX files of evtx/, the rules of sigma/rules/windows.
 * Peers: rsigma and evtx_dump of the PATH (`cargo install rsigma --version 0.23.0 --locked; cargo install evtx`); without them
 * their lines are left out. Everything runs as a process of its own over the built dist; CPU is user + system of the process and
 * what it waited for; medians, in turns, so that a busy neighbour slows all. Usage: HAETAE_DATA=… node bench/sigma.mjs [runs]
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const self = fileURLToPath(import.meta.url);
const readJson = fileURLToPath(new URL('./read-json.mjs', import.meta.url));
const haetae = fileURLToPath(new URL('../packages/haetae/bin/haetae.js', import.meta.url));
const dist = (path) => import(new URL(`../packages/${path}`, import.meta.url).href);

const LIMITS = {
  rsigma: 0.5,
  wallJson: 0.33,
  parse: 3,
  wall: 1,
  evtxCpu: 3,
  warm: 0.5,
  cold: 2.2,
  fourfold: 1.5,
  megabytes: 450,
};

/** Runs a command in a child that does nothing else, so that its resource usage is the command's. Its output is thrown away. */
function measured(command, args, env = {}) {
  const child = spawnSync(process.execPath, [self, 'measure', JSON.stringify({ command, args })], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (child.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${child.stderr}`);
  return JSON.parse(child.stdout);
}

/** In the child: CPU is of the command alone, as this process's own is counted apart. */
function measure({ command, args }) {
  const sink = openSync(process.platform === 'win32' ? 'NUL' : '/dev/null', 'w');
  const begin = performance.now();
  const { status, stderr, error } = spawnSync('/usr/bin/time', ['-f', '@%U %S %M', command, ...args], {
    stdio: ['ignore', sink, 'pipe'],
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const wall = (performance.now() - begin) / 1000;
  closeSync(sink);
  const [, user, system, kilobytes] = /@([\d.]+) ([\d.]+) (\d+)\s*$/.exec(stderr ?? '') ?? [];
  if (error !== undefined || status !== 0 || user === undefined) throw new Error(`${error ?? stderr}`);
  return { cpu: Number(user) + Number(system), wall, megabytes: Number(kilobytes) / 1024 };
}

const has = (command) => spawnSync(command, ['--version']).error === undefined;
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Medians of several things, run in turns. */
function inTurns(runs, things) {
  const all = Object.fromEntries(Object.keys(things).map((name) => [name, []]));
  for (let i = 0; i < runs; i++) for (const [name, run] of Object.entries(things)) all[name].push(run());
  return Object.fromEntries(
    Object.entries(all).map(([name, results]) => {
      const of = (key) => median(results.map((result) => result[key]));
      return [name, { cpu: of('cpu'), wall: of('wall'), megabytes: of('megabytes') }];
    }),
  );
}

let failed = false;
function say(what, { cpu, wall, megabytes }) {
  console.log(`  ${what}: ${cpu.toFixed(2)} s CPU, ${wall.toFixed(2)} s wall, ${megabytes.toFixed(0)} MB`);
}
function judge(what, value, limit, unit = '') {
  const good = value <= limit;
  failed ||= !good;
  console.log(`  ${good ? 'ok' : 'NOT MET'}: ${what} ${value.toFixed(2)}${unit} (at most ${limit}${unit})`);
}

/**
 * Steady CPU an event: a second pass over the first 60,000 events, in the same process, with each rule `copies` times; copies ask
 * for other literals. Keyword rules stay single.
 */
async function steady(file, rules, copies) {
  const { parseRules } = await dist('sigma/dist/index.js');
  const { createWindowsRuleSet } = await dist('sigma/dist/windows/index.js');
  const { json } = await dist('haetae/dist/source/formats/json/json.js');
  const { makeHead } = await dist('haetae/dist/source/encoding/index.js');
  const { openInputs } = await dist('haetae/dist/source/intake/index.js');
  const { materialise } = await dist('event/dist/index.js');
  const parsed = yamlFiles(rules).flatMap((path) => parseRules(readFileSync(path, 'utf8'), { file: path }).rules);
  const all = Array.from({ length: copies }, (_, n) => parsed.flatMap((rule) => mutated(rule, n) ?? [])).flat();
  const set = createWindowsRuleSet(all);
  const events = [];
  reading: for await (const { input, ledger } of openInputs([{ path: file, file }])) {
    for await (const batch of json.read(input, makeHead(input.head), { timeZone: 'UTC' }, ledger)) {
      for (const event of batch.events) {
        events.push(materialise(event));
        if (events.length === 60_000) break reading;
      }
    }
  }
  let matches = 0;
  const pass = () => {
    const before = process.cpuUsage();
    for (const event of events) matches += set.matchEvent(event).length;
    const { user, system } = process.cpuUsage(before);
    return (user + system) / events.length;
  };
  const first = pass();
  return { first, steady: pass(), rules: set.matchers.length, matches };
}

/** Copy `n` of a rule: every text gets a letter more, so that it is another question; undefined for a keyword rule's copies. */
function mutated(rule, n) {
  if (n === 0) return rule;
  const search = (one) => {
    if (one.kind !== 'item') return { ...one, of: one.of.map(search) };
    if (one.field === undefined) throw new Error('keyword');
    if (one.modifiers.some(({ name }) => !['contains', 'startswith', 'endswith', 'all', 'windash'].includes(name)))
      return one;
    if (['EventID', 'Channel', 'Provider_Name'].includes(one.field)) return one;
    const values = one.values.map((v) =>
      typeof v.value === 'string' ? { ...v, value: insert(v.value, n), text: insert(v.text, n) } : v,
    );
    return { ...one, values };
  };
  try {
    const searches = new Map([...rule.detection.searches].map(([name, one]) => [name, search(one)]));
    return { ...rule, detection: { ...rule.detection, searches } };
  } catch (error) {
    if (error.message === 'keyword') return undefined;
    throw error;
  }
}

/** Behind the first letter, where nothing is an escape. */
const insert = (text, n) => text.replace(/[a-z]/i, (letter) => `${letter}${'qxz'[n - 1]}`);

function yamlFiles(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yml'))
    .sort()
    .map((name) => join(folder, name));
}

async function main(runs) {
  const root = process.env.HAETAE_DATA;
  if (root === undefined) throw new Error('HAETAE_DATA is not set: it names the folder of real logs and rules');
  const rules = join(root, 'sigma', 'rules', 'windows');
  const folder = mkdtempSync(join(tmpdir(), 'haetae-bench-'));
  const caches = { warm: join(folder, 'warm'), cold: join(folder, 'cold') };
  for (const path of Object.values(caches)) mkdirSync(path);
  const scan = (path, cache = caches.warm) => {
    const env = { XDG_CACHE_HOME: cache, LOCALAPPDATA: cache, HOME: cache };
    const args = [
      haetae,
      'scan',
      path,
      '--no-builtin',
      '--rules',
      rules,
      '--detectors',
      'sigma',
      '--by',
      'finding',
      '--format',
      'jsonl',
    ];
    return measured(process.execPath, args, env);
  };
  const cold = (path) => {
    rmSync(caches.cold, { recursive: true });
    mkdirSync(caches.cold);
    return scan(path, caches.cold);
  };
  const rsigma = (file) =>
    measured('rsigma', [
      'engine',
      'eval',
      '-r',
      rules,
      '--logsource-routing',
      '--event-logsource',
      'product=windows',
      '-e',
      `@${file}`,
    ]);
  try {
    const peers = { rsigma: has('rsigma'), evtx_dump: has('evtx_dump') };
    for (const [name, there] of Object.entries(peers))
      if (!there) console.log(`${name} is not on the PATH: no comparison`);
    console.log(`sigma: ${yamlFiles(rules).length} rule files; medians of ${runs}`);

    const file = join(folder, 'otrf.jsonl');
    const unpacked = spawnSync(process.execPath, [readJson, 'unpack', join(root, 'otrf'), file], { encoding: 'utf8' });
    if (unpacked.status !== 0) throw new Error(unpacked.stderr);
    const { archives, bytes } = JSON.parse(unpacked.stdout);
    scan(file);
    console.log(`JSON lines of ${archives} OTRF archives, ${(bytes / 1e6).toFixed(0)} MB`);
    const json = inTurns(runs, {
      haetae: () => scan(file),
      cold: () => cold(file),
      parse: () => measured(process.execPath, [readJson, 'parse', file]),
      ...(peers.rsigma && { rsigma: () => rsigma(file) }),
    });
    say('haetae scan, rules cached', json.haetae);
    say('haetae scan, no cache', json.cold);
    say('JSON.parse of every line', json.parse);
    judge('CPU, × JSON.parse', json.haetae.cpu / json.parse.cpu, LIMITS.parse);
    if (json.rsigma !== undefined) {
      say('rsigma', json.rsigma);
      judge('CPU, × rsigma', json.haetae.cpu / json.rsigma.cpu, LIMITS.rsigma);
      judge('wall, × rsigma (of two free cores)', json.haetae.wall / json.rsigma.wall, LIMITS.wallJson);
    }
    judge('peak memory', json.haetae.megabytes, LIMITS.megabytes, ' MB');

    const evtx = join(root, 'evtx');
    const logs = readdirSync(evtx, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.evtx'));
    console.log(`EVTX, ${logs.length} files`);
    const dumped = join(folder, 'evtx.jsonl');
    const found = inTurns(runs, {
      haetae: () => scan(evtx),
      ...(peers.rsigma &&
        peers.evtx_dump && {
          peers: () => {
            const script = 'for f in "$@"; do evtx_dump -o jsonl "$f" >> "$OUT" 2>/dev/null || true; done';
            rmSync(dumped, { force: true });
            const paths = logs.map((name) => join(evtx, name));
            const dump = measured('/bin/sh', ['-c', script, 'dump', ...paths], { OUT: dumped });
            const match = rsigma(dumped);
            return {
              cpu: dump.cpu + match.cpu,
              wall: dump.wall + match.wall,
              megabytes: Math.max(dump.megabytes, match.megabytes),
            };
          },
        }),
    });
    say('haetae scan, rules cached', found.haetae);
    judge('CPU', found.haetae.cpu, LIMITS.evtxCpu, ' s');
    if (found.peers !== undefined) {
      say('evtx_dump, then rsigma', found.peers);
      judge('wall, × evtx_dump and rsigma', found.haetae.wall / found.peers.wall, LIMITS.wall);
    }

    console.log('From the start of the process to its end, with one event (Sysmon 1)');
    const one = join(folder, 'one.jsonl');
    const channel = 'Microsoft-Windows-Sysmon/Operational';
    const event = {
      EventID: 1,
      Channel: channel,
      SourceName: 'Microsoft-Windows-Sysmon',
      Image: 'C:\\a.exe',
      CommandLine: 'a -b c',
    };
    writeFileSync(one, `${JSON.stringify({ ...event, UtcTime: '2024-01-01 00:00:00.000' })}\n`);
    const start = inTurns(Math.max(3, runs), { warm: () => scan(one), cold: () => cold(one) });
    say('rules cached', start.warm);
    judge('CPU', start.warm.cpu, LIMITS.warm, ' s');
    say('no cache', start.cold);
    judge('CPU', start.cold.cpu, LIMITS.cold, ' s');

    console.log('CPU an event, second pass in one process over 60,000 events already read');
    const times = (copies) => {
      const child = spawnSync(process.execPath, [self, 'steady', file, rules, String(copies)], { encoding: 'utf8' });
      if (child.status !== 0) throw new Error(child.stderr);
      return JSON.parse(child.stdout);
    };
    const pairs = Array.from({ length: runs }, () => [times(1), times(4)]);
    const [single, fourfold] = [0, 1].map((i) => median(pairs.map((pair) => pair[i].steady)));
    console.log(
      `  ${pairs[0][0].rules} rules: ${single.toFixed(2)} µs; ${pairs[0][1].rules} rules: ${fourfold.toFixed(2)} µs`,
    );
    judge('four times the rules, ×', fourfold / single, LIMITS.fourfold);
    if (failed) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [mode, ...rest] = process.argv.slice(2);
if (mode === 'measure') console.log(JSON.stringify(measure(JSON.parse(rest[0]))));
else if (mode === 'steady') console.log(JSON.stringify(await steady(rest[0], rest[1], Number(rest[2]))));
else await main(Number(mode ?? 3));
