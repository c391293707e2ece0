import { expect, test } from 'vitest';
import { Ledger } from '../../ledger.ts';
import { XmlEvents } from './events.ts';

const event = (id: number): string =>
  `<Event><System><Provider Name="P"/><EventID>${id}</EventID><TimeCreated SystemTime="2024-05-01T00:00:00Z"/><Channel>C</Channel></System></Event>\n`;

function read(text: string) {
  const ledger = new Ledger();
  const ids = [...new XmlEvents(ledger).feed(text, true)].map(({ eventId }) => eventId);
  return {
    ids,
    notices: ledger.notices().map(({ code, examples }) => [code, examples[0]?.where, examples[0]?.detail]),
  };
}

test.each([
  ['a comment', '<!-- no end\n'],
  ['a processing instruction', '<?xml version="1.0"\n'],
  ['a CDATA section', '<![CDATA[ no end\n'],
])('%s that does not end costs no event behind it', (_name, markup) => {
  expect(read(event(1) + markup + event(2) + event(3))).toEqual({
    ids: [1, 2, 3],
    notices: [['xml-syntax', { kind: 'line', line: 2 }, 'markup that does not end']],
  });
});

test.each([
  ['a comment', '<!-- one -- >\n', '<!-- two -->\n'],
  ['a processing instruction', '<?xml version="1.0" =>\n', '<?xml version="1.0"?>\n'],
])('%s does not swallow events up to the end of the next one', (_name, broken, whole) => {
  const { ids, notices } = read(broken + event(1) + whole + event(2));
  expect(ids).toEqual([1, 2]);
  expect(notices).toEqual([['xml-syntax', { kind: 'line', line: 1 }, 'markup that does not end']]);
});

test('the end of an event whose beginning was overwritten is told', () => {
  const { ids, notices } = read(event(1) + event(2).replace('<Event>', '       ') + event(3));
  expect(ids).toEqual([1, 3]);
  expect(notices).toContainEqual(['xml-syntax', { kind: 'line', line: 2 }, 'the end of an event that did not begin']);
});

test('openings without end cost no square', () => {
  const before = performance.now();
  read('<?<!--<Event>'.repeat(50_000));
  expect(performance.now() - before).toBeLessThan(5000);
});
