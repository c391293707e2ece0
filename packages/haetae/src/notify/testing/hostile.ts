import type { UnixMs } from '@haetae/event';
import { UTC } from '../../locale/index.ts';
import type { IncidentDetail, Json } from '../../store/index.ts';
import type { IncidentMessage, Redaction } from '../message/message.ts';
import { incidentMessage } from '../message/render.ts';

/** What an attacker may write into a log to be shown to people. */
export const HOSTILE = [
  '<!channel> <!here> <@U0123> <#C0123|x>',
  '<https://evil.example/a|click>',
  '[click](https://evil.example/b) **bold** `code`',
  '<img src=x onerror=alert(1)><a href="http://evil.example/c">c</a>',
  '@here @channel @everyone :boom:',
  'a\r\nSubject: forged\r\n\r\nbody\n.\nQUIT',
  '\u202egnp.exe \u200b\u0007\u001b[31m',
  'CEF:0|x|y=z|\\ =HYPERLINK("http://evil.example/d")',
].join(' ');

const AT = Date.parse('2026-03-17T05:00:00Z') as UnixMs;

/** An incident of which every word that a log says is hostile. */
export function hostileMessage(redaction: Redaction = 'full', language: 'ko' | 'en' = 'en'): IncidentMessage {
  const finding = {
    ...{ detector: 'sigma', rule: { id: 'r', title: `rule ${HOSTILE}` }, level: 'high', confidence: 1, p: null },
    attack: { tactics: ['execution'], techniques: ['T1059.001'] },
    ...{ host: HOSTILE, process: 'p', channel: 'Security', eventId: 4688, evidence: 'e', points: 50 },
    fields: { Image: HOSTILE, CommandLine: HOSTILE, User: HOSTILE },
    events: [{ file: 'live', record: 5000, line: null, timeMs: AT }],
  };
  const node = {
    ...{
      key: 'p',
      host: HOSTILE,
      guid: null,
      pid: 1,
      image: `C:\\${HOSTILE}`,
      commandLine: HOSTILE,
      user: HOSTILE,
      logonId: '0x1',
    },
    ...{
      integrity: '',
      startMs: AT,
      startFrom: 'event',
      endMs: null,
      parent: null,
      children: [],
      findings: [0],
      moreActs: {},
    },
    started: finding.events[0],
    acts: [],
  };
  const body = {
    ...{ id: '0123456789abcdef', merged: [], rank: 1, risk: 80, level: 'high', fromMs: AT, toMs: AT },
    ...{ hosts: [HOSTILE], users: [HOSTILE], tactics: ['execution'], techniques: ['T1059.001'] },
    title: { finding: 0, root: HOSTILE, image: HOSTILE, host: HOSTILE, moreHosts: 0, moreFindings: 0 },
    ...{ findings: [finding], waterfall: [], links: [], tree: [node], entities: [], blind: [] },
    counts: { findings: 1, folded: 1, events: 1, rules: 1, anomalies: 0, processes: 1, levels: {} },
  };
  const row: IncidentDetail = {
    ...{ seq: 1, id: '0123456789abcdef', firstMs: AT, lastMs: AT, risk: 80, level: 'high', title: HOSTILE },
    ...{
      hosts: [HOSTILE],
      users: [HOSTILE],
      findings: 1,
      mergedInto: null,
      listed: null,
      status: 'new',
      assignee: null,
      verdict: null,
    },
    ...{ tags: [], version: 1, createdMs: AT, updatedMs: AT, body: body as unknown as Json },
  };
  return incidentMessage(row, 'new', { language, redaction, zone: UTC, publicUrl: 'https://haetae.example' });
}
