import { BOM, cut, formatLocal, formatUtc, padEnd, printable, row, type Words, type Zone } from '../locale/index.ts';
import type { api } from '../pipeline/index.ts';
import type { Out } from './console.ts';
import { detailOf } from './findings.ts';
import type { Context, SearchFlags } from './flags.ts';
import { count } from './numbers.ts';
import { zoneOption } from './options.ts';
import { toOutput } from './rules-run.ts';
import { askStored, formatOf, timesOf } from './stored.ts';
import { StoredProgress } from './stored-progress.ts';
import { EXIT, UsageError } from './usage.ts';

const DEFAULT_LIMIT = 100;
const MOST = 10_000;

export async function searchCommand(this: Context, flags: SearchFlags, ...text: string[]): Promise<void> {
  const { console } = this;
  const { words, stderr, signal } = console;
  const query = queryOf(flags, text.join(' '), words);
  await toOutput(console, flags, async (out) => {
    const zone = zoneOption(flags.timezone, words);
    const print = printerOf(formatOf(flags), words, zone, out);
    const line = new StoredProgress(console);
    let found = 0;
    let searched = 0;
    const notices: string[] = [];
    try {
      const status = await askStored(flags, words, async (stored) => {
        out.write(print.head());
        for await (const part of stored.search(query, signal)) {
          if (part.kind === 'events') {
            found += part.events.length;
            line.clear();
            for (const event of part.events) out.write(print.event(event));
          } else if (part.kind === 'progress') {
            searched = part.scanned;
            line.show(part.scanned, part.total, found);
          } else if (part.kind === 'end') {
            if (part.reason === 'limit') notices.push(words.stored.more(count(found)));
            if (part.reason === 'time') notices.push(words.stored.outOfTime);
          }
          if (out.gone) break;
        }
        out.write(print.foot());
        return EXIT.done;
      });
      line.clear();
      if (status === EXIT.done)
        for (const notice of [words.stored.events(count(found), count(searched)), ...notices])
          stderr.write(`haetae: ${notice}\n`);
      return status;
    } finally {
      line.clear();
    }
  });
}

function queryOf(flags: SearchFlags, text: string, words: Words): api.EventQuery {
  const { fromMs, toMs } = timesOf(flags, words);
  const { host, user, channel, oldest } = flags;
  const limit = flags.limit === undefined ? DEFAULT_LIMIT : Number(flags.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST) throw new UsageError(words.stored.badLimit(flags.limit!));
  const eventId = (flags.eventId ?? []).map((id) => {
    if (!/^\d{1,9}$/.test(id)) throw new UsageError(words.stored.badId(id));
    return Number(id);
  });
  const fields = (flags.field ?? []).map((written) => {
    const [, not, field, value] = /^(!?)([^=]+)=(.*)$/s.exec(written) ?? [];
    if (field === undefined) throw new UsageError(words.stored.badField(written));
    return { field: field.trim(), value: value!, not: not === '!' };
  });
  return {
    order: oldest ? 'oldest' : 'newest',
    limit,
    ...(fromMs !== null && { fromMs }),
    ...(toMs !== null && { toMs }),
    ...(host !== undefined && { host }),
    ...(user !== undefined && { user }),
    ...(channel !== undefined && { channel }),
    ...(eventId.length > 0 && { eventId }),
    ...(text !== '' && { text }),
    ...(fields.length > 0 && { fields }),
  };
}

interface EventPrinter {
  head(): string;
  event(event: api.StoredEvent): string;
  foot(): string;
}

/** What happened, in one line; the decoded text where there is one. */
const whatOf = ({ fields, decoded }: api.StoredEvent): string => {
  const detail = detailOf({ fields, why: [] } as never);
  return decoded === '' ? detail : `${detail} ⟶ ${decoded}`;
};
const utcOf = ({ timeMs, timeTicks }: api.StoredEvent): string => formatUtc(timeMs ?? Number.NaN, timeTicks);

function printerOf(format: ReturnType<typeof formatOf>, words: Words, zone: Zone, out: Out): EventPrinter {
  const { columns: c } = words.stored;
  const nothing = { head: () => '', foot: () => '' };
  switch (format) {
    case 'jsonl':
      return { ...nothing, event: (event) => `${JSON.stringify(event)}\n` };
    case 'json': {
      let first = true;
      return {
        head: () => '[',
        event(event) {
          const comma = first ? '\n' : ',\n';
          first = false;
          return comma + JSON.stringify(event);
        },
        foot: () => (first ? ']\n' : '\n]\n'),
      };
    }
    case 'csv':
      return {
        head: () => BOM + row([c.time, `${c.time} (UTC)`, c.host, c.channel, c.id, c.what, 'JSON']),
        event: (event) =>
          row([
            formatLocal(event.timeMs ?? Number.NaN, zone),
            utcOf(event),
            event.host,
            event.channel,
            String(event.eventId),
            whatOf(event),
            JSON.stringify(event.fields),
          ]),
        foot: () => '',
      };
    case 'table':
      return {
        head: () => '',
        event({ timeMs, host, channel, eventId, ...event }) {
          const at = formatLocal(timeMs ?? Number.NaN, zone);
          const short = channel.replace(/^Microsoft-Windows-/, '').replace(/\/Operational$/, '');
          const head = `${padEnd(at, 23)}  ${padEnd(cut(printable(host), 20), 20)}  ${padEnd(cut(printable(short), 18), 18)}  ${String(eventId).padStart(5)}  `;
          const what = printable(whatOf({ timeMs, host, channel, eventId, ...event }));
          return `${head}${out.isTTY ? cut(what, Math.max(20, out.columns - 75)) : what}\n`;
        },
        foot: () => '',
      };
    default:
      return format satisfies never;
  }
}
