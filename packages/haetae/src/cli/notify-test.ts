import { randomBytes } from 'node:crypto';
import { printable, wordsOf } from '../locale/index.ts';
import { noticeMessage, offText, openChannel, readSecret, worldOf, worldThrough } from '../notify/index.ts';
import type { Context, NotifyTestFlags } from './flags.ts';
import { notifyPath, soundNotifyAt } from './notify-file.ts';
import { checkLanguage } from './options.ts';
import { dataAt } from './serve-options.ts';
import { EXIT, UsageError } from './usage.ts';

/** Before a connection stood. */
const UNREACHABLE = /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|no answer)/;

export async function notifyTestCommand(this: Context, flags: NotifyTestFlags, ...names: string[]): Promise<void> {
  const { console } = this;
  const { words, stdout, now } = console;
  const { notify: w } = words;
  checkLanguage(flags.lang, words);
  const data = dataAt(flags.data);
  const path = notifyPath(flags.file, data);
  if (path === undefined) throw new UsageError(w.noFile(`${data}/notify.yml`, 'ENOENT'));
  const config = soundNotifyAt(path, words);
  const { channels } = config;
  const opener = { world: worldOf(now), readSecret, through: (proxy: string) => worldThrough(proxy, now) };
  for (const name of names)
    if (!channels.some((one) => one.name === name))
      throw new UsageError(w.noChannel(name, channels.map((one) => one.name).join(', ')));
  let bad = 0;
  for (const channel of channels.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const { name, language } = channel;
    const opened = openChannel(channel, config, opener);
    if (opened.kind === 'off') {
      if (channel.on || names.length > 0) bad++;
      stdout.write(`${w.tested.off(name, printable(offText(opened.why, words.lang)))}\n`);
      continue;
    }
    const { notify: said } = wordsOf(language);
    const message = noticeMessage(language, said.testTitle, [said.testText(name)], 'informational');
    const id = randomBytes(12).toString('hex');
    const outcome = await opened.sender.send(message, { id, incident: null, thread: id, nowMs: now() }, null);
    if (outcome.kind === 'sent') stdout.write(`${w.tested.sent(name)}\n`);
    else {
      bad++;
      const why = printable(outcome.why);
      const how = outcome.kind === 'busy' ? 'busy' : UNREACHABLE.test(why) ? 'unreachable' : 'failed';
      stdout.write(`${w.tested[how](name, why)}\n`);
    }
    await opened.sender.close?.();
  }
  console.exit(bad > 0 ? EXIT.findings : EXIT.done);
}
