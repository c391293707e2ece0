import type { Dialect } from '../sql/sql.ts';

const flags = (cased: boolean): string => (cased ? "'s'" : "'is'");
/** A JSON pointer to one member. */
const pointer = (name: string): string => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;

export const dialect: Dialect = {
  contains: (text, part) => `contains(${text}, ${part})`,
  endsWith: (text, part) => `ends_with(${text}, ${part})`,
  matches: (text, pattern, cased) => `regexp_matches(${text}, ${pattern}, ${flags(cased)})`,
  bytes: (text) => `strlen(${text})`,
  number: (text) => `TRY_CAST(${text} AS DOUBLE)`,
  quotient: (whole, by) => `(${whole} // ${by})`,
  someBits: (whole, mask) => `((${whole} & ${mask}) <> 0)`,
  member(json, name, put) {
    const path = put(pointer(name));
    return {
      text: `json_extract_string(${json}, ${path})`,
      isNumber: `json_type(${json}, ${path}) = 'UBIGINT'`,
      exists: `json_exists(${json}, ${path})`,
    };
  },
  hasNumber: (json, value) => `list_contains(CAST(${json} AS BIGINT[]), ${value})`,
  hasText: (json, value) => `list_contains(CAST(${json} AS VARCHAR[]), ${value})`,
  hasTextAnyCase: (json, value) =>
    `list_contains(list_transform(CAST(json(${json}) AS VARCHAR[]), one -> lower(one)), lower(${value}))`,
  each: (json) => `unnest(CAST(json(${json}) AS VARCHAR[]))`,
  last: (value, key) => `arg_max(${value}, ${key})`,
};
