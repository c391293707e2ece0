import { expect, test } from 'vitest';
import { liveBus } from './live-bus.ts';

/** The next `count` messages, as `id kind`, and the listener goes. */
async function take(
  bus: ReturnType<typeof liveBus>,
  after: number | undefined,
  count: number,
  meanwhile = () => {},
): Promise<string[]> {
  const ending = new AbortController();
  const found: string[] = [];
  const entries = bus.subscribe(after, ending.signal)[Symbol.asyncIterator]();
  let next = entries.next();
  meanwhile();
  while (found.length < count) {
    const { value } = await next;
    found.push(`${value.id} ${value.message.kind}`);
    if (found.length < count) next = entries.next();
  }
  ending.abort();
  await entries.return?.();
  expect(bus.listeners).toBe(0);
  return found;
}
const publish = (bus: ReturnType<typeof liveBus>, count: number): void => {
  for (let i = 0; i < count; i++) bus.publish({ kind: 'hunt', hunt: {} as never });
};

test('a new listener hears what comes, one who comes back what was missed', async () => {
  const bus = liveBus(100);
  publish(bus, 3);
  expect(await take(bus, undefined, 2, () => publish(bus, 2))).toEqual(['103 hunt', '104 hunt']);
  expect(await take(bus, 101, 3)).toEqual(['102 hunt', '103 hunt', '104 hunt']);
  expect(await take(bus, 104, 1, () => publish(bus, 1))).toEqual(['105 hunt']);
});

test('who was away too long, or comes from another start, is told of the gap and goes on behind it', async () => {
  const bus = liveBus(100, 2);
  publish(bus, 10);
  expect(await take(bus, 99, 3)).toEqual(['105 gap', '106 hunt', '107 hunt']);
  expect(await take(bus, 105, 1)).toEqual(['106 hunt']);
  for (const after of [5, 5000]) expect((await take(bus, after, 1))[0]).toBe('105 gap');
});

test('a reader that is slow gets a gap, and costs no memory', async () => {
  const bus = liveBus(0, 2);
  publish(bus, 1);
  const ending = new AbortController();
  const entries = bus.subscribe(-1, ending.signal)[Symbol.asyncIterator]();
  expect((await entries.next()).value).toMatchObject({ id: 0 });
  publish(bus, 100);
  expect((await entries.next()).value).toMatchObject({ message: { kind: 'gap' } });
  ending.abort();
  await entries.return?.();
});
