import type { Dialect } from '../sql/sql.ts';

const NUMBER = `'^\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?\\s*$'`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
/** Stored JSON escapes a NUL, which PostgreSQL's texts cannot hold: it is read as U+FFFD. */
const parsed = (json: string): string => `CAST(replace(${json}, '\\u0000', '\\ufffd') AS json)`;

/** Needs `standard_conforming_strings`, and of the schema the function `lower` of its first migration. */
export const dialect: Dialect = {
  contains: (text, part) => `(strpos(${text}, ${part}) > 0)`,
  endsWith: (text, part) => `(right(${text}, length(${part})) = ${part})`,
  matches: (text, pattern, cased) => `(${text} ${cased ? '~' : '~*'} ${pattern})`,
  bytes: (text) => `octet_length(${text})`,
  number: (text) => `(CASE WHEN ${text} ~ ${NUMBER} THEN CAST(${text} AS DOUBLE PRECISION) END)`,
  quotient: (whole, by) => `(${whole} / ${by})`,
  someBits: (whole, mask) => `((${whole} & ${mask}) <> 0)`,
  // A parameter that no part uses would be refused.
  member(json, name) {
    const at = `${parsed(json)} -> ${literal(name)}`;
    return {
      text: `(${parsed(json)} ->> ${literal(name)})`,
      isNumber: `(json_typeof(${at}) = 'number')`,
      exists: `((${at}) IS NOT NULL)`,
    };
  },
  hasNumber: (json, value) => `(CAST(${json} AS jsonb) @> to_jsonb(CAST(${value} AS BIGINT)))`,
  hasText: (json, value) => `(CAST(${json} AS jsonb) @> to_jsonb(CAST(${value} AS TEXT)))`,
  hasTextAnyCase: (json, value) =>
    `EXISTS (SELECT 1 FROM json_array_elements_text(${parsed(json)}) AS one WHERE lower(one) = lower(${value}))`,
  each: (json) => `json_array_elements_text(${parsed(json)})`,
  last: (value, key) => `(array_agg(${value} ORDER BY ${key} DESC))[1]`,
};
