import { describe, expect, test } from 'vitest';
import { madeIncident } from '../../../../tests/incidents.ts';
import { wordsOf } from '../locale/index.ts';
import { incidentArray, wholeIncidentJson } from './incident-json.ts';
import { readIncidents } from './incident-read.ts';

const incident = madeIncident({
  processes: [
    { key: 'a', image: 'C:\\Windows\\explorer.exe', time: '09:00' },
    { key: 'b', image: 'C:\\Users\\홍길동\\급여명세서.exe', time: '09:01', parent: 'a', command: 'a\u0000b "x"' },
  ],
  findings: [
    { title: 'Encoded', titleKo: '인코딩된 명령', level: 'high', process: 'b', time: '09:01', decoded: 'echo' },
    { title: 'Unusual', anomaly: true, process: 'b', time: '09:02' },
  ],
  blind: [
    {
      kind: 'cleared',
      host: 'PC-1',
      channel: 'Security',
      from: Date.parse('2026-03-17T09:10:00Z'),
      to: Date.parse('2026-03-17T09:11:00Z'),
    },
  ],
});

describe('JSON of a finished run', () => {
  test.each(['ko', 'en'] as const)('in %s gives the incident back as it was', (lang) => {
    const text = JSON.stringify([wholeIncidentJson(incident, wordsOf(lang))]);
    expect(readIncidents(text)).toEqual({ kind: 'incidents', incidents: [incident] });
  });

  test('of one incident alone likewise', () => {
    expect(readIncidents(JSON.stringify(wholeIncidentJson(incident, wordsOf('en')), null, 2)).kind).toBe('incidents');
  });

  test.each([
    { what: 'a scan’s, which tells less', text: incidentArray([incident], wordsOf('en')), is: 'less' },
    { what: 'cut off', text: JSON.stringify([wholeIncidentJson(incident, wordsOf('en'))]).slice(0, 900), is: 'less' },
    { what: 'a log', text: '[{"id":"1","rank":"x"}]', is: 'other' },
    { what: 'no JSON', text: 'Level,Date', is: 'other' },
  ])('that is $what: $is', ({ text, is }) => expect(readIncidents(text).kind).toBe(is));
});
