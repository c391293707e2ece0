/** Records → bytes, over real logs: what our reader read is written, read again, and says the same, to us and to evtx_dump. */
import { readFileSync } from 'node:fs';
import {
  type Element,
  type ElementDraft,
  type EvtxRecord,
  type EvtxValue,
  type Node,
  type RecordDraft,
  readEvtx,
  type Value,
  writeEvtx,
} from '@haetae/evtx';
import { expect, test } from 'vitest';
import { EVTX_DUMP, evtxDump } from '../../packages/evtx/src/write/testing/evtx-dump.ts';
import { data, describeWithData } from '../data.ts';

interface Oracle {
  readonly files: Readonly<Record<string, { readonly dirty: boolean; readonly records: number }>>;
}

const isElement = (node: Node): node is Element => node.kind === 'element';

/** The typed value of a hole as the writer takes it; text where the writer has no such type. */
function valueDraft(value: Value, text: string): EvtxValue | string {
  switch (value.kind) {
    case 'null':
      return { type: 'null' };
    case 'string':
      return value.value;
    case 'integer':
      return { type: `${value.signed ? '' : 'u'}int${value.bits}`, value: value.value } as EvtxValue;
    case 'hex':
      return { type: `hexInt${value.bits}`, value: value.value } as EvtxValue;
    case 'float':
      return { type: value.bits === 32 ? 'float' : 'double', value: value.value };
    case 'boolean':
    case 'binary':
    case 'guid':
    case 'sid':
    case 'filetime':
      return { type: value.kind, value: value.value } as EvtxValue;
    default:
      return text;
  }
}

function elementDraft(element: Element): ElementDraft {
  return {
    name: element.name,
    // Names and namespaces belong to the template, other attributes differ from record to record.
    attributes: element.attributes.map(({ name, value }) =>
      name === 'Name' || name.startsWith('xmlns') ? [name, value] : [name, { type: 'string', value }],
    ),
    content: element.children.flatMap((child): (ElementDraft | EvtxValue | string)[] => {
      if (isElement(child)) return [elementDraft(child)];
      if (child.kind === 'text') return [child.value === undefined ? child.text : valueDraft(child.value, child.text)];
      return [];
    }),
  };
}

/** What `read` makes of a member of System, where the record has it. */
type Member = <T>(name: string, read: (text: string) => T) => T | undefined;

function recordDraft(record: EvtxRecord): RecordDraft {
  const event = record.element;
  const member: Member = (name, read) => {
    const text = record.system(name);
    return text === undefined ? undefined : read(text);
  };
  const present = Object.entries({
    ...{
      qualifiers: member('EventID_Qualifiers', Number),
      version: member('Version', Number),
      level: member('Level', Number),
    },
    ...{ task: member('Task', Number), opcode: member('Opcode', Number), keywords: member('Keywords', BigInt) },
    ...{
      activityId: member('Correlation_ActivityID', String),
      relatedActivityId: member('Correlation_RelatedActivityID', String),
    },
    ...{ processId: member('Execution_ProcessID', Number), threadId: member('Execution_ThreadID', Number) },
    ...{ channel: record.channel, computer: record.computer, userSid: member('Security_UserID', String) },
  }).filter(([, value]) => value !== undefined);
  const provider = Object.entries({
    ...{
      name: record.provider,
      guid: member('Provider_Guid', String),
      eventSourceName: member('Provider_EventSourceName', String),
    },
  }).filter(([, value]) => value !== undefined);
  const elements = event.children.filter(isElement).filter((child) => child.name !== 'System');
  const userData = elements.find(
    (child) => child.name === 'UserData' && child.children.every(isElement) && child.children.length === 1,
  );
  return {
    record: record.record,
    system: {
      ...{ provider: Object.fromEntries(provider), eventId: record.eventId, eventRecordId: record.eventRecordId },
      time: { ms: record.timeMs, ticks: record.timeTicks },
      ...Object.fromEntries(present),
    },
    ...(userData === undefined ? {} : { userData: elementDraft(userData.children[0] as Element) }),
    elements: elements.filter((child) => child !== userData).map(elementDraft),
  };
}

function* drafts(file: Uint8Array): Generator<RecordDraft> {
  for (const record of readEvtx(file)) yield recordDraft(record);
}

function dump(file: Uint8Array): { lines: string[]; problems: string[] } {
  const problems: string[] = [];
  const log = readEvtx(file, { checksums: true, onProblem: (problem) => problems.push(problem.message) });
  return { lines: Array.from(log, (record) => record.toCanonicalLine()), problems };
}

/**
 * The records that evtx_dump prints, each without its System (of which not every attribute is carried over) and without
 * empty elements: it leaves out those that a template calls optional, which our reader, as its canonical form wants, tells.
 * (Text of a template it prints with `&quot;`, text of a value with `"`.)
 */
const bodies = (xml: string): string[] =>
  xml
    .split(/^(?=Record \d+$)/m)
    .map((record) => withoutEmpty(record.replace(/ {2}<System>.*?<\/System>\n/s, '').replaceAll('&quot;', '"')));

function withoutEmpty(xml: string): string {
  const less = xml.replace(/\s*<([^\s>/?]+)(?: [^>]*)?(?:\/>|>\s*<\/\1>)/g, '');
  return less === xml ? less : withoutEmpty(less);
}

describeWithData('EVTX read, written and read again', () => {
  const oracle = JSON.parse(readFileSync(data('oracle', 'oracle-evtx.json'), 'utf8')) as Oracle;
  const clean = Object.entries(oracle.files).filter(([, facts]) => !facts.dirty);

  test(`${clean.length} clean files: the same canonical dump`, () => {
    const differing: string[] = [];
    let records = 0;
    for (const [name] of clean) {
      const file = readFileSync(data(name));
      const before = dump(file).lines;
      const after = dump(writeEvtx(drafts(file)));
      records += after.lines.length;
      if (after.problems.length > 0) differing.push(`${name}: ${after.problems[0]}`);
      const at = before.findIndex((line, i) => line !== after.lines[i]);
      if (at >= 0 || before.length !== after.lines.length)
        differing.push(`${name}: line ${at + 1} of ${before.length}`);
    }
    expect(differing).toEqual([]);
    expect(records).toBe(clean.reduce((sum, [, facts]) => sum + facts.records, 0));
  });

  const title = `${clean.length} clean files: evtx_dump prints the same of both, System and empty elements aside`;
  if (EVTX_DUMP === undefined) test.skip(`${title} (skipped: evtx_dump is not on PATH)`);
  else {
    test(title, () => {
      const differing: string[] = [];
      for (const [name] of clean) {
        // Booleans of 16 there, which are true to Windows and to us.
        if (name.endsWith('sample-with-irregular-bool-values.evtx')) continue;
        const file = readFileSync(data(name));
        const before = bodies(evtxDump(file).out);
        const after = evtxDump(writeEvtx(drafts(file)), '--validate-checksums');
        if (after.errors !== '') differing.push(`${name}: ${after.errors.slice(0, 200)}`);
        const bodiesAfter = bodies(after.out);
        const at = before.findIndex((body, i) => body !== bodiesAfter[i]);
        if (at >= 0 || before.length !== bodiesAfter.length)
          differing.push(`${name}: event ${at + 1} of ${before.length}`);
      }
      expect(differing).toEqual([]);
    });
  }
});
