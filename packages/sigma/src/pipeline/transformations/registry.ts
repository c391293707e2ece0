import type { RefusedType, TransformationType } from '../transformation.ts';
import { FIELDS } from './fields.ts';
import { PLACEHOLDERS, REFUSED_PLACEHOLDERS } from './placeholders.ts';
import { REFUSED_RULE, RULE } from './rule.ts';
import { VALUES } from './values.ts';

/** Every transformation by the name that a pipeline writes. */
export const TRANSFORMATIONS: Readonly<Record<string, TransformationType>> = {
  ...FIELDS,
  ...VALUES,
  ...PLACEHOLDERS,
  ...RULE,
};

/** Those of pySigma that make no sense where rules match events themselves, each with the reason. */
export const REFUSED_TRANSFORMATIONS: Readonly<Record<string, RefusedType>> = {
  ...REFUSED_PLACEHOLDERS,
  ...REFUSED_RULE,
};
