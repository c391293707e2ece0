import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import type { NotifyFault, NotifyProblem } from './config.ts';

/** YAML whose members are asked for by name and kind; what is otherwise than was asked for is a problem, with its place. */
export class YamlReader {
  readonly problems: NotifyProblem[] = [];
  readonly #lines = new LineCounter();

  say(code: NotifyFault, about: string, node?: unknown, severity: NotifyProblem['severity'] = 'error'): undefined {
    const { line, col } = this.#lines.linePos((node as Node | undefined)?.range?.[0] ?? 0);
    this.problems.push({ severity, line: Math.max(1, line), column: Math.max(1, col), code, about });
    return undefined;
  }

  /** undefined where it is no YAML. */
  root(text: string, keys: readonly string[]): YAMLMap | undefined {
    const document = parseDocument(text, { lineCounter: this.#lines, uniqueKeys: true, merge: false });
    for (const { message, pos } of document.errors) {
      const { line, col } = this.#lines.linePos(pos[0]);
      // The first line of it says what; those behind it quote the file, which may hold what nobody is to see.
      const about = message.split('\n')[0]!.replace(/ at line .*$/, '');
      this.problems.push({ severity: 'error', line, column: col, code: 'yaml', about });
    }
    return document.errors.length > 0 ? undefined : this.map(document.contents, '', keys);
  }

  map(value: unknown, place: string, keys?: readonly string[]): YAMLMap | undefined {
    if (!isMap(value)) return this.say(value == null ? 'missing' : 'not-a-map', place, value);
    if (keys !== undefined) this.known(value as YAMLMap, place, keys);
    return value as YAMLMap;
  }

  known(map: YAMLMap, place: string, keys: readonly string[]): void {
    for (const { key } of map.items) {
      const name = isScalar(key) ? String(key.value) : '?';
      if (!keys.includes(name))
        this.say('unknown-key', `${place === '' ? name : `${place}.${name}`} (${keys.join(', ')})`, key);
    }
  }

  list(map: YAMLMap, name: string): unknown[] {
    const value = map.get(name, true);
    if (isSeq(value)) return value.items;
    if (value !== undefined) this.say('wrong-type', name, value);
    return [];
  }

  texts(map: YAMLMap, name: string): string[] {
    return this.list(map, name).flatMap((one) => {
      if (isScalar(one) && ['string', 'number'].includes(typeof one.value)) return [String(one.value).trim()];
      this.say('wrong-type', name, one);
      return [];
    });
  }

  text(map: YAMLMap, name: string, otherwise?: string): string {
    const value = map.get(name, true);
    if (isScalar(value) && ['string', 'number'].includes(typeof value.value) && String(value.value).trim() !== '')
      return String(value.value).trim();
    if (value === undefined && otherwise !== undefined) return otherwise;
    this.say(value === undefined ? 'missing' : 'wrong-type', name, value ?? map);
    return '';
  }

  number(map: YAMLMap, name: string, least: number, most: number, otherwise: number): number {
    const value = map.get(name, true);
    if (value === undefined) return otherwise;
    const number = isScalar(value) ? value.value : undefined;
    if (Number.isInteger(number) && (number as number) >= least && (number as number) <= most) return number as number;
    this.say('not-within', `${name}: ${least}–${most}`, value);
    return otherwise;
  }

  isOn(map: YAMLMap, name: string, otherwise: boolean): boolean {
    const value = map.get(name, true);
    if (value === undefined) return otherwise;
    if (isScalar(value) && typeof value.value === 'boolean') return value.value;
    this.say('not-within', `${name}: true, false`, value);
    return otherwise;
  }

  oneOf<const T extends string>(map: YAMLMap, name: string, among: readonly T[], otherwise: T): T {
    const value = map.get(name, true);
    if (value === undefined) return otherwise;
    if (isScalar(value) && among.includes(value.value as T)) return value.value as T;
    this.say('not-within', `${name}: ${among.join(', ')}`, value);
    return otherwise;
  }
}

export const at = (map: YAMLMap, name: string): unknown => map.get(name, true);
