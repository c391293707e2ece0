import type { Event } from '@haetae/event';
import { BOM, formatLocal, row, type Zone, zoneLabel } from '../locale/index.ts';
import { dumpFiles, jsonLines, type Printer } from '../pipeline/index.ts';
import { eventXml, numbered } from '../source/index.ts';
import type { Context, DumpFlags } from './flags.ts';
import { count } from './numbers.ts';
import { conclude } from './receipt.ts';
import { readSettings, session } from './session.ts';
import { EXIT, UsageError } from './usage.ts';

export async function dumpCommand(this: Context, flags: DumpFlags, ...paths: string[]): Promise<void> {
  const { console } = this;
  const { words } = console;
  if (flags.canonical && flags.format !== 'jsonl') throw new UsageError(words.errors.canonical);
  await session(console, flags, paths, async (s) => {
    const { format } = flags;
    // A receipt that nobody keeps needs no hashes, and a dump is often a pipe's first part.
    const settings = readSettings(flags, s.zone, flags.receipt !== undefined);
    const printer =
      format === 'jsonl' ? jsonLines(flags.canonical ? 'canonical' : 'document') : format === 'xml' ? XML : csv(s.zone);
    if (format === 'csv') s.write(BOM + row(csvHead(s.zone, console.now(), words.table)));
    if (format === 'xml') s.write('<?xml version="1.0" encoding="utf-8"?>\n<Events>\n');
    const inputs = await dumpFiles(s.found.files, settings, console.signal, printer, s.write, s.advance, s.fileDone);
    if (format === 'xml') s.write('</Events>\n');
    s.clearProgress();
    const events = inputs.reduce((sum, input) => sum + input.events, 0);
    const status = conclude(s, 'dump', inputs, flags.receipt);
    if (flags.output !== undefined && status === EXIT.done)
      console.stderr.write(`  ${words.receipt.eventsWritten(count(events), flags.output)}\n`);
    return status;
  });
}

const XML: Printer = {
  line: (event) => `${eventXml(event)}\n`,
  batch: (batch, write) => batch.xml?.(write),
};

function csvHead(zone: Zone, now: number, t: Context['console']['words']['table']): string[] {
  const time = `${t.time} (${zoneLabel(zone, now)})`;
  return [time, t.computer, t.channel, t.provider, t.eventId, t.recordId, t.file, t.row, t.fields];
}

function csv(zone: Zone): Printer {
  return { line: (event, path) => row(csvCells(event, path, zone)) };
}

function csvCells(event: Event, path: string, zone: Zone): string[] {
  const { position } = event;
  return [
    formatLocal(event.timeMs, zone),
    event.computer,
    event.channel,
    event.provider,
    String(event.eventId),
    String(event.eventRecordId),
    path,
    String(position.kind === 'record' ? position.record : position.line),
    JSON.stringify(Object.fromEntries(numbered(event))),
  ];
}
