import { treeRows } from '../facts-of.ts';
import type { TreeLine } from '../model.ts';
import { count, hostName, incidentWord, local, short, type Telling } from '../telling.ts';
import { eachSection, note } from './section.ts';

const COMMAND = 600;
const DECODED = 900;
/** Lines of one incident on paper; the rest is told by its number. */
const MOST_LINES = 220;

/** Processes by host, children under their parents, with what they were told to do and what was found of them. */
export const tree = eachSection('tree', (of, { incident, titles }) => {
  const w = incidentWord(of);
  const lines: TreeLine[] = [];
  for (const row of treeRows(incident)) {
    if (row.kind === 'host') {
      const from = row.from === undefined ? '' : w.cameFrom(hostName(of, row.from));
      lines.push({
        kind: 'host',
        depth: 0,
        text: row.host === '' ? of.w.unknownHost : row.host,
        aside: from,
        level: null,
      });
      continue;
    }
    const { node, branch, level, folded } = row;
    const depth = 1 + Math.floor((branch.length - 3) / 3);
    lines.push({
      ...{ kind: 'process', depth, level },
      text: node.image === '' ? '?' : node.image.slice(node.image.lastIndexOf('\\') + 1),
      aside: [
        node.startMs === null ? w.startUnknown : local(of, node.startMs),
        node.pid === null ? '' : w.pid(String(node.pid)),
        node.user,
        folded > 0 ? w.folded(count(folded)) : '',
      ]
        .filter((part) => part !== '')
        .join(' · '),
    });
    const said = commandOf(node);
    const under = depth + 1;
    if (said !== '')
      lines.push({ kind: 'command', depth: under, text: oneLine(of, said, COMMAND), aside: '', level: null });
    const decoded = node.findings.map((i) => incident.findings[i]!.decoded).find((text) => text !== undefined);
    if (decoded !== undefined)
      lines.push({ kind: 'decoded', depth: under, text: oneLine(of, decoded, DECODED), aside: w.decoded, level: null });
    const found = new Map<string, { level: TreeLine['level']; times: number }>();
    for (const i of node.findings) {
      const finding = incident.findings[i]!;
      const known = found.get(titles[i]!);
      found.set(titles[i]!, { level: finding.level, times: (known?.times ?? 0) + finding.events.length });
    }
    for (const [title, { level: of_, times }] of found)
      lines.push({
        kind: 'finding',
        depth: under,
        text: title,
        aside: times > 1 ? w.times(count(times)) : '',
        level: of_,
      });
  }
  if (lines.length <= 1) return [];
  return [
    { kind: 'tree', lines: lines.slice(0, MOST_LINES) },
    ...(lines.length > MOST_LINES ? [note(of.w.more(count(lines.length - MOST_LINES)))] : []),
  ];
});

const oneLine = (of: Telling, text: string, most: number): string => short(of, text.replace(/\s+/g, ' ').trim(), most);

/** A command that says more than the program's name; else where the program lies, unless that is where programs lie. */
function commandOf({ image, commandLine }: { readonly image: string; readonly commandLine: string }): string {
  const bare = commandLine.trim().replace(/^"([^"]*)"\s*$/, '$1');
  const name = (path: string): string => path.slice(path.lastIndexOf('\\') + 1).toLowerCase();
  if (bare !== '' && name(bare) !== name(image)) return commandLine;
  return /^[a-z]:\\(?:windows\\(?!temp\\)|program files)/i.test(image) || !image.includes('\\') ? '' : image;
}
