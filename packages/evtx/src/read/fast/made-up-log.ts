/**
 * A made-up log that holds something of every kind: each value type, arrays, an embedded template, content without one. Reading it a
 * few times before a long log shows the optimising compiler every branch of the hot functions; else each kind that turns up later
 * throws compiled code away (a tenth of a cold reading of 300 MB, where this takes a few milliseconds).
 */
const FRAGMENT = [0x0f, 1, 1, 0];
const CHUNK_SIZE = 0x10000;
const FILE_BLOCK = 4096;

/** One value of each type, by its code. */
const VALUES: readonly (readonly [type: number, bytes: readonly number[]])[] = [
  [0x01, utf16('a"\\\u0001é가\ud83d\ude00 bcdefgh')],
  [0x01, utf16('0x1F')],
  [0x02, [0x61, 0x62, 0x63, 0x64, 0x80, 0x22, 0x0a]],
  [0x03, [0xff]],
  [0x04, [7]],
  [0x05, [0xff, 0xff]],
  [0x06, [1, 2]],
  [0x07, [0xff, 0xff, 0xff, 0xff]],
  [0x07, [1, 2, 3, 0]],
  [0x08, [1, 2, 3, 0xf4]],
  [0x09, [1, 2, 3, 4, 5, 6, 7, 0xf8]],
  [0x0a, [1, 2, 3, 4, 5, 6, 0, 0]],
  [0x0d, [1, 0, 0, 0]],
  [0x0e, [1, 2, 3]],
  [0x0f, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]],
  [0x10, [1, 2, 3, 4, 0, 0, 0, 0]],
  [0x11, [0x87, 0xd6, 0x7f, 0xc6, 0x47, 0x17, 0xda, 1]],
  [0x13, [1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0]],
  [0x14, [1, 2, 3, 4]],
  [0x15, [1, 2, 3, 4, 5, 6, 7, 8]],
  [0x15, [1, 0, 0, 0, 0, 0, 0, 0]],
  [0x00, []],
];

function utf16(text: string): number[] {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) bytes.push(text.charCodeAt(i) & 0xff, text.charCodeAt(i) >> 8);
  return bytes;
}

const u32 = (value: number): number[] => [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24];

/** How often it is to be read. */
export const REHEARSALS = 4;

export function madeUpLog(): Uint8Array {
  const chunk: number[] = new Array(512).fill(0);
  const names = new Map<string, number>();

  const name = (text: string) => {
    const known = names.get(text);
    chunk.push(...u32(known ?? chunk.length + 4));
    if (known !== undefined) return;
    names.set(text, chunk.length);
    chunk.push(0, 0, 0, 0, text.length, 0, text.length, 0, ...utf16(text), 0, 0);
  };
  const text = (value: string) => chunk.push(0x05, 0x01, value.length, 0, ...utf16(value));
  const hole = (index: number) => chunk.push(0x0e, index, 0, 0x01);
  const element = (
    inDefinition: boolean,
    of: string,
    attributes: readonly (readonly [string, () => void])[],
    content: readonly (() => void)[],
  ) => {
    chunk.push(attributes.length > 0 ? 0x41 : 0x01, ...(inDefinition ? [0xff, 0xff] : []), 0, 0, 0, 0);
    name(of);
    if (attributes.length > 0) chunk.push(0, 0, 0, 0);
    for (const [key, value] of attributes) {
      chunk.push(0x06);
      name(key);
      value();
    }
    chunk.push(content.length > 0 ? 0x02 : 0x03);
    for (const part of content) part();
    if (content.length > 0) chunk.push(0x04);
  };
  const instance = (definition: () => void, values: readonly (readonly [number, readonly number[]])[]) => {
    chunk.push(0x0c, 1, 0, 0, 0, 0, ...u32(chunk.length + 10));
    const at = chunk.length;
    chunk.push(...new Array(24).fill(0), ...FRAGMENT);
    definition();
    chunk.push(0);
    u32(chunk.length - at - 24).forEach((byte, i) => {
      chunk[at + 20 + i] = byte;
    });
    chunk.push(...u32(values.length));
    for (const [type, bytes] of values) chunk.push(bytes.length & 0xff, bytes.length >> 8, type, 0);
    for (const [, bytes] of values) chunk.push(...bytes);
  };
  const record = (content: () => void) => {
    const at = chunk.length;
    chunk.push(0x2a, 0x2a, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...FRAGMENT);
    content();
    chunk.push(0, 0, 0, 0, 0);
    u32(chunk.length - at).forEach((byte, i) => {
      chunk[at + 4 + i] = byte;
      chunk[chunk.length - 4 + i] = byte;
    });
  };
  /** An event whose core members come from `value`, by their order. */
  const event = (inDefinition: boolean, value: (index: number, literal: string) => () => void, data: () => void) => {
    const leaf = (of: string, index: number, literal: string) => () =>
      element(inDefinition, of, [], [value(index, literal)]);
    const system = () =>
      element(
        inDefinition,
        'System',
        [],
        [
          () => element(inDefinition, 'Provider', [['Name', () => text('P')]], []),
          leaf('EventID', 0, '4688'),
          () => element(inDefinition, 'TimeCreated', [['SystemTime', value(1, '2024-01-02T03:04:05.1234567Z')]], []),
          leaf('EventRecordID', 2, '12'),
          leaf('Channel', 3, 'C'),
          leaf('Computer', 4, 'H'),
        ],
      );
    element(inDefinition, 'Event', [['xmlns', () => text('n')]], [system, data]);
  };
  const field = (inDefinition: boolean, of: string, ...content: readonly (() => void)[]) =>
    element(inDefinition, 'Data', [['Name', () => text(of)]], content);

  const core: [number, number[]][] = [
    [0x06, [1, 2]],
    [0x11, [0x87, 0xd6, 0x7f, 0xc6, 0x47, 0x17, 0xda, 1]],
    [0x0a, [12, 0, 0, 0, 0, 0, 0, 0]],
    [0x01, utf16('Security')],
    [0x01, utf16('HOST')],
  ];
  const fields = (count: number, first: number) => () =>
    element(
      true,
      'EventData',
      [],
      Array.from({ length: count }, (_, i) => () => field(true, `F${i}`, () => hole(first + i))),
    );
  const templated = (data: () => void, values: readonly (readonly [number, readonly number[]])[]) =>
    record(() => instance(() => event(true, (index) => () => hole(index), data), [...core, ...values]));

  // values of an embedded template, the embedding one's own, with arrays, and without any template
  templated(fields(VALUES.length, core.length), VALUES);
  templated(fields(2, core.length), [
    [0x81, utf16('a\0\0b\0')],
    [0x86, [1, 0, 2, 0]],
  ]);
  // an embedded template: the last value's bytes are written where they are to lie, and its size filled in behind
  record(() => {
    instance(
      () =>
        event(
          true,
          (index) => () => hole(index),
          () => hole(core.length),
        ),
      [...core, [0x21, []]],
    );
    const sizes = chunk.length - core.reduce((sum, [, bytes]) => sum + bytes.length, 0) - 4;
    const at = chunk.length;
    chunk.push(...FRAGMENT);
    instance(fields(VALUES.length, 0), VALUES);
    chunk.push(0);
    chunk[sizes] = (chunk.length - at) & 0xff;
    chunk[sizes + 1] = (chunk.length - at) >> 8;
  });
  record(() =>
    event(
      false,
      (_, literal) => () => text(literal),
      () =>
        element(
          false,
          'EventData',
          [],
          [
            () =>
              field(
                false,
                'A',
                () => text('x'),
                () => entity('amp'),
                () => text('y'),
              ),
            () => field(false, 'B', () => entity('lt')),
          ],
        ),
    ),
  );

  function entity(of: string): void {
    chunk.push(0x09);
    name(of);
  }
  const file = new Uint8Array(FILE_BLOCK + CHUNK_SIZE);
  file.set([0x45, 0x6c, 0x66, 0x46, 0x69, 0x6c, 0x65]);
  chunk.splice(0, 8, 0x45, 0x6c, 0x66, 0x43, 0x68, 0x6e, 0x6b, 0);
  chunk.splice(48, 4, ...u32(chunk.length));
  file.set(chunk, FILE_BLOCK);
  return file;
}
