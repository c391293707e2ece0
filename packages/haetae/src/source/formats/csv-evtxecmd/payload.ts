/** An event's data out of EvtxECmd's column Payload, in document order. */
export type Payload =
  | { readonly ok: true; readonly names: readonly string[]; readonly values: readonly string[] }
  | { readonly ok: false; readonly error: string };

/** Elements of an event are hardly ever nested deeper than ten; JSON made to exhaust the stack is. */
const DEEPEST = 64;

/**
 * `{"EventData":{"Data":[{"@Name":"Image","#text":"C:\\a.exe"}]}}`: XML as JSON, attributes as `@name`, text as `#text`,
 * repeated elements as arrays. A leaf is named by its attribute Name, else by its element.
 */
export function readPayload(text: string): Payload {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message.slice(0, 80) : 'not JSON' };
  }
  if (!isObject(root)) return { ok: false, error: 'not an object' };
  const names: string[] = [];
  const values: string[] = [];
  const walk = (name: string, value: unknown, depth: number): boolean => {
    if (depth > DEEPEST) return false;
    if (Array.isArray(value)) return value.every((item) => walk(name, item, depth + 1));
    if (isObject(value)) {
      const children = Object.entries(value).filter(([key]) => !/^[@#]/.test(key));
      if (children.length > 0) return children.every(([key, child]) => walk(key, child, depth + 1));
      names.push(textOf(value['@Name']) || name);
      values.push(textOf(value['#text']));
      return true;
    }
    names.push(name);
    values.push(textOf(value));
    return true;
  };
  for (const [name, value] of Object.entries(root)) {
    // EventData itself is no leaf unless it has text.
    if (name.startsWith('@') || value === null || value === '') continue;
    if (isObject(value) && Object.keys(value).every((key) => key.startsWith('@'))) continue;
    if (!walk(name, value, 0)) return { ok: false, error: `nested deeper than ${DEEPEST}` };
  }
  return { ok: true, names, values };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
}
