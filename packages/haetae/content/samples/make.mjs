/**
 * Makes the sample logs beside it, the same on every run: `npm run build && node packages/haetae/content/samples/make.mjs`.
 * The story is in ../story/, and told in README.md. (The two compressed files may differ by zlib; what is in them does not.)
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { writeEvtx } from '@haetae/evtx';
import { desktop } from '../story/desktop.mjs';
import { neighbour } from '../story/neighbour.mjs';
import { ordinary } from '../story/ordinary.mjs';
import { inTime, numbered, toDraft, toKoreanCsv, toWinlogbeat, zip } from '../story/render.mjs';
import { server } from '../story/server.mjs';

const folder = process.argv[2] ?? fileURLToPath(new URL('.', import.meta.url));
/** The logs have been running for a while: none begins with record 1. */
const first = (event) => 1000 * event.channel.length + 417;
const events = numbered(inTime([...desktop().host.events, ...server().host.events]), first);
const of = (computer, ...channels) =>
  events.filter((e) => e.computer.startsWith(computer) && channels.some((c) => e.channel.startsWith(c)));

const save = (name, bytes) => {
  writeFileSync(`${folder}/${name}`, bytes);
  console.log(`${String(bytes.length).padStart(8)}  ${name}`);
};
mkdirSync(folder, { recursive: true });
save('DESKTOP-HT01_Sysmon.evtx', writeEvtx(of('DESKTOP-HT01', 'Microsoft-Windows-Sysmon').map(toDraft)));
save('DESKTOP-HT01_PowerShell.evtx', writeEvtx(of('DESKTOP-HT01', 'Microsoft-Windows-PowerShell').map(toDraft)));
// What a collector got from both hosts: the record numbers are its own, and clearing the server's log did not reach it.
save('collector.zip', zip([['ForwardedEvents.evtx', writeEvtx(of('', 'Security').map(toDraft))]]));
save('DESKTOP-HT02_Sysmon.csv', Buffer.from(toKoreanCsv(neighbour().host.events)));
const shipped = of('SRV-FILE01', 'System', 'Microsoft-Windows-').map(toWinlogbeat);
save('SRV-FILE01_winlogbeat.jsonl.gz', gzipSync(`${shipped.join('\n')}\n`, { level: 9 }));
// The working days before, from which the demo learns what is ordinary.
const before = numbered(inTime(ordinary()), () => 1).map(toWinlogbeat);
save('../ordinary/2026-03-09_winlogbeat.jsonl.gz', gzipSync(`${before.join('\n')}\n`, { level: 9 }));
