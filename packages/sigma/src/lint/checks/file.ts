import type { Checks } from '../check.ts';
import type { SourceNode, SourceScalar } from '../source.ts';

const LONGEST_LINE = 500;

/** Scalars over several lines: their blanks and line ends are part of the value. */
function* manyLines(node: SourceNode | undefined, text: string): Iterable<SourceScalar> {
  if (node === undefined) return;
  if (node.kind === 'scalar') {
    if (text.slice(node.from, node.to).includes('\n')) yield node;
  } else if (node.kind === 'list') for (const item of node.items) yield* manyLines(item, text);
  else
    for (const { key, value } of node.entries) {
      yield* manyLines(key, text);
      yield* manyLines(value, text);
    }
}

export const FILE: Checks = {
  'not-utf-8': {
    severity: 'error',
    what: 'The file has bytes that are no UTF-8.',
    why: 'The specification asks for UTF-8; what cannot be read cannot be matched.',
    file: ({ source }, report) => {
      const from = source.text.indexOf('\ufffd');
      if (from >= 0) report({ from }, 'a character that is no UTF-8 (read as U+FFFD); save the file as UTF-8');
    },
  },
  'byte-order-mark': {
    severity: 'info',
    what: 'The file begins with a byte order mark.',
    why: 'Some tools take it for a part of the first key.',
    fixes: true,
    file: ({ source }, report) => {
      if (source.text.startsWith('\ufeff'))
        report({ from: 0 }, 'a byte order mark; UTF-8 needs none', [{ from: 0, to: 1, text: '' }]);
    },
  },
  'line-ends': {
    severity: 'info',
    what: 'Lines end with CR LF.',
    why: 'The specification asks for LF.',
    fixes: true,
    file: ({ source }, report) => {
      const first = source.text.indexOf('\r\n');
      if (first < 0) return;
      const fix = [...source.text.matchAll(/\r\n/g)].map((m) => ({ from: m.index, to: m.index + 1, text: '' }));
      report({ from: first }, 'lines end with CR LF; the specification asks for LF', fix);
    },
  },
  tab: {
    severity: 'warning',
    what: 'The file has tabs.',
    why: 'YAML forbids them in indentation, and elsewhere they cannot be seen.',
    file: ({ source }, report) => {
      const from = source.text.indexOf('\t');
      if (from >= 0) report({ from }, 'a tab; write blanks, or "\\t" in a value that means one');
    },
  },
  'trailing-blank': {
    severity: 'info',
    what: 'A line ends with blanks.',
    why: 'They cannot be seen and make differences between versions.',
    fixes: true,
    file: ({ source, documents }, report) => {
      const kept = documents.flatMap(({ root }) => [...manyLines(root, source.text)]);
      for (const found of source.text.matchAll(/(?<=\S)[ \t]+(?=\r?\n|$)|^[ \t]+(?=\r?\n|$)/gm)) {
        const from = found.index;
        const to = from + found[0].length;
        // Within a value over several lines, or where no document could be read, they may mean something.
        const inside = documents.length === 0 || kept.some((s) => s.from < to && from <= s.to);
        report({ from }, 'blanks at the end of the line', inside ? undefined : [{ from, to, text: '' }]);
      }
    },
  },
  'final-line-end': {
    severity: 'info',
    what: 'The last line has no end.',
    why: 'Tools that put files together make one line of two.',
    fixes: true,
    file: ({ source, documents }, report) => {
      const { text } = source;
      if (text === '' || text.endsWith('\n')) return;
      const open = documents.some(({ root }) => [...manyLines(root, text)].some((s) => s.to >= text.length - 1));
      report(
        { from: text.length - 1 },
        'the last line has no end',
        open || documents.length === 0 ? undefined : [{ from: text.length, to: text.length, text: '\n' }],
      );
    },
  },
  'long-line': {
    severity: 'info',
    what: `A line is longer than ${LONGEST_LINE} characters.`,
    why: 'It cannot be read; a list or a text over several lines can.',
    file: ({ source }, report) => {
      let from = 0;
      for (const line of source.text.split('\n')) {
        if (line.length > LONGEST_LINE) report({ from }, `a line of ${line.length} characters`);
        from += line.length + 1;
      }
    },
  },
  indentation: {
    severity: 'info',
    what: 'The keys of logsource or detection are not indented by four blanks.',
    why: 'The specification asks for four.',
    document: ({ get, source }, report) => {
      for (const key of ['logsource', 'detection']) {
        const value = get(key)?.value;
        const first = value?.kind === 'map' ? value.entries[0]?.key : undefined;
        if (first === undefined) continue;
        const { from } = source.line(first.from);
        const indent = /^ *$/.test(source.text.slice(from, first.from)) ? first.from - from : 4;
        if (indent !== 4) report(first, `${key} is indented by ${indent}; the specification asks for 4 blanks`);
      }
    },
  },
  'file-name': {
    severity: 'info',
    what: 'The file is not named as SigmaHQ names files.',
    why: 'Rules of many authors are found by their names: lower case, digits and _, 10 to 90 characters, .yml.',
    file: ({ source }, report) => {
      const name = source.file?.split(/[\\/]/).at(-1);
      if (name === undefined) return;
      if (!/^[a-z0-9_]+\.yml$/.test(name))
        report({ from: 0 }, `the file name ${name} has more than a–z, 0–9 and _, or does not end in .yml`);
      else if (name.length < 10 || name.length > 90)
        report({ from: 0 }, `the file name ${name} has ${name.length} characters; 10 to 90 are usual`);
    },
  },
};
