/**
 * The process that bench/read-evtx.mjs measures, apart from it so that it loads nothing else: `dump` or `detect`, then paths (a
 * folder means all files below it, in name order).
 */
import { readdirSync, statSync, writeSync } from 'node:fs';
import { JsonLines, openFile, readEvtx } from '@haetae/evtx';

const FIELDS = ['Image', 'CommandLine', 'TargetUserName', 'IpAddress'];
const [mode, ...paths] = process.argv.slice(2);

function filesBelow(path) {
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path, { recursive: true }).filter((name) => /\.evtx$/i.test(name));
  return names.sort().map((name) => `${path}/${name}`);
}

function dump(files) {
  const writer = new JsonLines({ form: 'document', write: (bytes) => writeSync(1, bytes) });
  for (const path of files) {
    const file = openFile(path);
    writer.flush();
    writer.prefix = `"file":${JSON.stringify(path)},`;
    for (const chunk of readEvtx(file).chunks())
      for (let record = chunk.next(); record !== undefined; record = chunk.next()) writer.add(record);
    file.close();
  }
  writer.flush();
}

/** What detection asks of every record before any rule: channel, id, time and four fields. The sum keeps it from being skipped. */
function detect(files) {
  let sum = 0;
  for (const path of files) {
    const file = openFile(path);
    for (const chunk of readEvtx(file).chunks()) {
      for (let record = chunk.next(); record !== undefined; record = chunk.next()) {
        sum += record.channel.length + record.eventId + (record.timeMs % 997);
        for (let i = 0; i < FIELDS.length; i++) sum += record.get(FIELDS[i])?.length ?? 0;
      }
    }
    file.close();
  }
  writeSync(1, `${sum}\n`);
}

const files = paths.flatMap(filesBelow);
if (mode === 'dump') dump(files);
else detect(files);
