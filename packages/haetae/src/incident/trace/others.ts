import type { Event } from '@haetae/event';
import { own } from './acts.ts';
import { keep, type LiveHost, type MarkSink, number } from './host.ts';
import { account } from './security.ts';
import type { PowerShellHost } from './trace.ts';

const service = keep('ImagePath', 'ServiceType', 'StartType', 'AccountName');
const script = keep('ScriptBlockId', 'Path', 'MessageNumber', 'MessageTotal');
const NO_ONE = { logonId: '', pid: null } as const;
/** Characters kept of a script: its beginning. */
const KEPT_SCRIPT = 1000;

/** System: services, cleared logs, starts and ends of the machine. */
export function seeSystem(event: Event, host: LiveHost, mark: MarkSink): void {
  switch (event.eventId) {
    case 104:
      mark(event, host, {
        kind: 'cleared',
        channel: own(event.get('Channel')),
        by: account(event, 'SubjectUserName', 'SubjectDomainName'),
      });
      break;
    case 7045: {
      const name = event.get('ServiceName') ?? '';
      host.hostAct('service', name, name, NO_ONE, event, service);
      break;
    }
    case 6005:
      mark(event, host, { kind: 'boot', channel: '', by: '' });
      break;
    case 6006:
      mark(event, host, { kind: 'shutdown', channel: '', by: '' });
      break;
    case 12:
    case 13:
      if (/kernel-general$/i.test(event.provider))
        mark(event, host, { kind: event.eventId === 12 ? 'boot' : 'shutdown', channel: '', by: '' });
      break;
  }
}

/** PowerShell's own channel: scripts, and which process a PowerShell host is. */
export function seePowerShell(event: Event, host: LiveHost, known: (of: PowerShellHost) => void): void {
  const { eventId } = event;
  if (eventId !== 4103 && eventId !== 4104) return;
  const pid = number(event.system('Execution_ProcessID'));
  if (pid === null) return;
  if (eventId === 4103) {
    const hostId = /Host ID = ([0-9a-f-]{36})/.exec(event.get('ContextInfo') ?? '')?.[1];
    if (hostId !== undefined) known({ host: host.name, hostId, pid, timeMs: event.timeMs });
    return;
  }
  const process = host.pid(pid, event.timeMs);
  if (process === undefined) return;
  const key = `${event.get('ScriptBlockId')} ${event.get('MessageNumber')}`;
  host.act(process, 'script', key, event, script, own(event.get('ScriptBlockText'), KEPT_SCRIPT));
}
