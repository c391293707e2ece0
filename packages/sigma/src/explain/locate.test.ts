import { expect, test } from 'vitest';
import { type Fields, matcherOf } from '../testing/rule.ts';
import { objectView } from '../view.ts';
import { explain } from './explanation.ts';

/** The part of the value that held, in brackets. */
function marked(search: string, event: Fields): string | undefined {
  const [condition] = explain(matcherOf(`s:\n  ${search}\ncondition: s`), objectView(event)).conditions;
  const held = condition!.tried.find((t) => t.held);
  if (held?.value === undefined) return undefined;
  const { value, at } = held;
  return at === undefined
    ? value
    : `${value.slice(0, at.start)}[${value.slice(at.start, at.end)}]${value.slice(at.end)}`;
}

test.each([
  ['f: Abc', { f: 'aBC' }, '[aBC]'],
  ['f|contains: bc', { f: 'aBCd' }, 'a[BC]d'],
  ['f|startswith: ab', { f: 'abc' }, '[ab]c'],
  ['f|endswith: bc', { f: 'bcbc' }, 'bc[bc]'],
  ['f: "a*c"', { f: 'abc' }, '[abc]'],
  ['f: "*b*d*"', { f: 'abbcde' }, 'a[bbcd]e'],
  ['f: "*b?d"', { f: 'xbcdbed' }, 'xbcd[bed]'],
  ['f: "a*b*"', { f: 'axbyb' }, '[axb]yb'],
  ['f: "*b*c"', { f: 'abcbc' }, 'a[bcbc]'],
  ['f: "*"', { f: 'abc' }, 'abc'],
  ["f: ''", { f: '' }, '[]'],
  ['f|cased|contains: B', { f: 'bB' }, 'b[B]'],
  ['f|windash|contains: " -x"', { f: 'a /x' }, 'a[ /x]'],
  ['f|re: b+', { f: 'abbc' }, 'a[b]bc'],
  ['f|re: "(x+x+)+y"', { f: 'aaxxxxyb' }, 'aaxx[xxy]b'],
  ['f|re: "b(?=c)"', { f: 'abbc' }, 'ab[b]c'],
  ['f|cidr: 10.0.0.0/8', { f: '10.1.1.1' }, '[10.1.1.1]'],
  ['f|gte: 5', { f: '7' }, '[7]'],
  ['f: 5', { f: '05' }, '[05]'],
  ['f|fieldref: g', { f: 'A', g: 'a' }, '[A]'],
  ['f|fieldref|endswith: g', { f: 'xAa', g: 'a' }, 'xA[a]'],
  ['f|fieldref|startswith: g', { f: 'Aax', g: 'a' }, '[A]ax'],
  ['f|exists: true', { f: 'x' }, 'x'],
  ['f: null', {}, undefined],
  ['f|contains: ß', { f: 'İİß!' }, 'İİ[ß]!'],
  ['f|contains: i', { f: 'xİy' }, 'x[İ]y'],
  ['f|contains: "😀"', { f: 'İ😀' }, 'İ[😀]'],
  ['f|base64offset|contains: foobar', { f: 'xx Zm9vYmFy' }, 'xx [Zm9vYmFy]'],
])('%s over %j', (search, event, shown) => {
  expect(marked(search, event as Fields)).toBe(shown);
});

test('a keyword is marked in the value that holds it', () => {
  const { conditions } = explain(
    matcherOf('s: [mimi, 4688]\ncondition: s'),
    objectView({ a: 'x', b: 'a MIMIkatz', c: 'id 4688.' }),
  );
  expect(conditions.flatMap((c) => c.tried.map((t) => [t.value, t.at]))).toEqual([
    ['a MIMIkatz', { start: 2, end: 6 }],
    ['id 4688.', { start: 3, end: 7 }],
  ]);
});
