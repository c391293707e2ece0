/** What a condition asks of a field's value, as far as words differ. */
export type PhraseOp =
  | 'equals'
  | 'like'
  | 'contains'
  | 'startswith'
  | 'endswith'
  | 're'
  | 'cidr'
  | 'lt'
  | 'lte'
  | 'gt'
  | 'gte';
