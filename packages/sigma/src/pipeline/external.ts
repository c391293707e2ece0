import { type Node, toPlain } from '../yaml/node.ts';
import { readYaml } from '../yaml/read.ts';
import type { Params } from './params.ts';

/** A column of comma-separated values (RFC 4180), by its name or by its number from 0. */
export function csvColumn(text: string, column: Node | undefined, header: boolean, params: Params): readonly string[] {
  if (column?.kind !== 'scalar' || column.value === null)
    return params.fail('the format csv needs csv_column, the name or number of a column', column?.at);
  const rows = csvRows(text);
  if (typeof column.value === 'number') {
    const { value } = column;
    return rows.slice(header ? 1 : 0).flatMap((row) => (value < row.length ? [row[value]!] : []));
  }
  if (!header) return params.fail('csv_column is a number where the file has no header', column.at);
  const index = rows[0]?.indexOf(column.text) ?? -1;
  if (index < 0) return params.fail(`the file has no column ${column.text}`, column.at);
  return rows.slice(1).map((row) => row[index] ?? '');
}

function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/g)) {
    row.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}

/** Values at a path such as `.items[].name` in JSON or YAML: of jq's language, names and `[]` only. */
export function at(text: string, format: string, path: string | undefined, params: Params): readonly string[] {
  if (path === undefined) return params.fail(`the format ${format} needs jq_expression, a path such as .items[]`);
  if (!/^(?:\.|(?:\.[A-Za-z_]\w*|\."[^"]+"|\[\]|\.\[\])+)$/.test(path))
    return params.fail(
      `jq_expression is a path of names and [], such as .items[].name, not ${path}`,
      params.need('jq_expression').at,
    );
  let found: unknown[] = [parse(text, format, params)];
  for (const [step, name, quoted] of path === '.' ? [] : path.matchAll(/\.?\[\]|\.([A-Za-z_]\w*)|\."([^"]+)"/g)) {
    const key = name ?? quoted;
    found = found.flatMap((value) => {
      if (key === undefined) {
        if (Array.isArray(value)) return value;
        if (typeof value === 'object' && value !== null) return Object.values(value);
        return params.fail(`jq_expression: ${step} stands where the file has no list`, params.need('jq_expression').at);
      }
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return [];
      return [(value as Record<string, unknown>)[key]];
    });
  }
  return found.flatMap((value) => {
    if (value === null || value === undefined) return [];
    if (typeof value !== 'object') return [String(value)];
    return params.fail(
      `jq_expression finds a list or a map; end it so that it finds texts, as in ${path}[]`,
      params.need('jq_expression').at,
    );
  });
}

function parse(text: string, format: string, params: Params): unknown {
  if (format === 'json') {
    try {
      return JSON.parse(text);
    } catch (cause) {
      return params.fail(`the file is no JSON: ${(cause as Error).message}`, undefined, cause);
    }
  }
  const document = readYaml(text, undefined)[0];
  if (document === undefined || (document.ok && document.root === undefined)) return null;
  return document.ok
    ? toPlain(document.root!)
    : params.fail(`the file is no YAML: ${document.error.reason}`, undefined, document.error);
}
