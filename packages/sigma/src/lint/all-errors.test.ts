import { expect, test } from 'vitest';
import { lintText } from './lint.ts';

test('a document that is refused for several reasons is told all of them', () => {
  const text = `title: x
logsource:
    product: windows
    category: process_creation
detection:
    selection_a:
        Image|containz: a
        CommandLine|startwith: b
    selection_b:
        - User: {a: b}
        - User|contains: c
    condition: selection_a and selection_c
`;
  expect(
    lintText(text)
      .filter(({ severity }) => severity === 'error')
      .map(({ line, column, message }) => `${line}:${column} ${message}`),
  ).toEqual([
    '7:15 no modifier |containz; did you mean |contains?',
    '8:21 no modifier |startwith; did you mean |startswith?',
    '10:17 User needs a value or a list of values, not a map',
    '12:32 no search is called selection_c; did you mean selection_a?',
  ]);
});

test('and so is one that cannot be compiled', () => {
  const text = `title: x
logsource:
    product: windows
    category: process_creation
detection:
    selection_a:
        Image|re: '('
        Port|gt: abc
    selection_b:
        Address|cidr: 10.0.0.0/33
    condition: all of selection_*
`;
  expect(
    lintText(text)
      .filter(({ severity }) => severity === 'error')
      .map(({ line }) => line),
  ).toEqual([7, 8, 10]);
});
