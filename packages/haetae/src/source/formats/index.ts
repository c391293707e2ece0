export { csvEventViewer } from './csv-event-viewer/csv-event-viewer.ts';
export { csvEvtxecmd } from './csv-evtxecmd/csv-evtxecmd.ts';
export { csvPowershell } from './csv-powershell/csv-powershell.ts';
export { evtx } from './evtx/evtx.ts';
export { json } from './json/json.ts';
export { syslog } from './syslog/syslog.ts';
export { xml } from './xml/xml.ts';
