/** One campaign through a running server: its events among ordinary days are sent, and what the server makes of them is asked for. */
import { LEVELS } from '@haetae/sigma';
import {
  type Campaign,
  type EmitOptions,
  type ExpectedFinding,
  emit,
  type Label,
  labelOf,
  winlogbeatLine,
} from '../../packages/haetae/src/scenario/index.ts';
import type { Finding, Incident, StoredEvent } from '../../packages/haetae/src/server/api.ts';
import type { Story } from '../../packages/haetae/src/server/api-told.ts';
import { pause } from '../chaos/serve.ts';

const BATCH_BYTES = 2_000_000;
/** Connections that may break one after the other. */
const MOST_BROKEN = 5;

export interface Door {
  readonly url: string;
  readonly shipper: string;
  readonly reader: string;
}

export interface Outcome {
  readonly events: number;
  readonly labels: readonly Label[];
  /** By risk, the highest first. */
  readonly incidents: readonly Incident[];
  readonly findings: readonly Finding[];
  /** Steps of the campaign that a finding's events belong to. */
  readonly stepsOf: ReadonlyMap<Finding, readonly string[]>;
  /** Of the first incident. */
  readonly story: Story | undefined;
}

export async function outcomeOf(campaign: Campaign, options: EmitOptions, door: Door): Promise<Outcome> {
  const labels: Label[] = [];
  let events = 0;
  let body = '';
  for (const batch of emit(campaign, options))
    for (const event of batch) {
      events++;
      const label = labelOf(event);
      if (label !== undefined) labels.push(label);
      body += winlogbeatLine(event);
      if (body.length < BATCH_BYTES) continue;
      await send(door, body);
      body = '';
    }
  if (body !== '') await send(door, body);
  while ((await ask<{ backlog: number }>(door, '/api/stats')).backlog > 0) await pause(100);
  const findings = await all<Finding>(door, '/api/findings?');
  const incidents = (await all<Incident>(door, '/api/incidents?order=risk&')).filter(
    ({ mergedInto }) => mergedInto === null,
  );
  const first = incidents[0];
  return {
    ...{ events, labels, incidents, findings },
    stepsOf: await stepsOf(findings, labels, door),
    story: first === undefined ? undefined : await ask<Story>(door, `/api/incidents/${first.id}/story?lang=en`),
  };
}

export async function send({ url, shipper }: Door, body: string): Promise<void> {
  for (let broken = 0; ; ) {
    let answer: Response;
    try {
      answer = await fetch(`${url}/ingest/ndjson`, {
        method: 'POST',
        headers: { authorization: `Bearer ${shipper}` },
        body,
      });
    } catch (error) {
      // A connection that was kept and is closed as it is used again; what arrived nevertheless is known by its record ids.
      if (++broken > MOST_BROKEN) throw error;
      await pause(100 * broken);
      continue;
    }
    await answer.body?.cancel();
    if (answer.ok) return;
    if (answer.status !== 429 && answer.status !== 503) throw new Error(`the server answered ${answer.status}`);
    await pause(1000 * Number(answer.headers.get('retry-after') ?? 1));
  }
}

export async function ask<T>({ url, reader }: Door, path: string): Promise<T> {
  const answer = await fetch(url + path, { headers: { authorization: `Bearer ${reader}` } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

export async function all<T>(door: Door, path: string): Promise<T[]> {
  const items: T[] = [];
  for (let cursor = ''; ; ) {
    const page = await ask<{ items: T[]; next?: string | null }>(door, `${path}limit=500${cursor}`);
    items.push(...page.items);
    if (page.next === undefined || page.next === null) return items;
    cursor = `&cursor=${encodeURIComponent(page.next)}`;
  }
}

async function stepsOf(
  findings: readonly Finding[],
  labels: readonly Label[],
  door: Door,
): Promise<Map<Finding, string[]>> {
  const steps = new Map(
    labels.map(({ computer, channel, record, step }) => [`${computer}|${channel}|${record}`, step]),
  );
  const known = new Map<string, string | undefined>();
  const of = new Map<Finding, string[]>();
  for (const finding of findings) {
    const found = new Set<string>();
    for (const id of finding.events) {
      if (!known.has(id)) {
        const { computer, channel, recordId } = await ask<StoredEvent>(door, `/api/events/${id}`);
        known.set(id, steps.get(`${computer}|${channel}|${recordId}`));
      }
      const step = known.get(id);
      if (step !== undefined) found.add(step);
    }
    of.set(finding, [...found]);
  }
  return of;
}

/** Whether a finding says what was expected. */
export function answers({ level, techniques }: Finding, expected: ExpectedFinding): boolean {
  if (LEVELS.indexOf(level) < LEVELS.indexOf(expected.level)) return false;
  return techniques.some((one) =>
    expected.techniques.some((other) => one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`)),
  );
}

/** What is not as a campaign demands it, in words. */
export function shortcomings(campaign: Campaign, { incidents, findings, stepsOf, story }: Outcome): string[] {
  const first = incidents[0];
  const grave = (level: Finding['level']): boolean => LEVELS.indexOf(level) >= LEVELS.indexOf('high');
  if (campaign.kind === 'benign')
    return [
      ...findings
        .filter(({ level }) => grave(level))
        .map(({ title, level, host }) => `raised: ${level} ${title} (${host})`),
      ...incidents.filter(({ level }) => grave(level)).map(({ title, level }) => `incident: ${level} ${title}`),
    ];
  const said: string[] = [];
  for (const step of campaign.steps) {
    const own = findings.filter((finding) => stepsOf.get(finding)!.includes(step.id));
    for (const expected of step.findings) {
      const found = own.filter((finding) => answers(finding, expected));
      const what = `${step.id}: ${expected.techniques.join('/')} at ${expected.level}`;
      if (found.length === 0)
        said.push(
          `${what} is not found; there are ${own.map(({ title, level }) => `${level} ${title}`).join('; ') || 'no findings'}`,
        );
      else if (!found.some(({ incident }) => incident === first?.id)) said.push(`${what} is not in the first incident`);
    }
    const told = story?.sentences.some(({ tactics }) => (tactics as readonly string[]).includes(step.tactic)) ?? false;
    if (step.findings.length > 0 && !told) said.push(`${step.id}: the story does not name ${step.tactic}`);
  }
  for (const { id, title, level } of incidents.slice(1)) {
    const own = findings.filter((finding) => finding.incident === id && stepsOf.get(finding)!.length > 0);
    if (own.length > 0)
      said.push(
        `broken off: ${level} ${title} (${[...new Set(own.flatMap((one) => stepsOf.get(one)!))].join(', ')}: ${own.map((one) => one.title).join('; ')})`,
      );
  }
  if (first !== undefined && !findings.some((one) => one.incident === first.id && stepsOf.get(one)!.length > 0))
    said.push(`the first incident is the background's: ${first.title}`);
  return said;
}
