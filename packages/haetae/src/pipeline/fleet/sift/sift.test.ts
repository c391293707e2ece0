import { describe, expect, test } from 'vitest';
import { DETECTORS } from '../../../detect/index.ts';
import { builtinRules } from '../../../rules/index.ts';
import { builtinCampaigns, checkCampaigns, emit, FIRST_DAY, winlogbeatLine } from '../../../scenario/index.ts';
import type { EventBatch, Frame } from '../../../store/index.ts';
import { ROW_CELLS } from '../../../store/index.ts';
import type { DetectionSetup } from '../../live/detection.ts';
import { LiveEngine } from '../../live/engine.ts';
import type { Cut } from '../../live/output.ts';
import { clock, detection, FAILED, frame, NOW, SHADOW, SPRAY } from '../../live/testing/frames.ts';
import { Sifter } from './sifter.ts';

const engineOf = (setup: DetectionSetup, saved?: Uint8Array): LiveEngine =>
  new LiveEngine({
    detection: setup,
    timeZone: 'UTC',
    stored: { seq: 0, eventId: 0, findingId: 0 },
    ...(saved !== undefined && { saved }),
  });

/** Rows of events as they go to the database, without memory that is shared. */
function rowsOf({ rows, id, seq, timeMs, timeTicks, receivedMs, eventId, flags, strays, cells, bytes }: EventBatch) {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: rows }, (_, row) => [
    ...[id[row], seq[row], timeMs[row], timeTicks[row], receivedMs[row], eventId[row], flags[row], strays[row]],
    ...Array.from({ length: ROW_CELLS / 2 }, (__, column) => {
      const [start, length] = cells.subarray(row * ROW_CELLS + column * 2);
      return start === 0 ? null : text.toString('utf8', start, start! + length!);
    }),
  ]);
}

function all(
  engine: LiveEngine,
  frames: readonly Frame[],
): { readonly cut: Omit<Cut, 'events'>; readonly rows: unknown } {
  for (const one of frames) engine.take(one);
  const { events, ...cut } = engine.cut();
  return { cut, rows: rowsOf(events) };
}

/** As they stand on the bus behind those who share them: `order` says which frame is passed on when. */
function passedOn(sifters: readonly Sifter[], frames: readonly Frame[], order = frames.map((_, i) => i)): Frame[] {
  const counts = sifters.map(() => 0);
  const numbers = frames.map((_, i) => ++counts[i % sifters.length]!);
  return order.map((i, at) => {
    const partition = i % sifters.length;
    const { head, body } = sifters[partition]!.sift(frames[i]!, {
      log: 'l',
      partition,
      seq: numbers[i]!,
      after: numbers[i]! - 1,
    });
    return { seq: at + 1, receivedMs: frames[i]!.receivedMs, head, body };
  });
}
const sifterOf = (setup: DetectionSetup): Sifter => new Sifter(setup, 'UTC');
const sifters = (count: number, setup: DetectionSetup): Sifter[] =>
  Array.from({ length: count }, () => sifterOf(setup));

const SHIPPED = { format: 'elastic', position: '' } as const;

/** A campaign and what goes on around it, as Winlogbeat ships it, `size` events a frame. */
function campaign(index: number, size: number): Frame[] {
  const { campaigns } = checkCampaigns(builtinCampaigns());
  const lines = [...emit(campaigns[index]!, { seed: 1, firstDay: FIRST_DAY, background: 300 })].flatMap((batch) =>
    batch.map((event) => ({ line: winlogbeatLine(event), timeMs: event.ms })),
  );
  const frames: Frame[] = [];
  for (let at = 0; at < lines.length; at += size) {
    const some = lines.slice(at, at + size);
    const receivedMs = some.at(-1)!.timeMs + 500;
    const sent = frame(frames.length + 1, [], { ...SHIPPED, format: 'ndjson', items: some.length }, receivedMs);
    frames.push({ ...sent, body: Buffer.from(some.map(({ line }) => line).join('')) });
  }
  return frames;
}
const rules = { rules: builtinRules().files };
const BUILTIN: DetectionSetup = {
  ...detection([]),
  rules: { ...rules, compiled: { sigma: DETECTORS.get('sigma')!.compile!(rules) } },
};
/** It remembers nothing: one is as good as several. */
const builtin = new Sifter(BUILTIN, 'UTC');
const FOUR = [builtin, builtin, builtin, builtin];

describe('frames that were sifted', () => {
  const { campaigns } = checkCampaigns(builtinCampaigns());
  test.each(campaigns.map(({ id }, i) => [id, i] as const))(
    'of campaign %s make the rows, findings and incidents that they make unsifted',
    (_, i) => {
      const frames = campaign(i, 40);
      const expected = all(engineOf(BUILTIN), frames);
      expect(all(engineOf(BUILTIN), passedOn(FOUR, frames))).toEqual(expected);
    },
  );

  test('of a campaign hold what is found', () => {
    const { findings, incidents } = all(engineOf(BUILTIN), passedOn(FOUR, campaign(2, 40))).cut;
    expect([findings.length, incidents.length]).toEqual([
      expect.toSatisfy((n) => n > 3),
      expect.toSatisfy((n) => n > 0),
    ]);
  });

  test('by other rules are matched again', () => {
    const frames = campaign(0, 40);
    const engine = engineOf(BUILTIN);
    expect(all(engine, passedOn(sifters(2, detection([FAILED])), frames))).toEqual(all(engineOf(BUILTIN), frames));
    expect(engine.counts.redone).toBe(engine.counts.events + engine.counts.known);
  });
});

describe('a spray over fifty hosts, shared by several', () => {
  const setup = detection([FAILED, SPRAY, SHADOW]);
  const tries = Array.from({ length: 50 }, (_, i) =>
    frame(
      i + 1,
      [{ host: `WS-${i}`, record: i + 1, at: i * 1000, IpAddress: '203.0.113.9', TargetUserName: `user${i}` }],
      {},
      NOW + i * 1000 + 50,
    ),
  );
  const frames = [...tries, clock(51, NOW + 400_000)];
  const told = ({ cut }: ReturnType<typeof all>) => ({
    findings: [...cut.findings, ...cut.revised].map(({ ruleId, host, timeMs, eventIds }) => [
      ruleId,
      host,
      timeMs,
      eventIds.length,
    ]),
    incidents: cut.incidents.map(({ title, hosts }) => [title, [...hosts].sort()]),
  });
  const alone = told(all(engineOf(setup), frames));

  test('is one finding of the spray', () => {
    expect(alone.findings.filter(([rule]) => rule === '22222222-2222-4222-8222-222222222222')).not.toEqual([]);
  });

  test.each([1, 2, 3, 8])(
    'is what one alone finds, with %i partitions that are ahead of each other by up to ten seconds',
    (count) => {
      const ahead = (i: number): number => (i === 50 ? 1000 : i + (((i % count) * 7) % 10));
      const order = frames.map((_, i) => i).sort((a, b) => ahead(a) - ahead(b) || a - b);
      const shared = told(all(engineOf(setup), passedOn(sifters(count, setup), frames, order)));
      expect(new Set(shared.findings.map(String))).toEqual(new Set(alone.findings.map(String)));
      expect(shared.incidents.length).toBe(alone.incidents.length);
    },
  );

  test('is found once where whoever took over a partition passes frames on again', () => {
    const once = passedOn(sifters(3, setup), frames);
    const twice = [...once.slice(0, 30), ...once.slice(10, 30), ...once.slice(30)].map((one, i) => ({
      ...one,
      seq: i + 1,
    }));
    const engine = engineOf(setup);
    expect(told(all(engine, twice))).toEqual(alone);
    expect(engine.counts.known).toBe(0);
  });

  test('is found once where the one who finds begins again from what it remembered', () => {
    const once = passedOn(sifters(3, setup), frames);
    const first = engineOf(setup);
    const begun = all(first, once.slice(0, 25));
    const next = engineOf(setup, first.save());
    const rest = all(
      next,
      [...once.slice(20, 25), ...once.slice(25)].map((one, i) => ({ ...one, seq: 26 + i })),
    );
    const both = told({ cut: { ...rest.cut, findings: [...begun.cut.findings, ...rest.cut.findings] }, rows: [] });
    expect(both.findings).toEqual(alone.findings);
  });
});

test('the parts of a script are joined, whoever passes them on', () => {
  const setup = detection([
    `title: Whole
id: 44444444-4444-4444-8444-444444444444
logsource: {product: windows, category: ps_script}
detection: {sel: {ScriptBlockText|contains: 'beginning-end'}, condition: sel}
level: high
`,
  ]);
  const part = (n: number, text: string) =>
    frame(n, [
      {
        ...{ record: n, id: 4104, channel: 'Microsoft-Windows-PowerShell/Operational' },
        ...{ MessageNumber: String(n), MessageTotal: '2', ScriptBlockId: 'a', ScriptBlockText: text },
      },
    ]);
  const frames = [part(1, 'the beginning-'), part(2, 'end of it')];
  const expected = all(engineOf(setup), frames);
  expect(expected.cut.findings.map(({ title }) => title)).toEqual(['Whole']);
  expect(all(engineOf(setup), passedOn(sifters(2, setup), frames))).toEqual(expected);
});
