import { TYPE } from '../read/value-type.ts';
import type { Instance } from './chunk.ts';
import type { DataDraft, ElementDraft, RecordDraft, SystemDraft } from './draft.ts';
import { makeTemplate, NO_DEPENDENCY, type Part, type Slot, type Template, type TemplateElement } from './template.ts';
import { type EvtxValue, typeCode, type ValueBuffer } from './values.ts';

/** Most templates remembered from record to record; a log has some dozens, text in attributes can make any number. */
const MOST_TEMPLATES = 4096;
const EVENT_XMLNS = 'http://schemas.microsoft.com/win/2004/08/events/event';

/** Slots of `System`, in the order of Windows' own templates; the computer, literal text there, is one more slot here. */
const SYSTEM_SLOTS = 19;
const slot = (index: number, code: number): Slot => ({ kind: 'slot', slot: index, code, optional: true });
const LEVEL = slot(0, TYPE.uint8);
const OPCODE = slot(1, TYPE.uint8);
const TASK = slot(2, TYPE.uint16);
const EVENT_ID = slot(3, TYPE.uint16);
const QUALIFIERS = slot(4, TYPE.uint16);
const KEYWORDS = slot(5, TYPE.hex64);
const TIME = slot(6, TYPE.filetime);
const ACTIVITY = slot(7, TYPE.guid);
const PROCESS = slot(8, TYPE.uint32);
const THREAD = slot(9, TYPE.uint32);
const RECORD_ID = slot(10, TYPE.uint64);
const VERSION = slot(11, TYPE.uint8);
const USER = slot(12, TYPE.sid);
const RELATED = slot(13, TYPE.guid);
const PROVIDER = slot(14, TYPE.string);
const PROVIDER_GUID = slot(15, TYPE.guid);
const CHANNEL = slot(16, TYPE.string);
const COMPUTER = slot(17, TYPE.string);
const SOURCE_NAME = slot(18, TYPE.string);

const element = (
  name: string,
  attributes: TemplateElement['attributes'],
  content: TemplateElement['content'] = [],
  dependency = NO_DEPENDENCY,
): TemplateElement => ({ kind: 'element', name, dependency, attributes, content });
/** An element that is left out when its value is null. */
const optional = (name: string, value: Slot) => element(name, [], [value], value.slot);

const SYSTEM = element(
  'System',
  [],
  [
    element('Provider', [
      ['Name', PROVIDER],
      ['Guid', PROVIDER_GUID],
      ['EventSourceName', SOURCE_NAME],
    ]),
    element('EventID', [['Qualifiers', QUALIFIERS]], [EVENT_ID], EVENT_ID.slot),
    optional('Version', VERSION),
    optional('Level', LEVEL),
    optional('Task', TASK),
    optional('Opcode', OPCODE),
    optional('Keywords', KEYWORDS),
    element('TimeCreated', [['SystemTime', TIME]]),
    optional('EventRecordID', RECORD_ID),
    element('Correlation', [
      ['ActivityID', ACTIVITY],
      ['RelatedActivityID', RELATED],
    ]),
    element('Execution', [
      ['ProcessID', PROCESS],
      ['ThreadID', THREAD],
    ]),
    optional('Channel', CHANNEL),
    element('Computer', [], [COMPUTER]),
    element('Security', [['UserID', USER]]),
  ],
);

/** Turns drafts into templates and encoded values; remembers templates, so that a shape is thought through once. */
export class Shaper {
  #templates = new Map<string, Template>();

  /** Encodes a draft into `values` (which it clears); throws EvtxError where a value does not fit. */
  shape(draft: RecordDraft, record: bigint, values: ValueBuffer, offset: number): Instance {
    values.clear(offset);
    addSystem(values, draft.system, record);
    const systemBytes = values.length;
    const embedded: Instance[] = [];
    let body = '';
    if (draft.eventData !== undefined) {
      embedded.push(this.#eventData(draft.eventData, values));
      body += 'e';
    }
    if (draft.userData !== undefined) {
      embedded.push(this.#element(draft.userData, values));
      body += 'u';
    }
    for (const each of draft.elements ?? []) {
      embedded.push(this.#element(each, values));
      body += 'e';
    }
    const template = this.#template(`Event:${body}`, () => eventTemplate(body));
    return { template, firstSlot: 0, slots: SYSTEM_SLOTS, firstByte: 0, bytes: systemBytes, embedded };
  }

  #template(key: string, build: () => TemplateElement): Template {
    let template = this.#templates.get(key);
    if (template === undefined) {
      if (this.#templates.size >= MOST_TEMPLATES) this.#templates.clear();
      template = makeTemplate(key, build());
      this.#templates.set(key, template);
    }
    return template;
  }

  #eventData(fields: readonly DataDraft[], values: ValueBuffer): Instance {
    const firstByte = values.length;
    const firstSlot = values.sizes.length;
    let key = 'EventData';
    for (const [name, value] of fields) {
      values.add(value, name === null ? 'EventData/Data' : name);
      // Code and length in front: no name can make one key look like another.
      key += name === null ? `,${slotCode(value)}` : `,${slotCode(value)}:${name.length}:${name}`;
    }
    const template = this.#template(key, () =>
      element(
        'EventData',
        [],
        fields.map(([name, value], i) =>
          element('Data', name === null ? [] : [['Name', literal(name, values, 'Data/@Name')]], [dataSlot(i, value)]),
        ),
      ),
    );
    return { template, firstSlot, slots: fields.length, firstByte, bytes: values.length - firstByte, embedded: [] };
  }

  #element(draft: ElementDraft, values: ValueBuffer): Instance {
    const firstByte = values.length;
    const firstSlot = values.sizes.length;
    const key = `Element${addElement(draft, values, draft.name)}`;
    const slots = values.sizes.length - firstSlot;
    const template = this.#template(key, () => buildElement(draft, values, { next: 0 }, draft.name));
    return { template, firstSlot, slots, firstByte, bytes: values.length - firstByte, embedded: [] };
  }
}

/** `body` has a letter per embedded instance: e stands below Event, u inside a UserData. */
function eventTemplate(body: string): TemplateElement {
  const parts = [...body].map((kind, i): Slot | TemplateElement => {
    const value: Slot = { kind: 'slot', slot: SYSTEM_SLOTS + i, code: TYPE.binxml, optional: true };
    return kind === 'u' ? element('UserData', [], [value]) : value;
  });
  return element('Event', [['xmlns', { kind: 'text', text: EVENT_XMLNS }]], [SYSTEM, ...parts]);
}

const typed = <T extends EvtxValue['type']>(type: T, value: unknown) =>
  value === undefined ? undefined : ({ type, value } as EvtxValue);

/** In the order of the slots above. */
function addSystem(out: ValueBuffer, system: SystemDraft, record: bigint): void {
  out.add(typed('uint8', system.level), 'System/Level');
  out.add(typed('uint8', system.opcode), 'System/Opcode');
  out.add(typed('uint16', system.task), 'System/Task');
  out.add(typed('uint16', system.eventId), 'System/EventID');
  out.add(typed('uint16', system.qualifiers), 'System/EventID/@Qualifiers');
  out.add(typed('hexInt64', system.keywords), 'System/Keywords');
  out.add(typed('filetime', system.time), 'System/TimeCreated/@SystemTime');
  out.add(typed('guid', system.activityId), 'System/Correlation/@ActivityID');
  out.add(typed('uint32', system.processId), 'System/Execution/@ProcessID');
  out.add(typed('uint32', system.threadId), 'System/Execution/@ThreadID');
  out.add(typed('uint64', system.eventRecordId ?? record), 'System/EventRecordID');
  out.add(typed('uint8', system.version), 'System/Version');
  out.add(typed('sid', system.userSid), 'System/Security/@UserID');
  out.add(typed('guid', system.relatedActivityId), 'System/Correlation/@RelatedActivityID');
  out.add(system.provider.name, 'System/Provider/@Name');
  out.add(typed('guid', system.provider.guid), 'System/Provider/@Guid');
  out.add(system.channel, 'System/Channel');
  out.add(system.computer, 'System/Computer');
  out.add(system.provider.eventSourceName, 'System/Provider/@EventSourceName');
}

/** A null says nothing of what stands there otherwise: its slot is declared a string, like most. */
function slotCode(value: EvtxValue | string): number {
  const code = typeCode(value);
  return code === undefined || code === TYPE.null ? TYPE.string : code;
}

const dataSlot = (index: number, value: EvtxValue | string): Slot => ({
  kind: 'slot',
  slot: index,
  code: slotCode(value),
  optional: false,
});

type Content = readonly (ElementDraft | EvtxValue | string)[];
const contentOf = (draft: ElementDraft): Content =>
  draft.content === undefined ? [] : isList(draft.content) ? draft.content : [draft.content];
const isList = (content: NonNullable<ElementDraft['content']>): content is Content => Array.isArray(content);
const isElement = (part: ElementDraft | EvtxValue | string): part is ElementDraft =>
  typeof part === 'object' && 'name' in part;

/** Adds an element's values in document order and returns its structure as a key. */
function addElement(draft: ElementDraft, values: ValueBuffer, path: string): string {
  let key = `<${draft.name.length}:${draft.name}`;
  for (const [name, value] of draft.attributes ?? []) {
    key += ` ${name.length}:${name}=`;
    if (typeof value === 'string') key += `"${value.length}:${value}`;
    else {
      values.add(value, `${path}/@${name}`);
      key += slotCode(value);
    }
  }
  key += '>';
  for (const part of contentOf(draft)) {
    if (isElement(part)) key += addElement(part, values, `${path}/${part.name}`);
    else {
      values.add(part, path);
      key += `,${slotCode(part)}`;
    }
  }
  return `${key}/`;
}

function buildElement(
  draft: ElementDraft,
  values: ValueBuffer,
  slots: { next: number },
  path: string,
): TemplateElement {
  const attributes = (draft.attributes ?? []).map(([name, value]): readonly [string, Part] => [
    xmlName(name, values, path),
    typeof value === 'string' ? literal(value, values, `${path}/@${name}`) : dataSlot(slots.next++, value),
  ]);
  const content = contentOf(draft).map((part) =>
    isElement(part) ? buildElement(part, values, slots, `${path}/${part.name}`) : dataSlot(slots.next++, part),
  );
  return element(xmlName(draft.name, values, path), attributes, content);
}

const XML_NAME = /^[\p{L}_][\p{L}\p{N}\p{M}_.:-]*$/u;

function xmlName(name: string, values: ValueBuffer, path: string): string {
  values.where = path;
  if (!XML_NAME.test(name)) values.fail('value', `${JSON.stringify(name)} is no XML name`);
  if (name.length > 0x7fff) values.fail('too-large', `a name of ${name.length} units does not fit`);
  return name;
}

function literal(text: string, values: ValueBuffer, path: string): Part {
  values.where = path;
  if (text.includes('\0')) values.fail('value', `U+0000 at ${text.indexOf('\0')}: readers would cut it there`);
  if (text.length > 0x7fff) values.fail('too-large', `a text of ${text.length} units does not fit`);
  return { kind: 'text', text };
}
