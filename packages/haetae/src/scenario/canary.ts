import { markerOf } from './atomic/marker.ts';

/** The host as which the canary speaks: no machine of anybody's. */
export const CANARY_HOST = 'HAETAE-CANARY';

/**
 * A harmless, marked step as a line of the `ndjson` way in: somebody asks who he is. Nothing runs; the event is of Sysmon's form, and a
 * built-in rule of level low finds it.
 */
export function canaryEvent({
  secret,
  once,
  timeMs,
}: {
  readonly secret: string;
  readonly once: string;
  readonly timeMs: number;
}): string {
  const marker = markerOf(secret, { host: CANARY_HOST, step: 'canary', startedMs: timeMs, once });
  const guid = `{${once.slice(0, 8)}-${once.slice(8, 12)}-0000-0000-000000000000}`;
  return `${JSON.stringify({
    ...{ Hostname: CANARY_HOST, TimeCreated: new Date(timeMs).toISOString(), EventID: 1 },
    ...{ Channel: 'Microsoft-Windows-Sysmon/Operational', SourceName: 'Microsoft-Windows-Sysmon' },
    ...{
      UtcTime: new Date(timeMs).toISOString().replace('T', ' ').replace('Z', ''),
      RuleName: '-',
      ProcessGuid: guid,
      ProcessId: '4242',
    },
    ...{
      Image: 'C:\\Windows\\System32\\whoami.exe',
      OriginalFileName: 'whoami.exe',
      CommandLine: `whoami.exe /all & rem ${marker}`,
    },
    ...{ CurrentDirectory: 'C:\\', User: `${CANARY_HOST}\\lab`, IntegrityLevel: 'Medium' },
    ...{ ParentImage: 'C:\\Windows\\System32\\cmd.exe', ParentCommandLine: 'cmd.exe', ParentProcessId: '4200' },
  })}\n`;
}
