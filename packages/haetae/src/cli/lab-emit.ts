import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CampaignWords } from '../locale/index.ts';
import {
  type Campaign,
  type EmitOptions,
  emit,
  FIRST_DAY,
  folderOf,
  type Label,
  type LogEvent,
  labelOf,
  midnightOf,
  renderer,
  winlogbeatLine,
} from '../scenario/index.ts';
import type { Context } from './flags.ts';
import { campaignsOf, chosenCampaigns } from './lab-campaigns.ts';
import type { LabEmitFlags } from './lab-flags.ts';
import { count } from './numbers.ts';
import { wholeNumber } from './options.ts';
import { EXIT, UsageError } from './usage.ts';

const BATCH_BYTES = 2_000_000;

/** `haetae lab emit CAMPAIGN … -o DIR` or `--server URL` */
export async function emitCommand(this: Context, flags: LabEmitFlags, ...wanted: string[]): Promise<void> {
  const { console } = this;
  const { words, stderr } = console;
  const { campaigns: w } = words;
  const options: EmitOptions = {
    seed: wholeNumber('--seed', flags.seed, words) ?? 1,
    background: wholeNumber('--background', flags.background, words) ?? 0,
    firstDay: flags.day ?? FIRST_DAY,
  };
  if (!/^\d{4}-\d\d-\d\d$/.test(options.firstDay) || Number.isNaN(midnightOf(options.firstDay)))
    throw new UsageError(w.badDay(options.firstDay));
  if ((flags.output === undefined) === (flags.server === undefined)) throw new UsageError(w.oneTarget);
  const chosen = chosenCampaigns(campaignsOf(flags.campaigns, w, stderr), wanted, w);
  for (const campaign of chosen) {
    const said =
      flags.output === undefined
        ? await toServer(campaign, options, flags, w)
        : toFolder(campaign, options, flags, chosen.length === 1 ? flags.output : join(flags.output, campaign.id));
    stderr.write(`${w.emitted(campaign.id, count(said.events), count(said.labels.length), said.where)}\n`);
  }
  console.exit(EXIT.done);
}

interface Said {
  readonly events: number;
  readonly labels: readonly Label[];
  readonly where: string;
}

/** Logs, and beside them `labels.jsonl`: which event belongs to which step. */
function toFolder(campaign: Campaign, options: EmitOptions, flags: LabEmitFlags, path: string): Said {
  const folder = folderOf(path);
  const logs = renderer(flags.format, flags.csvLang, folder.put);
  const labels: Label[] = [];
  let events = 0;
  for (const batch of emit(campaign, options)) {
    logs.add(batch);
    events += batch.length;
    note(batch, labels);
  }
  logs.finish();
  folder.put('labels.jsonl', labels.map((label) => `${JSON.stringify(label)}\n`).join(''));
  folder.close();
  return { events, labels, where: path };
}

function note(batch: readonly LogEvent[], labels: Label[]): void {
  for (const event of batch) {
    const label = labelOf(event);
    if (label !== undefined) labels.push(label);
  }
}

async function toServer(
  campaign: Campaign,
  options: EmitOptions,
  flags: LabEmitFlags,
  w: CampaignWords,
): Promise<Said> {
  const token = tokenOf(flags, w);
  const url = new URL('/ingest/ndjson', flags.server).href;
  const labels: Label[] = [];
  let events = 0;
  let body = '';
  for (const batch of emit(campaign, options)) {
    events += batch.length;
    note(batch, labels);
    for (const event of batch) {
      body += winlogbeatLine(event);
      if (body.length < BATCH_BYTES) continue;
      await send(url, token, body, w);
      body = '';
    }
  }
  if (body !== '') await send(url, token, body, w);
  return { events, labels, where: flags.server! };
}

function tokenOf({ tokenFile }: LabEmitFlags, w: CampaignWords): string {
  const token = tokenFile === undefined ? process.env.HAETAE_TOKEN : readFileSync(tokenFile, 'utf8');
  if (token === undefined || token.trim() === '') throw new UsageError(w.needsToken);
  return token.trim();
}

/** A server that is busy is asked again when it says so. */
async function send(url: string, token: string, body: string, w: CampaignWords): Promise<void> {
  for (;;) {
    const answer = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body }).catch(
      (error: unknown) => {
        const { cause } = error as { readonly cause?: { readonly code?: string } };
        throw new UsageError(w.unreachable(url, cause?.code ?? String(error)));
      },
    );
    await answer.body?.cancel();
    if (answer.ok) return;
    if (answer.status !== 429 && answer.status !== 503) throw new UsageError(w.refused(url, String(answer.status)));
    await new Promise((resolve) => setTimeout(resolve, 1000 * Number(answer.headers.get('retry-after') ?? 1)));
  }
}
