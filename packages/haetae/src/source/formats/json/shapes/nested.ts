import { Parts } from '../parts.ts';
import { scalarText } from '../scalar.ts';
import { isObject, type JsonObject, type Shape } from '../shape.ts';
import { DEPTH_LIMIT } from '../values.ts';

/** System's members that are the event's own, or that hold attributes only. */
const OWN = new Set(['Provider', 'EventID', 'TimeCreated', 'EventRecordID', 'Channel', 'Computer']);
const ATTRIBUTES_ONLY = new Set(['Correlation', 'Execution', 'Security', 'Provider', 'TimeCreated']);
const NO_DATA = new Set([
  'System',
  'RenderingInfo',
  '#attributes',
  '#text',
  'Message',
  '_attributes',
  'xmlns',
  '@xmlns',
  '$',
]);

/**
 * The XML of an event as nested objects: evtx_dump (`#attributes`, `#text`, also `--separate-json-attributes`), Chainsaw,
 * Velociraptor (`{"System": {"Provider": {"Name": …}}}`), xmltodict (`@Name`). Leaves are named as in the XML: by the `Name`
 * that evtx_dump has made their key, else by the element.
 */
export const nested: Shape = {
  name: 'nested',
  fits: (value) => eventOf(value) !== undefined,
  open:
    ({ ledger }) =>
    (value, entry) => {
      const event = eventOf(value)!;
      const parts = new Parts(entry, ledger);
      readSystem(event.System as JsonObject, parts);
      for (const [name, part] of Object.entries(event)) {
        if (NO_DATA.has(name) || name.endsWith('_attributes')) continue;
        // The direct child of Event is itself a leaf only if it has text.
        if (isObject(part)) children(part, parts, 0);
        else if (typeof part === 'string' && part.trim() !== '') parts.field(name, part);
        else if (Array.isArray(part)) leaf(name, part, parts, 0);
      }
      return parts.event();
    },
};

/** The object that holds `System`: itself, or below `Event`, or where Chainsaw puts it. */
function eventOf(value: JsonObject): JsonObject | undefined {
  if (isObject(value.Event)) return isObject(value.Event.System) ? value.Event : undefined;
  if (isObject(value.System)) return value;
  if (isObject(value.document) && isObject(value.document.data)) return eventOf(value.document.data);
  return undefined;
}

function readSystem(system: JsonObject, parts: Parts): void {
  const provider = system.Provider;
  parts.provider = typeof provider === 'string' ? provider : parts.text(attribute(system, 'Provider', 'Name'), 'Name');
  parts.eventId = elementText(system.EventID);
  parts.channel = parts.text(elementText(system.Channel), 'Channel');
  parts.computer = parts.text(elementText(system.Computer), 'Computer');
  parts.eventRecordId = elementText(system.EventRecordID);
  const created = system.TimeCreated;
  parts.time =
    isObject(created) || created === undefined || created === null
      ? attribute(system, 'TimeCreated', 'SystemTime')
      : created;
  for (const [name, value] of Object.entries(system)) {
    if (name.endsWith('_attributes')) {
      const element = name.slice(0, -'_attributes'.length);
      if (isObject(value)) attributes(element, value, parts);
      continue;
    }
    if (name.startsWith('#')) continue;
    if (!OWN.has(name) && !ATTRIBUTES_ONLY.has(name)) parts.system(name, elementText(value), name);
    if (!isObject(value)) continue;
    if (isObject(value['#attributes'])) attributes(name, value['#attributes'], parts);
    else attributes(name, value, parts);
  }
}

function attributes(element: string, values: JsonObject, parts: Parts): void {
  for (const [key, value] of Object.entries(values)) {
    const name = key.replace(/^@/, '');
    if (TEXT.has(key) || key === 'xmlns' || (element === 'Provider' && name === 'Name')) continue;
    if (element === 'TimeCreated') continue;
    parts.system(`${element}_${name}`, value, key);
  }
}

/** Under which keys the text of an element stands that has attributes too. */
const TEXT = new Set(['#text', 'Value', '_', '#', '$t']);

/** Text of an element that may have attributes; undefined where it has none. */
function elementText(value: unknown): unknown {
  if (!isObject(value)) return value;
  for (const key of TEXT) if (value[key] !== undefined) return value[key];
  return undefined;
}

function attribute(system: JsonObject, element: string, name: string): unknown {
  const value = system[element];
  const separate = system[`${element}_attributes`];
  if (isObject(separate) && separate[name] !== undefined) return separate[name];
  if (!isObject(value)) return undefined;
  const inner = value['#attributes'];
  if (isObject(inner) && inner[name] !== undefined) return inner[name];
  return value[name] ?? value[`@${name}`] ?? (isObject(value.$) ? value.$[name] : undefined);
}

/** The elements below `element`. evtx_dump calls the second, third … of one name `X_1`, `X_2`. */
function children(element: JsonObject, parts: Parts, depth: number): void {
  for (const [key, value] of Object.entries(element)) {
    if (key.startsWith('#') || key.startsWith('@') || key === '$' || key === 'xmlns') continue;
    if (key.endsWith('_attributes') && (isObject(value) || value === null)) {
      const base = key.slice(0, -'_attributes'.length);
      if (base in element) continue;
      // An element with attributes and without text.
      leaf(local(base), null, parts, depth);
      continue;
    }
    leaf(repeated(key, element), value, parts, depth);
  }
}

/** The name of the element that evtx_dump wrote as `X_1`: X, if X and all the numbers between are there. */
function repeated(key: string, element: JsonObject): string {
  const match = /^(.+)_([1-9]\d{0,3})$/.exec(key);
  if (match === null) return local(key);
  const base = match[1]!;
  for (let i = Number(match[2]) - 1; i >= 1; i--) if (!(`${base}_${i}` in element)) return local(key);
  return base in element ? local(base) : local(key);
}

/** Without a namespace prefix; a name with a blank is no element's but a `Name`. */
function local(name: string): string {
  return /^[A-Za-z_][\w.-]*:[A-Za-z_][\w.-]*$/.test(name) ? name.slice(name.indexOf(':') + 1) : name;
}

function leaf(name: string, value: unknown, parts: Parts, depth: number): void {
  if (depth > DEPTH_LIMIT) {
    parts.tooDeep(name);
    return;
  }
  if (Array.isArray(value)) {
    for (const item of value) leaf(name, item, parts, depth + 1);
    return;
  }
  if (!isObject(value)) {
    parts.field(name, value);
    return;
  }
  const keys = Object.keys(value).filter(
    (key) => !key.startsWith('#') && !key.startsWith('@') && key !== 'xmlns' && key !== '$',
  );
  if (keys.length > 0) {
    children(value, parts, depth + 1);
    return;
  }
  // xmltodict keeps `Name` as an attribute.
  const own = scalarText(
    value['@Name'] ?? (isObject(value['#attributes']) ? value['#attributes'].Name : undefined),
    'Name',
    '',
  );
  const text = value['#text'] ?? null;
  leaf(own === undefined || own === '' ? name : own, text, parts, depth + 1);
}
