import { type Subscription, type WevtApi, WevtError } from '../api.ts';

/**
 * A log of Windows as its documentation describes it, played back: the tests' stand-in for wevtapi.dll. It keeps the newest `size` records,
 * hands them out in order, fails a strict bookmark whose record is gone with ERROR_NOT_FOUND, and a subscription that was overtaken with
 * ERROR_EVT_QUERY_RESULT_STALE.
 */
export class RecordedLog implements WevtApi {
  readonly name = 'wevtapi';
  readonly size: number;
  readonly channel: string;
  readonly calls: string[] = [];
  #records: { readonly id: bigint; readonly xml: string }[] = [];
  #next = 1n;
  #wake: (() => void)[] = [];
  /** Errors of the next calls, in order. */
  readonly failures: number[] = [];

  constructor(channel: string, size = 1000) {
    this.channel = channel;
    this.size = size;
  }

  write(count: number, at: (index: number) => string = () => '2026-03-02T02:00:00.0000000Z'): void {
    for (let i = 0; i < count; i++) {
      const id = this.#next++;
      this.#records.push({ id, xml: eventXml(this.channel, id, at(i)) });
    }
    this.#records = this.#records.slice(-this.size);
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** As deleting the file does; `keepIds`: as `wevtutil cl` does. */
  clear(keepIds: boolean): void {
    this.#records = [];
    if (!keepIds) this.#next = 1n;
  }

  async subscribe(channel: string, query: string, start: Parameters<WevtApi['subscribe']>[2]): Promise<Subscription> {
    this.calls.push(`${channel} ${query} ${start.kind}${start.kind === 'after' ? ` ${start.recordId}` : ''}`);
    const failure = this.failures.shift();
    if (failure !== undefined) throw new WevtError(failure, 'EvtSubscribe');
    if (channel !== this.channel) throw new WevtError(15007, `EvtSubscribe ${channel}`);
    let last: bigint;
    if (start.kind === 'oldest') last = (this.#records[0]?.id ?? this.#next) - 1n;
    else if (start.kind === 'future') last = this.#next - 1n;
    else {
      if (!this.#records.some(({ id }) => id === start.recordId)) throw new WevtError(1168, `EvtSubscribe ${channel}`);
      last = start.recordId;
    }
    return {
      next: async (most, _waitMs, signal) => {
        const oldest = this.#records[0]?.id;
        if (oldest !== undefined && oldest > last + 1n) throw new WevtError(15011, `EvtNext ${channel}`);
        const found = this.#records.filter(({ id }) => id > last || last >= this.#next).slice(0, most);
        if (found.length === 0 && !signal.aborted) {
          await new Promise<void>((resolve) => {
            this.#wake.push(resolve);
            signal.addEventListener('abort', () => resolve(), { once: true });
          });
          return [];
        }
        last = found.at(-1)?.id ?? last;
        return found.map(({ xml }) => xml);
      },
      close: () => this.calls.push('close'),
    };
  }
}

export const eventXml = (
  channel: string,
  id: bigint | number,
  time: string,
  data = `<Data Name='Image'>C:\\a &amp; b.exe</Data>`,
): string =>
  "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>" +
  "<Provider Name='Microsoft-Windows-Sysmon' Guid='{5770385f-c22a-43e0-bf4c-06f5698ffbd9}'/><EventID>1</EventID>" +
  `<TimeCreated SystemTime='${time}'/><EventRecordID>${id}</EventRecordID><Channel>${channel}</Channel>` +
  `<Computer>WS01.corp.example</Computer></System><EventData>${data}</EventData></Event>`;
