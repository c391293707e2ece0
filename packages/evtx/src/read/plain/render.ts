/** A record's tree → XML as `wevtutil /f:xml` prints it, and JSON in the shape of `evtx_dump -o jsonl`. */
import { elementText } from './event.ts';
import { localName } from './template.ts';
import type { Element, Node } from './tree.ts';

const ESCAPED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&apos;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;', // a parser would read CR LF as LF
};

/** Characters that no XML document may hold, even as a reference: they become U+FFFD. */
const ILLEGAL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const escapeText = (text: string) => text.replace(ILLEGAL, '\ufffd').replace(/[&<>\r]/g, (c) => ESCAPED[c]!);
const escapeAttribute = (text: string) => text.replace(ILLEGAL, '\ufffd').replace(/[&<>'\t\n\r]/g, (c) => ESCAPED[c]!);

/** A name that a parser takes, whatever a forged log calls its elements. */
const xmlName = (name: string): string => {
  const fit = name.replace(/[^\p{L}\p{N}_.:\u00b7-]/gu, '_');
  return /^[\p{L}_:]/u.test(fit) ? fit : `_${fit}`;
};

export function recordXml(node: Node): string {
  if (node.kind === 'text') return escapeText(node.text);
  if (node.kind === 'instruction') {
    return `<?${xmlName(node.target)} ${node.data.replace(ILLEGAL, '\ufffd').replaceAll('?>', '? >')}?>`;
  }
  const name = xmlName(node.name);
  const seen = new Set<string>();
  let tag = `<${name}`;
  for (const attribute of node.attributes) {
    const key = xmlName(attribute.name);
    if (seen.has(key)) continue; // no document may hold an attribute twice
    seen.add(key);
    tag += ` ${key}='${escapeAttribute(attribute.value)}'`;
  }
  if (node.children.length === 0) return `${tag}/>`;
  return `${tag}>${node.children.map(recordXml).join('')}</${name}>`;
}

type Json = null | string | number | Json[] | { [name: string]: Json };

const put = (into: Map<string, Json>, name: string, value: Json) => {
  let key = name;
  for (let i = 1; into.has(key); i++) key = `${name}_${i}`;
  into.set(key, value);
};

/** Integers that a JSON number holds exactly are numbers, all else is text. */
function leafJson(element: Element): Json {
  const [only] = element.children;
  if (only === undefined) return null;
  if (element.children.length === 1 && only.kind === 'text' && only.value?.kind === 'integer') {
    const value = Number(only.value.value);
    return Number.isSafeInteger(value) ? value : only.text;
  }
  return elementText(element);
}

function elementJson(element: Element): Json {
  const named = localName(element.name) === 'Data';
  const attributes = element.attributes.filter((a) => !(named && a.name === 'Name'));
  const children = element.children.filter((c) => c.kind === 'element');
  const text = children.length === 0 ? leafJson(element) : null;
  if (attributes.length === 0 && children.length === 0) return text;
  const members = new Map<string, Json>();
  if (attributes.length > 0) members.set('#attributes', Object.fromEntries(attributes.map((a) => [a.name, a.value])));
  if (children.length === 0 && text !== null) members.set('#text', text);
  const unnamed: Json[] = [];
  for (const child of children) {
    const name = localName(child.name);
    const given = name === 'Data' ? child.attributes.findLast((a) => a.name === 'Name')?.value : undefined;
    if (name === 'Data' && !given) unnamed.push(elementJson(child) ?? '');
    else put(members, given ?? name, elementJson(child));
  }
  if (unnamed.length > 0) put(members, 'Data', { '#text': unnamed.length === 1 ? unnamed[0]! : unnamed });
  return Object.fromEntries(members);
}

export const recordJson = (event: Element): string => JSON.stringify({ [localName(event.name)]: elementJson(event) });
