/**
 * BinXML bytes → a tree of parts with holes where a template's values go (MS-EVEN6 2.2.12; names and template definitions
 * lie in the chunk and are found by their offset, as EVTX does it). Content without a template is the same tree without holes.
 */
import { type Bytes, cutAtNul, wellFormed } from '../bytes.ts';
import { MAX_ELEMENT_DEPTH } from '../limits.ts';
import { TYPE } from '../value-type.ts';

/** A hole: `index` into the instance's values; `optional` means that a null value leaves out the attribute it is in. */
export type Hole = { readonly kind: 'hole'; readonly index: number; readonly optional: boolean };
export type TextPart = { readonly kind: 'text'; readonly text: string };
export type InstructionPart = { readonly kind: 'instruction'; readonly target: string; readonly data: string };
/** A template instance; its values are descriptors of bytes, not yet read. */
export type InstancePart = {
  readonly kind: 'instance';
  /** Chunk offset of the definition. */
  readonly definition: number;
  readonly values: readonly { readonly type: number; readonly at: number; readonly size: number }[];
};
export type ElementPart = {
  readonly kind: 'element';
  readonly name: string;
  readonly attributes: { readonly name: string; readonly parts: Part[] }[];
  readonly content: Part[];
};
export type Part = Hole | TextPart | InstructionPart | InstancePart | ElementPart;

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const MORE = 0x40;

/** Chunk offset of the template definition, its length, and where its BinXML begins. */
const DEFINITION_HEADER = 24;

/** Name at a chunk offset: next u32, hash u16, count u16, UTF-16 units, NUL. */
function nameAt(b: Bytes, at: number): string {
  const units = b.u16(at + 6, b.bytes.length, 'name: length');
  return b.utf16(at + 8, units, b.bytes.length, 'name');
}

/** Local part of a name, without its namespace prefix. */
export const localName = (name: string): string => name.slice(name.lastIndexOf(':') + 1);

/** Parts of the BinXML at `at`, until its end-of-fragment token or `end`. Only elements of a definition have a dependency id. */
export function parseParts(b: Bytes, at: number, end: number, inDefinition: boolean): Part[] {
  const root: Part[] = [];
  const open: ElementPart[] = [];
  /** Where text goes now: an attribute's parts after its name, else the content of the innermost element. */
  let into = root;
  let inTag = false;
  let p = at;

  const name = (): string => {
    const offset = b.u32(p, end, 'name offset');
    p += 4;
    const text = nameAt(b, offset);
    if (offset === p) p += 10 + 2 * b.u16(p + 6, end, 'name: length'); // stored here, at its first use in the chunk
    return text;
  };
  const chars = (what: string): string => {
    const units = b.u16(p, end, `${what}: length`);
    const text = cutAtNul(b.utf16(p + 2, units, end, what));
    p += 2 + 2 * units;
    return text;
  };

  while (p < end) {
    const start = p;
    const token = b.u8(p++, end, 'token');
    switch (token & ~MORE) {
      case 0x00: // end of fragment
        if (open.length > 0) throw b.fail('token', start, `BinXML ends inside <${open.at(-1)!.name}>`);
        return root;
      case 0x01: {
        if (inTag) throw b.fail('token', start, 'an element begins inside a start tag');
        if (open.length === MAX_ELEMENT_DEPTH)
          throw b.fail('too-deep', start, `elements nest over ${open.length} deep`);
        b.slice(p, inDefinition ? 6 : 4, end, 'element header'); // dependency id, data size
        p += inDefinition ? 6 : 4;
        const element: ElementPart = { kind: 'element', name: name(), attributes: [], content: [] };
        if (token & MORE) {
          b.u32(p, end, 'attribute list size');
          p += 4;
        }
        into.push(element);
        open.push(element);
        into = element.content; // no content comes before the tag is closed
        inTag = true;
        break;
      }
      case 0x02: // close start tag
        if (!inTag) throw b.fail('token', start, 'a start tag closes outside of one');
        inTag = false;
        into = open.at(-1)!.content;
        break;
      case 0x03: // close empty element
      case 0x04: // end element
        if (inTag !== (token === 0x03)) throw b.fail('token', start, `token 0x${token.toString(16)} out of place`);
        if (open.pop() === undefined) throw b.fail('token', start, 'an element ends that did not begin');
        inTag = false;
        into = open.at(-1)?.content ?? root;
        break;
      case 0x05: {
        const type = b.u8(p++, end, 'value type');
        if (type !== TYPE.string)
          throw b.fail('token', start, `literal of type 0x${type.toString(16)}, wanted a string`);
        into.push({ kind: 'text', text: chars('literal') });
        break;
      }
      case 0x06: {
        if (!inTag) throw b.fail('token', start, 'an attribute outside of a start tag');
        const attribute = { name: name(), parts: [] as Part[] };
        open.at(-1)!.attributes.push(attribute);
        into = attribute.parts;
        break;
      }
      case 0x07:
        into.push({ kind: 'text', text: chars('CDATA') });
        break;
      case 0x08: {
        const code = b.u16(p, end, 'character reference');
        into.push({ kind: 'text', text: code === 0 ? '' : wellFormed(String.fromCharCode(code)) });
        p += 2;
        break;
      }
      case 0x09: {
        const entity = name();
        into.push({ kind: 'text', text: ENTITIES[entity] ?? `&${entity};` });
        break;
      }
      case 0x0a: {
        const target = name();
        if (b.u8(p, end, 'instruction data token') !== 0x0b)
          throw b.fail('token', p, 'a processing instruction without data');
        p++;
        into.push({ kind: 'instruction', target, data: chars('instruction') });
        break;
      }
      case 0x0c: {
        if (inTag) throw b.fail('token', start, 'a template instance inside a start tag');
        const instance = readInstance(b, start, end);
        into.push(instance.part);
        p = instance.end;
        break;
      }
      case 0x0d:
      case 0x0e: {
        if (!inDefinition) throw b.fail('token', start, 'a substitution outside of a template');
        const index = b.u16(p, end, 'substitution index');
        b.u8(p + 2, end, 'substitution type');
        p += 3;
        into.push({ kind: 'hole', index, optional: token === 0x0e });
        break;
      }
      case 0x0f: // fragment header: major, minor version, flags
        b.slice(p, 3, end, 'fragment header');
        p += 3;
        break;
      default:
        throw b.fail('token', start, `0x${token.toString(16).padStart(2, '0')} is no BinXML token`);
    }
  }
  if (open.length > 0) throw b.fail('token', p, `BinXML is cut inside <${open.at(-1)!.name}>`);
  return root;
}

/** The instance whose token is at `at`: version u8, id u32, definition offset u32, [definition], count u32, descriptors, values. */
export function readInstance(b: Bytes, at: number, end: number): { part: InstancePart; end: number } {
  b.slice(at, 10, end, 'template instance');
  const definition = b.u32(at + 6, end, 'template definition offset');
  let p = at + 10;
  if (definition === p) {
    p += DEFINITION_HEADER + b.u32(p + 20, end, 'template definition size'); // stored here, at its first use in the chunk
  }
  const count = b.u32(p, end, 'count of values');
  p += 4;
  b.slice(p, count * 4, end, 'value descriptors');
  const values: { type: number; at: number; size: number }[] = [];
  let data = p + count * 4;
  for (let i = 0; i < count; i++, p += 4) {
    const size = b.u16(p, end, 'value size');
    values.push({ type: b.u8(p + 2, end, 'value type'), at: data, size });
    b.slice(data, size, end, 'value');
    data += size;
  }
  return { part: { kind: 'instance', definition, values }, end: data };
}

/** Parts of the template defined at a chunk offset: next u32, GUID, size u32, BinXML. */
export function parseDefinition(b: Bytes, at: number): Part[] {
  const limit = b.bytes.length;
  const size = b.u32(at + 20, limit, 'template definition size');
  return parseParts(b, at + DEFINITION_HEADER, Math.min(limit, at + DEFINITION_HEADER + size), true);
}
