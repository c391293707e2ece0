import type { Event } from '@haetae/event';
import { own, placeOf } from './acts.ts';
import { keep, type LiveHost, logonId, type MarkSink, number, plainGuid } from './host.ts';
import type { LiveProcess } from './process.ts';

const connection = keep(
  'SourceIp',
  'SourcePort',
  'DestinationIp',
  'DestinationPort',
  'DestinationHostname',
  'Protocol',
  'Initiated',
  'User',
);
const dns = keep('QueryResults', 'QueryStatus');
const file = keep('Hash', 'Contents');
const registry = keep('Details', 'EventType');
const thread = keep('TargetProcessGuid', 'TargetProcessId', 'StartModule', 'StartFunction', 'StartAddress');
const access = keep('TargetProcessGUID', 'TargetProcessId', 'GrantedAccess', 'CallTrace');
const pipe = keep('EventType');
const wmi = keep('Operation', 'User', 'Type', 'Query', 'Destination', 'Consumer', 'Filter');
const tamper = keep('Type');

/** Sysmon: processes and what they do. Events of other kinds tell nothing here. */
export function seeSysmon(event: Event, host: LiveHost, mark: MarkSink): void {
  switch (event.eventId) {
    case 1:
      started(event, host);
      break;
    case 3: {
      const process = subject(event, host, 'ProcessGuid', 'ProcessId', 'Image');
      if (process === undefined) break;
      const what = `${event.get('DestinationIp')}:${event.get('DestinationPort')}`;
      host.act(process, 'connection', connectionKey(what, event), event, connection, what);
      break;
    }
    case 4:
      mark(event, host, {
        kind: event.get('State')?.toLowerCase() === 'started' ? 'sysmon-started' : 'sysmon-stopped',
        channel: event.channel,
        by: '',
      });
      break;
    case 5: {
      const process = subject(event, host, 'ProcessGuid', 'ProcessId', 'Image');
      if (process !== undefined) process.trace.endMs = event.timeMs;
      break;
    }
    case 8: {
      const process = subject(event, host, 'SourceProcessGuid', 'SourceProcessId', 'SourceImage');
      target(event, host, 'TargetProcessGuid', 'TargetProcessId', 'TargetImage');
      const key = event.get('TargetProcessGuid') ?? '';
      if (process !== undefined) host.act(process, 'thread', key, event, thread, event.get('TargetImage') ?? '');
      break;
    }
    case 10: {
      const image = event.get('TargetImage') ?? '';
      // The most frequent event of all, and what processes do all day; of lsass.exe alone it is told who reached into it.
      if (!/\\lsass\.exe$/i.test(image)) break;
      const process = subject(event, host, 'SourceProcessGUID', 'SourceProcessId', 'SourceImage');
      if (process !== undefined) host.act(process, 'access', event.get('GrantedAccess') ?? '', event, access, image);
      break;
    }
    case 11:
    case 15: {
      const process = subject(event, host, 'ProcessGuid', 'ProcessId', 'Image');
      if (process !== undefined) host.act(process, 'file', event.get('TargetFilename') ?? '', event, file);
      break;
    }
    case 13: {
      const process = subject(event, host, 'ProcessGuid', 'ProcessId', 'Image');
      if (process !== undefined) host.act(process, 'registry', event.get('TargetObject') ?? '', event, registry);
      break;
    }
    case 16:
      mark(event, host, { kind: 'sysmon-configured', channel: event.channel, by: own(event.get('Configuration')) });
      break;
    case 17:
    case 18: {
      const process = subject(event, host, 'ProcessGuid', 'ProcessId', 'Image');
      if (process !== undefined) host.act(process, 'pipe', event.get('PipeName') ?? '', event, pipe);
      break;
    }
    case 19:
    case 20:
    case 21: {
      const name = event.get('Name') ?? event.get('Consumer') ?? '';
      host.hostAct('wmi', `${event.eventId} ${name}`, name, { logonId: '', pid: null }, event, wmi);
      break;
    }
    case 22: {
      const process = subject(event, host, 'ProcessGuid', 'ProcessId', 'Image');
      if (process !== undefined) host.act(process, 'dns', event.get('QueryName') ?? '', event, dns);
      break;
    }
    case 25: {
      const process = subject(event, host, 'ProcessGuid', 'ProcessId', 'Image');
      if (process !== undefined) host.act(process, 'tamper', event.get('Type') ?? '', event, tamper);
      break;
    }
    case 255:
      mark(event, host, { kind: 'sysmon-error', channel: event.channel, by: own(event.get('ID')) });
      break;
  }
}

/** Ports of remote administration: each connection may have opened a session, and is kept with its own source port. */
export const ADMIN_PORTS = /:(135|139|445|3389|5985|5986|22)$/;

function connectionKey(what: string, event: Event): string {
  return ADMIN_PORTS.test(what) ? `${what} ${event.get('SourcePort')}` : what;
}

function started(event: Event, host: LiveHost): void {
  const process = host.guid(event.get('ProcessGuid'), 'ProcessId', event);
  if (process === undefined) return;
  const { trace } = process;
  trace.image = own(event.get('Image'));
  trace.commandLine = own(event.get('CommandLine'));
  trace.folder = own(event.get('CurrentDirectory'));
  trace.user = own(event.get('User'));
  trace.logonId = logonId(event.get('LogonId'));
  trace.logonGuid = plainGuid(event.get('LogonGuid') ?? '');
  trace.integrity = own(event.get('IntegrityLevel'));
  trace.hashes = own(event.get('Hashes'));
  trace.parentGuid = plainGuid(event.get('ParentProcessGuid') ?? '');
  trace.parentPid = number(event.get('ParentProcessId'));
  trace.parentImage = own(event.get('ParentImage'));
  trace.parentCommandLine = own(event.get('ParentCommandLine'));
  trace.startMs = event.timeMs;
  trace.startAt = placeOf(event);
}

function subject(event: Event, host: LiveHost, guid: string, pid: string, image: string): LiveProcess | undefined {
  const process = host.guid(event.get(guid), pid, event);
  if (process === undefined) return undefined;
  if (process.trace.image === '') process.trace.image = own(event.get(image));
  if (process.trace.user === '') process.trace.user = own(event.get('User') ?? event.get('SourceUser'));
  return process;
}

function target(event: Event, host: LiveHost, guid: string, pid: string, image: string): void {
  const process = host.guid(event.get(guid), pid, event);
  if (process !== undefined && process.trace.image === '') process.trace.image = own(event.get(image));
}
