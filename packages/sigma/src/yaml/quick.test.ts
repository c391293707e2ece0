import { describe, expect, test } from 'vitest';
import { randomOf } from '../regex/testing/random.ts';
import { readQuickly } from './quick.ts';
import { readAnyYaml } from './read.ts';

/** What the parser of the whole language makes of it; undefined where that is not one document that holds something. */
function whole(text: string): unknown {
  const [document, ...others] = readAnyYaml(text, undefined);
  return document?.ok === true && others.length === 0 ? document.root : undefined;
}

const RULE = String.raw`# A rule
title: Encoded "PowerShell" # with a comment
id: 11111111-2222-4333-8444-555555555555
status: test
description: |
    Detects it,

      and indents this.
references:
    - https://example.com/a:b#c
    - 'it''s'
author: Kim, Lee
  and others

  too
date: 2024-05-31
related:
    - id: 11111111-2222-4333-8444-555555555556
      type: similar
    - type: derived
tags:
logsource:
  category: process_creation
  product: windows
detection:
    selection_1:
      - Image|endswith:
        - '\powershell.exe'
        - "\\pwsh\x2eexe"
      - EventID: 4104
    'keywords':
    - :\Windows
    - -enc
    - 007
    - +12
    - ~
    - True
    - 8.8.8.8
    condition: 1 of selection_* and
      keywords
level: high
`;

describe('the quick reader of YAML and that of the whole language', () => {
  test.each([
    ['a rule', RULE],
    ['a document with its mark', '---\na: b\n'],
    ['line ends of Windows', RULE.replaceAll('\n', '\r\n')],
    ['no line end at the end', 'a:\n  - b: |\n      c'],
    ['a literal block less its last line end', 'a: |-\n  b\n\n  c\n\n\nd: e\n'],
    ['a literal block with all line ends', 'a: |+\n  b\n\n\nd: e\n'],
    ['a key without value at the end', 'a: b\nc:'],
    ['letters of the world', 'a: 한글\nb: "\\u200b"\n'],
    ['a tab in a comment', 'a: b\n # \t\nc: d\n'],
  ])('agree on %s', (_, text) => {
    expect(readQuickly(text)).toEqual(whole(text));
  });

  test.each([
    ['flow', 'a: [b, c]\n'],
    ['an anchor', 'a: &x b\nc: *x\n'],
    ['a tag', 'a: !!str 1\n'],
    ['folded text', 'a: >\n  b\n'],
    ['a literal block with its depth told', 'a: |2\n   b\n'],
    ['two documents', 'a: b\n---\nc: d\n'],
    ['a merge', 'a: b\n<<: c\n'],
    ['a key that stands twice', 'a: b\na: c\n'],
    ['a number with a point', 'a: 1.5\n'],
    ['a hexadecimal number', 'a: 0x1f\n'],
    ['a tab', 'a:\tb\n'],
    ['quotes over two lines', "a: 'b\n  c'\n"],
    ['a list of lists', 'a:\n  - - b\n'],
    ['a list', '- a\n'],
    ['nothing', '# only this\n'],
    ['a colon in plain text', 'a: b: c\n'],
    ['a key that stands too deep', 'a: b\n  c: d\n'],
    ['a key between two depths', 'a:\n    b: c\n  d: e\n'],
    ['quotes that do not end', "a: 'b\n"],
    ['an escape that is none', 'a: "\\q"\n'],
  ])('the quick one leaves %s to the other', (_, text) => {
    expect(readQuickly(text)).toBeUndefined();
  });

  test('agree on 3000 texts made of a rule by chance, wherever the quick one answers', () => {
    const random = randomOf(11);
    const upTo = (n: number): number => Math.floor(random() * n);
    const bits = [
      '\n',
      ' ',
      '  ',
      '- ',
      ':',
      ': ',
      "'",
      '"',
      ' #',
      '|',
      '\n\n',
      '\t',
      '{',
      '[',
      '&a ',
      '*a',
      '? ',
      '---\n',
      '~',
      '1.5',
      '\\',
      '<<: ',
      'k: v\n',
      '  k: v\n',
      '    - x\n',
      '\r\n',
    ];
    let answered = 0;
    for (let n = 0; n < 3000; n++) {
      const lines = RULE.split('\n');
      const from = upTo(lines.length);
      let text = lines.slice(from, from + 2 + upTo(14)).join('\n');
      for (let changes = 1 + upTo(3); changes > 0; changes--) {
        const at = upTo(text.length + 1);
        text = text.slice(0, at) + (random() < 0.6 ? bits[upTo(bits.length)]! : '') + text.slice(at + upTo(3));
      }
      const quick = readQuickly(text);
      if (quick === undefined) continue;
      answered++;
      expect({ text, root: quick }).toEqual({ text, root: whole(text) });
    }
    expect(answered).toBeGreaterThan(300);
  });
});
