import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { Finding } from '../detect/index.ts';
import { type HuntHit as KeptHit, StoreError, type StoreErrorCode, storeAt } from '../store/index.ts';
import type { HuntOrder, HuntSaid } from './desk.ts';
import { type HuntHit, hunt, huntersOf } from './hunt.ts';
import { judgeOf } from './judge.ts';
import { searchByRule } from './search.ts';
import type { SearchOrder, SearchSaid } from './search-thread.ts';

/** A thread for one hunt or one search by a rule: it reads the store through a port of its own; what a hunt finds is written there. */
const parent = parentPort;
if (parent === null) throw new Error('hunt-worker runs as a worker thread only');
const tell = (said: HuntSaid | SearchSaid): void => parent.postMessage(said);
const { port, ...wanted } = workerData as { readonly port: MessagePort } & (
  | { readonly order: HuntOrder }
  | { readonly search: SearchOrder }
);
const abort = new AbortController();
let goOn = (): void => {};
parent.on('message', (said: 'next' | 'cancel') => {
  if (said === 'cancel') abort.abort();
  goOn();
});

const counts = { scanned: 0, total: 0, hits: 0, fresh: 0, kept: 0 };

function keptOf(hits: readonly HuntHit[], order: HuntOrder): KeptHit[] {
  const kept: KeptHit[] = [];
  for (const { timeMs, host, eventIds, finding, fresh } of hits) {
    counts.hits++;
    if (fresh) counts.fresh++;
    // Of a rescan the difference alone is wanted.
    if (counts.kept === order.mostKept || (order.freshOnly && !fresh)) continue;
    kept.push({
      huntId: order.id,
      number: ++counts.kept,
      ...{ timeMs, host, eventIds, fresh },
      ruleId: finding.rule?.id ?? '',
      title: finding.rule?.title ?? '',
      level: finding.level,
      body: JSON.parse(JSON.stringify(finding)),
    });
  }
  return kept;
}

async function carryOut(order: HuntOrder): Promise<void> {
  const store = storeAt(port);
  const detector = huntersOf(order.rules, order.freshOnly);
  const ids = order.only && new Set(order.only.map((id) => id.toLowerCase()));
  const judge = judgeOf(order.policy, order.nowMs);
  const isWanted = (finding: Finding): boolean =>
    (ids?.has(finding.rule?.id.toLowerCase() ?? '') ?? true) && judge.tells(finding);
  const control = { signal: abort.signal, timeoutMs: order.timeoutMs };
  for await (const { hits, searched, total } of hunt(store, detector, order.times, control, {
    ...judge,
    tells: isWanted,
  })) {
    const kept = keptOf(hits, order);
    if (kept.length > 0) await store.huntHits.add(kept);
    Object.assign(counts, { scanned: searched, total });
    tell({ kind: 'progress', counts: { ...counts } });
  }
  tell({ kind: 'done', counts: { ...counts } });
}

async function search({ rule, query, timeoutMs }: SearchOrder): Promise<void> {
  const control = { signal: abort.signal, ...(timeoutMs !== undefined && { timeoutMs }) };
  for await (const step of searchByRule(storeAt(port), rule, query, control)) {
    const heard = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    tell({ kind: 'step', step });
    await heard;
    if (abort.signal.aborted) throw new StoreError('cancelled', 'the query was cancelled');
  }
  tell({ kind: 'end' });
}

try {
  if ('search' in wanted) await search(wanted.search);
  else await carryOut(wanted.order);
} catch (error) {
  const { code = 'damaged', message } = error as { readonly code?: StoreErrorCode; readonly message: string };
  tell({ kind: 'failed', code, message, counts: { ...counts } });
} finally {
  port.close();
  parent.close();
}
