/** The store whose pages are measured. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { incidentsIn } from '../../packages/haetae/dist/cli/incident-run.js';
import { listedOf } from '../../packages/haetae/dist/incident/index.js';
import { scanning } from '../../packages/haetae/dist/pipeline/index.js';
import { builtinRules } from '../../packages/haetae/dist/rules/index.js';
import { discover } from '../../packages/haetae/dist/source/index.js';
import { openStore } from '../../packages/haetae/dist/store/index.js';
import { BATCH, dealer, hostOf, realEvents, seqOf, timeOf } from '../store-fill.mjs';

const INCIDENTS = 2000;
export const PROCESSES = 5000;
/** The incident with so many. */
export const BIG = 'ffff000000000000';
const root = fileURLToPath(new URL('../..', import.meta.url));
const whole = (n) => Math.round(n).toLocaleString('en');

const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'];
const TECHNIQUES = ['T1059.001', 'T1003.001', 'T1053.005', 'T1105', 'T1021.002', 'T1071.001', 'T1547.001', 'T1018'];
export const idOf = (n) => (n === INCIDENTS - 1 ? BIG : n.toString(16).padStart(16, '0'));
const levelOf = (n) => LEVELS[(n * 7) % 10 > 7 ? 3 : (n * 3) % 3];

/** The incidents of the sample campaign, the largest first: what all are copies of. */
async function realIncidents() {
  const { scan } = await scanning();
  const { files } = await discover([join(root, 'packages/haetae/content/samples/*.{evtx,csv,zip,gz}')]);
  const settings = {
    timeZone: 'Asia/Seoul',
    carve: false,
    checksums: false,
    hash: false,
    detectors: ['sigma'],
    trace: true,
  };
  const range = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  const nothing = () => {};
  const progress = { advance: nothing, fileDone: nothing, findings: nothing };
  const setup = { rules: builtinRules().files };
  const done = await scan(files, { ...settings, ...range, setup }, 1, new AbortController().signal, progress);
  const { report } = await incidentsIn(done, undefined);
  done.findings.dispose();
  return structuredClone(report.incidents).sort((a, b) => b.tree.length - a.tree.length);
}

/** With so many processes: copies of its own, each below another. */
function grown(body, size) {
  const tree = [...body.tree];
  for (let i = tree.length; i < size; i++) {
    const like = body.tree[i % body.tree.length];
    const parent = tree[Math.floor((i - 1) / 4)].key;
    tree.push({ ...like, key: `${like.host}|copy ${i}`, pid: 10_000 + i, parent, children: [], acts: [] });
  }
  return { ...body, tree };
}

/** A store in a folder, with the events, the findings and the incidents. */
export async function fill(directory, EVENTS, FINDINGS) {
  const store = await openStore({ directory: join(directory, 'store') });
  const { builder, add } = dealer(await realEvents(), EVENTS);
  const [largest, ...small] = await realIncidents();
  const big = grown(largest, PROCESSES);
  const findingOf = (n) => {
    const id = n + 1;
    const event = Math.max(1, Math.floor((n * EVENTS) / FINDINGS));
    const rule = n % 180;
    return {
      ...{ id, seq: seqOf(event), timeMs: timeOf(event, EVENTS), host: hostOf(event), detector: 'sigma' },
      ...{ ruleId: `00000000-0000-4000-8000-${String(rule).padStart(12, '0')}`, title: `Rule ${rule} of the bench` },
      ...{ level: levelOf(n), eventIds: [event], incidentId: idOf(n % INCIDENTS), techniques: [TECHNIQUES[n % 8]] },
      body: { rule: { title: `Rule ${rule} of the bench` }, why: [], fields: { CommandLine: `command ${n}` } },
    };
  };
  const incidentOf = (n) => {
    const event = Math.max(1, Math.floor((n * EVENTS) / INCIDENTS));
    const fromMs = timeOf(event, EVENTS);
    const body = n === INCIDENTS - 1 ? big : small[n % small.length];
    return {
      ...{
        id: idOf(n),
        seq: seqOf(event),
        firstMs: fromMs,
        lastMs: fromMs + 600_000,
        risk: n % 100,
        level: levelOf(n),
      },
      ...{ hosts: [hostOf(event)], users: largest.users, title: 'Incident of the bench', mergedInto: null },
      ...{ findings: Math.floor(FINDINGS / INCIDENTS), body, listed: listedOf(body) },
    };
  };
  let [findings, incidents] = [0, 0];
  const started = performance.now();
  for (let id = 1; id <= EVENTS; ) {
    for (; !builder.full && id <= EVENTS; id++) add(id);
    const upTo = id > EVENTS ? Number.MAX_SAFE_INTEGER : seqOf(id - 1);
    const [some, told] = [[], []];
    while (findings < FINDINGS && (findings * EVENTS) / FINDINGS < id - 1) some.push(findingOf(findings++));
    while (incidents < INCIDENTS && (incidents * EVENTS) / INCIDENTS < id - 1) told.push(incidentOf(incidents++));
    const hosts = Array.from({ length: 50 }, (_, i) => ({
      ...{
        seq: seqOf(id - 1),
        kind: 'host',
        key: hostOf(i),
        firstMs: timeOf(1, EVENTS),
        lastMs: timeOf(id - 1, EVENTS),
        body: {},
      },
    }));
    const seq = Math.min(upTo, seqOf(EVENTS) + 1);
    await store.intake.commit({ upTo: seq, events: builder.take(), findings: some, incidents: told, entities: hosts });
  }
  await store.close();
  console.log(
    `${whole(EVENTS)} events, ${whole(findings)} findings, ${whole(incidents)} incidents in batches of ${whole(BATCH)}: ${whole((performance.now() - started) / 1000)} s`,
  );
}
