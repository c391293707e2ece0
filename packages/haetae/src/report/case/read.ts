import { ReportError } from '../error.ts';

/**
 * Reads values of JSON that people wrote, with the place of what is wrong in each message: `case.json: systems[0].host: …`.
 */
export interface Reader {
  readonly at: string;
  /** The member of an object, whatever it is; `undefined` where absent. */
  member(name: string): Reader | undefined;
  text(): string;
  number(): number;
  oneOf<T extends string>(values: readonly T[]): T;
  list(): Reader[];
  /** Refuses members that nobody reads: a mistyped name would be lost in silence. */
  only(...names: string[]): void;
}

export function readerOf(text: string, file: string): Reader {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new ReportError('invalid', `${file}: ${(error as Error).message}`, error);
  }
  return reader(value, `${file}: `, '');
}

function reader(value: unknown, file: string, path: string): Reader {
  const at = `${file}${path === '' ? '' : `${path}: `}`;
  const fail = (what: string): never => {
    throw new ReportError('invalid', `${at}${what}`);
  };
  const object = (): Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : fail('not an object');
  return {
    at,
    member(name) {
      const inner = object();
      const own = Object.hasOwn(inner, name) ? inner[name] : undefined;
      return own === undefined || own === null ? undefined : reader(own, file, path === '' ? name : `${path}.${name}`);
    },
    text: () => (typeof value === 'string' ? value : fail('not a text')),
    number: () => (typeof value === 'number' && Number.isFinite(value) ? value : fail('not a number')),
    oneOf(values) {
      const found = values.find((one) => one === value);
      return found ?? fail(`not one of ${values.join(', ')}`);
    },
    list: () => (Array.isArray(value) ? value.map((one, i) => reader(one, file, `${path}[${i}]`)) : fail('not a list')),
    only(...names) {
      const strange = Object.keys(object()).find((name) => !names.includes(name));
      if (strange !== undefined) fail(`no member is called ${JSON.stringify(strange)}; there are ${names.join(', ')}`);
    },
  };
}
