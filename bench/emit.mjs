/**
 * What it costs to make a million events: `node bench/emit.mjs [events]` (build before). Four hosts, one of each role, live ordinary
 * days until the number is reached; every event is rendered as Winlogbeat's line, as EVTX and not at all. Limit: 60 s a million; aim: 20 s.
 */
import { createHash } from 'node:crypto';
import { emit, FIRST_DAY, renderer } from '../packages/haetae/dist/scenario/index.js';

const WANTED = Number(process.argv[2] ?? 1_000_000);
const ROLES = ['office', 'developer', 'server', 'domain-controller'];
const hosts = ROLES.map((role, i) => ({ key: role, name: `HOST-${i + 1}`, role, user: '김민준' }));
const campaign = { id: 'none', kind: 'benign', hosts, days: 60, steps: [], file: '' };

function run(format) {
  const hash = createHash('sha256');
  let bytes = 0;
  const output =
    format === undefined
      ? undefined
      : renderer(format, 'ko', (_, data) => {
          hash.update(data);
          bytes += data.length;
        });
  const began = process.cpuUsage();
  let events = 0;
  for (const batch of emit(campaign, { seed: 1, firstDay: FIRST_DAY, background: 100_000 })) {
    output?.add(batch);
    events += batch.length;
    if (events >= WANTED) break;
  }
  output?.finish();
  const { user, system } = process.cpuUsage(began);
  const seconds = (user + system) / 1e6;
  const digest =
    output === undefined ? '' : `, ${(bytes / 1e6).toFixed(0)} MB, sha256 ${hash.digest('hex').slice(0, 12)}`;
  console.log(
    `${format ?? 'events alone'}: ${events} events in ${seconds.toFixed(1)} CPU seconds, ${((seconds * 1e6) / events).toFixed(1)} s a million${digest}`,
  );
  return (seconds * 1e6) / events;
}

console.log(`node ${process.version}, ${WANTED} events of ${ROLES.length} hosts`);
run(undefined);
const lines = run('winlogbeat');
run('evtx');
console.log(lines <= 60 ? `within 60 s a million (aim 20)` : 'MISSED: more than 60 s a million');
process.exitCode = lines <= 60 ? 0 : 1;
