/**
 * Claims about EVTX, against `evtx_dump` 0.15.1 (`-t 1 -o jsonl`, from PATH or ~/.cargo/bin), CPU of whole processes (user and
 * system, all threads), medians of the runs:
 * 1. a full dump of HAETAE_DATA/evtx copied eight times (about 540 MB, 2 888 files), in one process, at most 0.3 × evtx_dump once per file;
 * 2. one file of 300 MB and more (its chunks repeated under one header): full dump at most 3 ×, cold; on 1.5 GB at most 1.6 ×;
 *    detection access (channel, id, time and four fields of every record) at most 1.3 ×, cold;
 * 3. peak memory under 130 MB in each.
 *
 * The dump is packages/evtx by itself; another command is measured with --dump: it gets the paths behind its own arguments and
 * writes to stdout. Usage: HAETAE_DATA=… node bench/read-evtx.mjs [--runs 5] [--dump "node packages/haetae/bin/haetae.js dump"]
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** The process under test. */
const child = fileURLToPath(new URL('./read-evtx-child.mjs', import.meta.url));
const COPIES = 8;
const MB_LIMIT = 130;
const TIME = '/usr/bin/time';

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => /\.evtx$/i.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/** CPU seconds and peak megabytes of a command line, its output thrown away. */
function measure(command, args, cwd) {
  const report = join(cwd, 'time.txt');
  const out = openSync('/dev/null', 'w');
  const { status, error } = spawnSync(TIME, ['-f', '%U %S %M', '-o', report, command, ...args], {
    cwd,
    stdio: ['ignore', out, 'ignore'],
  });
  closeSync(out);
  if (error !== undefined || status !== 0) throw new Error(`${command} ${args.join(' ')} failed (${status ?? error})`);
  const [user, system, kilobytes] = readFileSync(report, 'utf8').trim().split(' ').map(Number);
  return { cpu: user + system, mb: kilobytes / 1024 };
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

function main() {
  const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' }, dump: { type: 'string' } } });
  const data = process.env.HAETAE_DATA;
  if (data === undefined) throw new Error('HAETAE_DATA must name the folder of real logs');
  if (!existsSync(TIME)) throw new Error(`${TIME} is needed to measure other programs`);
  const local = join(homedir(), '.cargo', 'bin', 'evtx_dump');
  const peer = existsSync(local) ? local : 'evtx_dump';
  const version = spawnSync(peer, ['--version'], { encoding: 'utf8' });
  if (version.error !== undefined) throw new Error('evtx_dump is not installed: cargo install evtx --version 0.15.1');
  const runs = Number(values.runs);
  const [command, ...prefix] = values.dump?.split(' ') ?? [process.execPath, child, 'dump'];
  const dump = [command, ...prefix.map((arg) => (arg !== child && existsSync(arg) ? join(process.cwd(), arg) : arg))];

  const work = mkdtempSync(join(tmpdir(), 'haetae-bench-'));
  try {
    const files = filesBelow(join(data, 'evtx'));
    const folder = join(work, 'logs');
    const chunks = [];
    for (let copy = 0; copy < COPIES; copy++) {
      mkdirSync(join(folder, `${copy}`), { recursive: true });
      files.forEach((file, i) => {
        copyFileSync(file, join(folder, `${copy}`, `${i}.evtx`));
      });
    }
    // damaged files stay out of the joined ones: what a reader makes of damage costs each its own
    const truths = JSON.parse(readFileSync(join(data, 'oracle', 'oracle-evtx.json'), 'utf8')).files;
    for (const file of files) {
      if (truths[relative(data, file).replaceAll('\\', '/')]?.dirty) continue;
      const bytes = readFileSync(file);
      for (let at = 4096; at + 65_536 <= bytes.length; at += 65_536) {
        if (bytes.toString('latin1', at, at + 7) === 'ElfChnk') chunks.push(bytes.subarray(at, at + 65_536));
      }
    }
    const one = (name, times) => {
      const path = join(work, name);
      const out = openSync(path, 'w');
      writeSync(out, readFileSync(files[0]).subarray(0, 4096));
      for (let i = 0; i < times; i++) for (const chunk of chunks) writeSync(out, chunk);
      closeSync(out);
      return path;
    };
    const single = one('single.evtx', COPIES);
    const big = one('big.evtx', COPIES * 5);
    const peerOf = (path) => [peer, '-t', '1', '-o', 'jsonl', path];
    const each = ['find', folder, '-name', '*.evtx', '-exec', peer, '-t', '1', '-o', 'jsonl', '{}', ';'];
    const detect = [process.execPath, child, 'detect'];
    const size = (path) => `${Math.round(statSync(path).size / 1e6)} MB`;

    console.log(
      `peer: ${version.stdout.trim()} -t 1 -o jsonl; ours: ${values.dump ?? 'packages/evtx'}; medians of ${runs} runs`,
    );
    let failed = 0;
    for (const [claim, ours, theirs, limit] of [
      [`dump of ${files.length * COPIES} files, peer once per file`, [...dump, folder], each, 0.3],
      [`dump of one file of ${size(single)}, cold`, [...dump, single], peerOf(single), 3],
      [`dump of one file of ${size(big)}`, [...dump, big], peerOf(big), 1.6],
      [`detection access to one file of ${size(single)}, cold`, [...detect, single], peerOf(single), 1.3],
    ]) {
      const mine = [];
      const peers = [];
      // in turns, so that a busy neighbour slows both
      for (let run = 0; run < runs; run++) {
        mine.push(measure(ours[0], ours.slice(1), work));
        peers.push(measure(theirs[0], theirs.slice(1), work));
      }
      const cpu = median(mine.map((m) => m.cpu));
      const peerCpu = median(peers.map((m) => m.cpu));
      const mb = Math.max(...mine.map((m) => m.mb));
      const ratio = cpu / peerCpu;
      const isMet = ratio <= limit && mb < MB_LIMIT;
      if (!isMet) failed++;
      console.log(
        `${isMet ? 'met   ' : 'MISSED'} ${claim}: ${cpu.toFixed(2)} s CPU, evtx_dump ${peerCpu.toFixed(2)} s, ` +
          `ratio ${ratio.toFixed(2)} (target ≤ ${limit}), peak ${mb.toFixed(0)} MB (target < ${MB_LIMIT})`,
      );
    }
    console.log(`${4 - failed} passed, ${failed} failed`);
    if (failed > 0) process.exitCode = 1;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

main();
