/** Where the bytes of an emission go, by format: one file for JSON lines, one for each log of each host otherwise. */
import { createEvtxWriter, type EvtxWriter } from '@haetae/evtx';
import type { LogEvent } from '../telemetry/shape.ts';
import { type CsvLanguage, eventViewerCsv } from './csv.ts';
import { recordDraft } from './evtx.ts';
import { flatLine, winlogbeatLine } from './json.ts';
import { eventElement, XML_HEAD, XML_TAIL } from './xml.ts';

export const EMIT_FORMATS = ['winlogbeat', 'flat', 'evtx', 'xml', 'csv'] as const;
export type EmitFormat = (typeof EMIT_FORMATS)[number];

/** A file under construction. `at`: offset, for what is not written in order; undefined: behind what there is. */
export type PutBytes = (name: string, bytes: Uint8Array | string, at?: number) => void;

export interface Renderer {
  add(events: readonly LogEvent[]): void;
  finish(): void;
}

/** `DESKTOP-HT01_Sysmon` */
export function logName({ computer, shape }: LogEvent): string {
  const host = computer.split('.')[0]!;
  const channel = shape.channel.replace(/^Microsoft-Windows-/, '').replace(/\/Operational$/, '');
  return `${host}_${channel.replace(/[^A-Za-z0-9]+/g, '-')}`;
}

const JSON_LINES = { winlogbeat: winlogbeatLine, flat: flatLine } as const;
/** Characters that are handed over at once. */
const BLOCK = 1 << 20;

export function renderer(format: EmitFormat, language: CsvLanguage, put: PutBytes): Renderer {
  if (format === 'winlogbeat' || format === 'flat') return jsonLines(JSON_LINES[format], put);
  if (format === 'evtx') return evtxFiles(put);
  return format === 'xml' ? xmlFiles(put) : csvFiles(language, put);
}

function jsonLines(line: (event: LogEvent) => string, put: PutBytes): Renderer {
  let text = '';
  return {
    add(events) {
      for (const event of events) {
        text += line(event);
        if (text.length < BLOCK) continue;
        put('events.jsonl', text);
        text = '';
      }
    },
    finish: () => put('events.jsonl', text),
  };
}

function evtxFiles(put: PutBytes): Renderer {
  const writers = new Map<string, EvtxWriter>();
  return {
    add(events) {
      for (const event of events) {
        const name = `${logName(event)}.evtx`;
        let writer = writers.get(name);
        if (writer === undefined) {
          writer = createEvtxWriter((chunk, offset) => put(name, chunk, offset));
          writers.set(name, writer);
        }
        writer.add(recordDraft(event));
      }
    },
    finish() {
      for (const [name, writer] of writers) put(name, writer.finish(), 0);
    },
  };
}

function xmlFiles(put: PutBytes): Renderer {
  const names = new Set<string>();
  return {
    add(events) {
      const texts = new Map<string, string>();
      for (const event of events) {
        const name = `${logName(event)}.xml`;
        texts.set(name, (texts.get(name) ?? '') + eventElement(event));
      }
      for (const [name, text] of texts) {
        put(name, names.has(name) ? text : XML_HEAD + text);
        names.add(name);
      }
    },
    finish() {
      for (const name of names) put(name, XML_TAIL);
    },
  };
}

/** Newest first: a log is held until its end. */
function csvFiles(language: CsvLanguage, put: PutBytes): Renderer {
  const logs = new Map<string, LogEvent[]>();
  return {
    add(events) {
      for (const event of events) {
        const name = `${logName(event)}.csv`;
        const log = logs.get(name);
        if (log === undefined) logs.set(name, [event]);
        else log.push(event);
      }
    },
    finish() {
      for (const [name, events] of logs) put(name, eventViewerCsv(events, language));
    },
  };
}
