/** What a filled-in tree says: System by Sigma's names, the leaves in document order. Rules: MS-EVEN6 and the names Sigma rules use. */
import { localName } from './template.ts';
import type { Element, Node } from './tree.ts';
import { NULL, type Value } from './value.ts';

export type Field = { readonly name: string; readonly text: string; readonly value: Value };

const isElement = (node: Node): node is Element => node.kind === 'element';

/** Text of an element: its own text nodes, joined. */
export function elementText(element: Element): string {
  let text = '';
  for (const child of element.children) if (child.kind === 'text') text += child.text;
  return text;
}

/** The typed value of a leaf: that of its one hole, else its text as a string. */
function elementValue(element: Element, text: string): Value {
  const [only] = element.children;
  if (element.children.length === 1 && only?.kind === 'text' && only.value !== undefined) return only.value;
  return text === '' ? NULL : { kind: 'string', value: text };
}

/** Whether whitespace is all there is. */
export const isBlank = (text: string): boolean => text.trim() === '';

function fieldName(element: Element): string {
  const name = element.attributes.findLast((a) => a.name === 'Name')?.value;
  return name === undefined || name === '' ? localName(element.name) : name;
}

function collect(element: Element, isSection: boolean, into: Field[]): void {
  const children = element.children.filter(isElement);
  if (children.length === 0) {
    const text = elementText(element);
    if (!isSection || !isBlank(text)) into.push({ name: fieldName(element), text, value: elementValue(element, text) });
  }
  for (const child of children) collect(child, false, into);
}

/**
 * Every leaf below the event that lies neither in System nor in RenderingInfo, in document order. A direct child of the
 * event is a leaf only if it has text. Name: the Name attribute, or the element's local name where that is absent or empty.
 */
export function leaves(event: Element): Field[] {
  const fields: Field[] = [];
  for (const section of event.children.filter(isElement)) {
    const name = localName(section.name);
    if (name !== 'System' && name !== 'RenderingInfo') collect(section, true, fields);
  }
  return fields;
}

/** System members that have accessors of their own. */
export const CORE_SYSTEM: ReadonlySet<string> = new Set([
  'EventID',
  'EventRecordID',
  'Channel',
  'Computer',
  'Provider_Name',
  'TimeCreated_SystemTime',
]);

/**
 * Members of System as `<element>` (its text) and `<element>_<attribute>`, in document order. A member without text is
 * left out; of two with one name the later one holds.
 */
export function systemMembers(event: Element): Map<string, string> {
  const members = new Map<string, string>();
  const set = (name: string, text: string) => {
    if (text !== '') members.set(name, text);
  };
  for (const section of event.children.filter(isElement)) {
    if (localName(section.name) !== 'System') continue;
    for (const member of section.children.filter(isElement)) {
      const name = localName(member.name);
      if (!member.children.some(isElement)) set(name, elementText(member));
      for (const attribute of member.attributes) set(`${name}_${attribute.name}`, attribute.value);
    }
  }
  return members;
}

/** The event of a record: its first element. */
export const eventElement = (nodes: readonly Node[]): Element | undefined => nodes.find(isElement);
