import type { EventDialect } from '../sql/sql.ts';

const NUMBER = `'^\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?\\s*$'`;

/** Regular expressions are those that Trino was set to, Java's or RE2's: of those that filters are made of both say the same. */
export const dialect: EventDialect = {
  contains: (text, part) => `(strpos(${text}, ${part}) > 0)`,
  endsWith: (text, part) => `(substr(${text}, -length(${part})) = ${part})`,
  matches: (text, pattern, cased) => `regexp_like(${text}, concat('${cased ? '(?s)' : '(?is)'}', ${pattern}))`,
  bytes: (text) => `length(to_utf8(${text}))`,
  number: (text) => `(CASE WHEN regexp_like(${text}, ${NUMBER}) THEN CAST(trim(${text}) AS DOUBLE) END)`,
  quotient: (whole, by) => `(${whole} / ${by})`,
  someBits: (whole, mask) => `(bitwise_and(${whole}, ${mask}) <> 0)`,
  member(json, name, put) {
    const path = put(`$["${name.replace(/["\\]/g, '\\$&')}"]`);
    const value = `json_extract(${json}, ${path})`;
    return {
      text: `json_extract_scalar(${json}, ${path})`,
      isNumber: `regexp_like(json_format(${value}), '^[0-9]')`,
      exists: `(${value} IS NOT NULL)`,
    };
  },
};
