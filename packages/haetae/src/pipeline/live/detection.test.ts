import type { Event } from '@haetae/event';
import { describe, expect, test } from 'vitest';
import { DETECTORS, memoryStore } from '../../detect/index.ts';
import { Ledger, LIVE_FORMATS } from '../../source/index.ts';
import { Detection, type Told } from './detection.ts';
import { detection, frame, NOW, type Sent } from './testing/frames.ts';

const HOUR = 3_600_000;
const access = (i: number, more: Sent = {}): Sent => ({
  id: 10,
  channel: 'Microsoft-Windows-Sysmon/Operational',
  record: i,
  SourceImage: `C:\\Windows\\System32\\${['svchost', 'csrss', 'services'][i % 3]}.exe`,
  TargetImage: 'C:\\Windows\\System32\\svchost.exe',
  GrantedAccess: '0x1000',
  CallTrace: 'C:\\Windows\\ntdll.dll+9',
  ...more,
});
const strange = (i: number, more: Sent): Sent =>
  access(i, {
    SourceImage: `C:\\Users\\kim\\Downloads\\${'abcdefghij'[i]}.exe`,
    TargetImage: 'C:\\Windows\\System32\\lsass.exe',
    GrantedAccess: '0x1410',
    CallTrace: 'C:\\Windows\\ntdll.dll+9|UNKNOWN(00007FF)',
    ...more,
  });

/** Events are read into one object: each is to be looked at before the next. */
function each(all: readonly Sent[], look: (event: Event, index: number) => void): void {
  const read = LIVE_FORMATS.get('ndjson')!.read(Buffer.from(frame(1, all).body), {
    ledger: new Ledger(),
    timeZone: 'UTC',
    receivedMs: NOW,
  });
  let index = 0;
  for (const { event } of read) look(event, index++);
}

function learnt(): Uint8Array {
  const make = () => DETECTORS.get('anomaly')!.create({ rules: [], anomaly: { learn: true } });
  const [reader, leader] = [make(), make()];
  each(
    Array.from({ length: 600 }, (_, i) => access(i)),
    (event) => reader.detect(event),
  );
  leader.gather!(reader.harvest!(true)!, 'clean.jsonl', memoryStore());
  leader.finish!();
  return leader.scores!()!.learnt!;
}

describe('scores against a baseline', () => {
  const setup = detection([], { baseline: learnt() });
  const tell = (one: Detection, all: readonly Sent[]): Told[] => {
    const told: Told[] = [];
    each(all, (event, index) => one.detect(event, 100 + index, event.timeMs, told));
    return told;
  };
  const placed = ({ finding: { event } }: Told): string => {
    const record = event.position.kind === 'record' ? event.position.record : 0;
    return `${event.computer} ${new Date(event.timeMs!).toISOString().slice(0, 10)} ${record}`;
  };

  test('are told of a host five times a day, the first ones, whole', () => {
    const many = [...'0123456'].flatMap((_, i) => [
      strange(i, { host: 'WS01' }),
      access(i, { host: 'WS01' }),
      strange(i, { host: 'ws02', at: 24 * HOUR * (i % 2) }),
    ]);
    const one = new Detection(setup);
    expect(tell(one, many).map(placed)).toEqual([
      'WS01 2026-03-02 100',
      'ws02 2026-03-02 102',
      'WS01 2026-03-02 103',
      'ws02 2026-03-03 105',
      'WS01 2026-03-02 106',
      'ws02 2026-03-02 108',
      'WS01 2026-03-02 109',
      'ws02 2026-03-03 111',
      'WS01 2026-03-02 112',
      'ws02 2026-03-02 114',
      'ws02 2026-03-03 117',
      'ws02 2026-03-02 120',
    ]);
    const later = [HOUR, 24 * HOUR].map((at) => strange(8, { host: 'WS01', at }));
    expect(tell(one, later).map(placed)).toEqual(['WS01 2026-03-03 101']);
  });

  test('are told of each program once a day', () => {
    const programs = [0, 1, 0, 0, 2, 1].map((i) => strange(i, {}));
    const told = tell(new Detection(setup), [...programs, strange(0, { at: 24 * HOUR })]);
    expect(told.map(placed)).toEqual([
      'WS01 2026-03-02 100',
      'WS01 2026-03-02 101',
      'WS01 2026-03-02 104',
      'WS01 2026-03-03 106',
    ]);
  });

  test('are explained where they are told, and count on where a saved state stopped', () => {
    const one = new Detection(setup);
    const told = tell(
      one,
      [0, 1, 2].map((i) => strange(i, {})),
    );
    expect(told).toHaveLength(3);
    expect(told[0]!.finding.why).toMatchObject([
      { kind: 'unusual', among: 600, parts: expect.any(Array), ordinaryIf: expect.any(Array) },
    ]);
    const saved = structuredClone(one.save());
    const more = [0, 3, 4, 5, 6].map((i) => strange(i, {}));
    expect(tell(new Detection(setup, saved), more).map(placed)).toEqual(['WS01 2026-03-02 101', 'WS01 2026-03-02 102']);
    const older = { ...saved, perDay: saved.perDay.map(([key, what]) => [key, (what as string[]).length] as const) };
    expect(tell(new Detection(setup, older), more).map(placed)).toEqual(['WS01 2026-03-02 100', 'WS01 2026-03-02 101']);
  });
});
