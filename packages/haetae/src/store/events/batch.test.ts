import { expect, test } from 'vitest';
import { eventFrom } from '../testing/events.ts';
import { EventBatchBuilder } from './batch.ts';

test('a batch has room for whatever a frame holds', () => {
  const build = (capacity: number) => {
    const builder = new EventBatchBuilder(capacity);
    for (let id = 1; id <= 700; id++)
      builder.add(
        eventFrom({
          id,
          fields: [
            ['User', `kim${id}`],
            ...(id % 3 === 0 ? ([['TargetUserName', 'lee']] as const) : []),
            ...(id % 2 === 0 ? ([['CommandLine', `cmd ${id}`]] as const) : []),
          ],
        }),
        { id, seq: id, receivedMs: id, host: 'PC-1', origin: 't', flags: id % 4, decoded: '' },
      );
    return builder.take();
  };
  const roomy = build(700);
  expect([...roomy.strays].filter((stray) => stray !== 0)).toHaveLength(233);
  expect(build(2)).toEqual(roomy);
});
