import http from 'node:http';
import { pause } from './serve.ts';

/** Sends numbered events of its own host until it is stopped, and again whatever was not acknowledged: as shippers do. */
export class Shipper {
  readonly host: string;
  /** Record ids up to this were acknowledged. */
  acknowledged = 0;
  /** Batches sent more than once: their answer was lost, or they were refused. */
  repeated = 0;
  refused = 0;
  readonly statuses = new Map<number, number>();
  readonly #url: string;
  readonly #token: string;
  readonly #size: number;
  #stopping = false;
  #done: Promise<void> | undefined;
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

  constructor(url: string, token: string, host: string, size: number) {
    this.#url = url;
    this.#token = token;
    this.host = host;
    this.#size = size;
  }

  start(): void {
    this.#stopping = false;
    this.#done = this.#run();
  }

  /** After the batch under way was acknowledged. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#done;
    this.#agent.destroy();
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      const first = this.acknowledged + 1;
      const body = Array.from({ length: this.#size }, (_, i) => eventOf(this.host, first + i)).join('');
      for (;;) {
        const status = await this.#post(body);
        this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
        if (status === 200) break;
        if (status !== 0) this.refused++;
        this.repeated++;
        await pause(status === 0 ? 10 : 50);
      }
      this.acknowledged += this.#size;
    }
  }

  /** The status, 0 when the connection broke. */
  #post(body: string): Promise<number> {
    return new Promise((resolve) => {
      const request = http.request(
        `${this.#url}/ingest/ndjson`,
        { method: 'POST', agent: this.#agent, headers: { authorization: `Bearer ${this.#token}` }, timeout: 20_000 },
        (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode!));
          response.on('error', () => resolve(0));
        },
      );
      request.on('timeout', () => request.destroy());
      request.on('error', () => resolve(0));
      request.end(body);
    });
  }
}

/** Each 25th deletes shadow copies, so that findings are counted as well. */
export const ATTACK_EVERY = 25;

function eventOf(host: string, record: number): string {
  const time = new Date(Date.UTC(2026, 0, 1) + record * 10).toISOString();
  const attack = record % ATTACK_EVERY === 0;
  const guid = `{00000000-0000-0000-0000-${String(record).padStart(12, '0')}}`;
  return `${JSON.stringify({
    Hostname: host,
    RecordNumber: record,
    '@timestamp': time,
    UtcTime: time.slice(0, -1).replace('T', ' '),
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    SourceName: 'Microsoft-Windows-Sysmon',
    EventID: 1,
    ProcessGuid: guid,
    ProcessId: String(record),
    Image: attack ? 'C:\\Windows\\System32\\vssadmin.exe' : 'C:\\Program Files\\Report\\report.exe',
    OriginalFileName: attack ? 'VSSADMIN.EXE' : 'report.exe',
    CommandLine: attack ? 'vssadmin delete shadows /all /quiet' : `report.exe --page ${record}`,
    ParentImage: 'C:\\Windows\\explorer.exe',
    User: 'CORP\\kim',
  })}\n`;
}
