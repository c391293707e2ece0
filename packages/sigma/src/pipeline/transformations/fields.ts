import type { Document } from '../context.ts';
import type { TransformationType } from '../transformation.ts';

/** In a mapping, the field of a keyword. */
const isKeyword = (key: string): boolean => key === '' || key === '~' || key.toLowerCase() === 'null';

const fieldList = (change: (fields: readonly string[], given: readonly string[]) => readonly string[]) =>
  ((params) => {
    const given = params.texts(params.node('fields') === undefined ? 'field' : 'fields');
    return {
      kind: 'rule',
      apply: (document: Document) => ({ ...document, fields: change(document.fields, given) }),
    };
  }) satisfies TransformationType['read'];

export const FIELDS = {
  field_name_mapping: {
    summary: 'Renames fields: one name to one or, joined by or, to several.',
    read: (params) => {
      const mapping = params.mapping('mapping');
      const keyword = [...mapping].find(([key]) => isKeyword(key))?.[1];
      for (const [key, { to, at }] of mapping)
        if (to.length === 0) params.fail(`mapping.${key} names no field; drop_detection_item drops items`, at);
      return { kind: 'field', map: (field) => (field === undefined ? keyword : mapping.get(field))?.to };
    },
  },
  field_name_prefix_mapping: {
    summary: 'Replaces the beginning of field names.',
    read: (params) => {
      const mapping = [...params.mapping('mapping')];
      return {
        kind: 'field',
        map: (field) => {
          if (field === undefined) return undefined;
          const found = mapping.find(([prefix]) => field.startsWith(prefix));
          return found?.[1].to.map((to) => to + field.slice(found[0].length));
        },
      };
    },
  },
  field_name_prefix: {
    summary: 'Puts a text before field names.',
    read: (params) => {
      const prefix = params.text('prefix');
      return { kind: 'field', map: (field) => (field === undefined ? undefined : [prefix + field]) };
    },
  },
  field_name_suffix: {
    summary: 'Puts a text behind field names.',
    read: (params) => {
      const suffix = params.text('suffix');
      return { kind: 'field', map: (field) => (field === undefined ? undefined : [field + suffix]) };
    },
  },
  add_field: {
    summary: 'Adds to the fields that the author wants shown.',
    read: fieldList((fields, given) => [...fields, ...given]),
  },
  remove_field: {
    summary: 'Takes away from the fields that the author wants shown.',
    read: fieldList((fields, given) => fields.filter((f) => !given.includes(f))),
  },
  set_field: {
    summary: 'Sets the fields that the author wants shown.',
    read: fieldList((_fields, given) => given),
  },
} as const satisfies Record<string, TransformationType>;
