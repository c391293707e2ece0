import { PlainEvent } from '@haetae/event';
import type { FiledFinding } from '../../detect/index.ts';
import type { IncidentOptions } from '../contract.ts';
import type { IncidentReport, Level } from '../incident.ts';
import { incidentsOf } from '../incidents.ts';
import type { Trace } from '../trace/trace.ts';
import { createTracer } from '../trace/tracer.ts';

const DAY = '2026-03-17';
/** `10:00`, `10:00:05.250` of one day, or a whole instant, as ms. */
export const ms = (time: string): number =>
  Date.parse(time.includes('T') ? time : `${DAY}T${time.length === 5 ? `${time}:00` : time}Z`);

/** A ProcessGuid: host, start in whole seconds, number. */
export function guid(n: number, time = '08:00', host = 'aabbccdd'): string {
  const seconds = Math.floor(ms(time) / 1000).toString(16);
  return `{${host}-${seconds.slice(4)}-${seconds.slice(0, 4)}-${n.toString(16).padStart(4, '0')}-000000000100}`;
}

const CHANNELS = {
  sysmon: 'Microsoft-Windows-Sysmon/Operational',
  security: 'Security',
  system: 'System',
  powershell: 'Microsoft-Windows-PowerShell/Operational',
  firewall: 'Microsoft-Windows-Windows Firewall With Advanced Security/Firewall',
  defender: 'Microsoft-Windows-Windows Defender/Operational',
  desktops: 'Microsoft-Windows-TerminalServices-LocalSessionManager/Operational',
} as const;

interface Flag {
  readonly title: string;
  readonly level: Level;
  readonly event: PlainEvent;
  readonly tactics: readonly string[];
}

/** A log in the making: events, some of which a rule flags. Lines count from 1. */
export class Log {
  readonly events: PlainEvent[] = [];
  readonly #flags: Flag[] = [];
  #host = 'PC1';

  on(host: string): this {
    this.#host = host;
    return this;
  }

  add(
    channel: keyof typeof CHANNELS,
    eventId: number,
    time: string,
    fields: Readonly<Record<string, string>> = {},
    system: Readonly<Record<string, string>> = {},
  ): this {
    this.events.push(
      new PlainEvent({
        timeMs: ms(time),
        computer: this.#host,
        channel: CHANNELS[channel],
        provider: '',
        eventId,
        eventRecordId: this.events.length + 1,
        position: { kind: 'line', line: this.events.length + 1 },
        names: Object.keys(fields),
        values: Object.values(fields),
        systemNames: Object.keys(system),
        systemValues: Object.values(system),
      }),
    );
    return this;
  }

  /** The last event made a rule of this title fire. */
  flag(title: string, level: Level = 'high', tactics: readonly string[] = []): this {
    this.#flags.push({ title, level, event: this.events.at(-1)!, tactics });
    return this;
  }

  /** A process that Sysmon saw start; ids are those of {@link guid}. */
  start(
    n: number,
    time: string,
    image: string,
    more: { readonly parent?: number; readonly parentImage?: string } & Readonly<Record<string, unknown>> = {},
  ): this {
    const { parent, parentImage = 'C:\\Windows\\explorer.exe', ...fields } = more;
    return this.add('sysmon', 1, time, {
      ProcessGuid: guid(n),
      ProcessId: String(1000 + n),
      Image: image,
      CommandLine: image,
      ...(parent !== undefined && { ParentProcessGuid: guid(parent), ParentProcessId: String(1000 + parent) }),
      ParentImage: parentImage,
      ...(fields as Record<string, string>),
    });
  }

  traces(file = 'log', events: readonly PlainEvent[] = this.events): Trace {
    const tracer = createTracer();
    for (const event of events) tracer.see(event);
    return tracer.take(file);
  }

  findings(file = 'log'): FiledFinding[] {
    return this.#flags
      .map(
        ({ title, level, event, tactics }): FiledFinding => ({
          detector: 'sigma',
          rule: { id: title, title, path: 'test.yml' },
          level,
          attack: { tactics, techniques: [] },
          via: 'own' as FiledFinding['via'],
          why: [],
          event: {
            timeMs: event.timeMs,
            timeTicks: 0,
            computer: event.computer,
            channel: event.channel,
            provider: '',
            eventId: event.eventId,
            eventRecordId: Number(event.eventRecordId),
            ...(event.system('Execution_ProcessID') !== undefined && {
              processId: Number(event.system('Execution_ProcessID')),
            }),
            position: event.position,
          },
          fields: Object.fromEntries(event.fields()),
          file,
        }),
      )
      .sort((a, b) => (a.event.timeMs ?? 0) - (b.event.timeMs ?? 0));
  }

  report(options?: IncidentOptions): Promise<IncidentReport> {
    return incidentsOf(this.findings(), [this.traces()], options);
  }

  /** Titles of what was flagged, by incident, as `A+B C`. */
  async groups(): Promise<string> {
    const { incidents } = await this.report();
    return incidents
      .map(({ findings }) =>
        findings
          .map(({ rule }) => rule!.title)
          .sort()
          .join('+'),
      )
      .sort()
      .join(' ');
  }
}

export const SYSTEM32 = 'C:\\Windows\\System32\\';
