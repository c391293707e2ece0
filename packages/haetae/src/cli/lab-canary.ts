import { setTimeout as pause } from 'node:timers/promises';
import { formatUtc, printable } from '../locale/index.ts';
import { stored } from '../pipeline/index.ts';
import type { Console } from './console.ts';
import { dataFolder } from './data-folder.ts';
import type { Context } from './flags.ts';
import type { LabCanaryFlags } from './lab-flags.ts';
import { within } from './lab-run.ts';
import { checkLanguage } from './options.ts';
import { EXIT } from './usage.ts';

/** `haetae lab canary`: one, or one every so many minutes until it is stopped. */
export async function canaryCommand(this: Context, flags: LabCanaryFlags): Promise<void> {
  const { console } = this;
  const { words, signal, stdout, stderr, now } = console;
  checkLanguage(flags.lang, words);
  const seconds = within('--within', flags.within, 60, 3600, words.lab);
  const minutes = within('--every', flags.every, 15, 1440, words.lab);
  const directory = flags.data ?? dataFolder(process.env, process.platform, process.getuid?.());
  let status: number = EXIT.done;
  do {
    const alarm = await play(directory, seconds, console);
    const time = formatUtc(now(), 0).slice(0, 19);
    if (typeof alarm === 'number') stdout.write(`${words.lab.canary.came((alarm / 1000).toFixed(1), `${time}Z`)}\n`);
    else if (!signal.aborted) {
      status = EXIT.findings;
      stderr.write(`haetae: ${words.lab.canary.alarm(printable(alarm), `${time}Z`)}\n`);
      if (flags.webhook !== undefined) await post(flags.webhook, alarm, now(), console);
    }
    if (flags.once === true) break;
    await pause(minutes * 60_000, undefined, { signal }).catch(() => {});
  } while (!signal.aborted);
  console.exit(flags.once === true ? status : EXIT.done);
}

/** Milliseconds until the finding came, or why it did not. */
async function play(directory: string, seconds: number, { words, signal }: Console): Promise<number | string> {
  const { canary: w } = words.lab;
  const { askCanary, StoreError } = await stored();
  try {
    const { state, afterMs } = await askCanary(directory, seconds, signal);
    return state === 'came' && afterMs !== null ? afterMs : w.late(String(seconds));
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return error.code === 'locked' ? w.noServer(directory) : w.refused(error.message);
  }
}

const POST_MS = 10_000;

async function post(url: string, alarm: string, atMs: number, { stderr, words }: Console): Promise<void> {
  const body = JSON.stringify({ haetae: 'canary.1', alarm, time: formatUtc(atMs, 0) });
  try {
    const options = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(POST_MS),
    };
    const { status } = await fetch(url, options);
    if (status >= 300) throw new Error(`HTTP ${status}`);
  } catch (error) {
    stderr.write(`haetae: ${words.lab.canary.webhook((error as Error).message)}\n`);
  }
}
