import type { Scalar } from './node.ts';

/** Numbers of YAML 1.2 that are not whole, or not decimal, or too long to be exact; and those that are none. */
const NUMBER =
  /^(?:0o[0-7]+|0x[\da-fA-F]+|[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

const CONSTANTS = new Map<string, Scalar>([
  ...['~', 'null', 'Null', 'NULL'].map((text) => [text, null] as const),
  ...['true', 'True', 'TRUE'].map((text) => [text, true] as const),
  ...['false', 'False', 'FALSE'].map((text) => [text, false] as const),
]);

/** What plain text is in the core schema of YAML 1.2; undefined for numbers that are not whole ones of up to 15 digits. */
export function plainValue(text: string): Scalar | undefined {
  if (!/^[-+.0-9~ntfNTF]/.test(text)) return text;
  if (/^[-+]?\d{1,15}$/.test(text)) return Number(text);
  if (NUMBER.test(text)) return undefined;
  return CONSTANTS.has(text) ? (CONSTANTS.get(text) as Scalar) : text;
}

const ESCAPES = new Map([
  ['\\', '\\'],
  ['"', '"'],
  ['n', '\n'],
  ['t', '\t'],
]);

/** The inside of double quotes as it is meant; undefined where it holds an escape that is not one of the usual. */
export function unescaped(inner: string): string | undefined {
  if (!inner.includes('\\')) return inner;
  let known = true;
  const made = inner.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|(.?))/g,
    (_, x?: string, u?: string, c?: string) => {
      const code = x ?? u;
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
      const letter = ESCAPES.get(c!);
      known &&= letter !== undefined;
      return letter ?? '';
    },
  );
  return known ? made : undefined;
}
