import { hopsOf, lineageOf } from '../facts-of.ts';
import { code, plain, type Span, type Text } from '../model.ts';
import { both, hostName, levelSpan, local } from '../telling.ts';
import { bullets, eachSection, note } from './section.ts';

const imageName = (image: string): string => image.slice(image.lastIndexOf('\\') + 1);

/** How it came in, as far as the logs tell, and where it went from there. */
export const entry = eachSection('entry', (of, { incident, titles }) => {
  const { w, input } = of;
  const first = incident.findings[0];
  if (first === undefined) return [];
  const rows: (readonly [string, Text])[] = [
    [
      w.entry.first,
      [
        levelSpan(of, first.level),
        plain(` · ${titles[0] ?? ''} · ${hostName(of, first.host)} · ${both(of, first.events[0]?.timeMs)}`),
      ],
    ],
  ];
  const line = lineageOf(incident, first).filter(({ image }) => image !== '');
  if (line.length > 0)
    rows.push([
      w.entry.chain,
      line.flatMap(({ image, pid }, i): Span[] => [
        ...(i === 0 ? [] : [plain(' → ')]),
        code(imageName(image)),
        ...(pid === null ? [] : [plain(` (${pid})`)]),
      ]),
    ]);
  const user = line.at(-1)?.user ?? '';
  if (user !== '') rows.push([w.entry.account, user]);
  if (input.facts.cause !== undefined) rows.push([w.entry.cause, input.facts.cause]);
  const hops = hopsOf(incident);
  return [
    { kind: 'facts', rows },
    ...(hops.length === 0
      ? [note(w.entry.noHop)]
      : [
          { kind: 'heading' as const, depth: 3 as const, text: w.entry.hops, id: `hops-${incident.id}` },
          bullets(
            hops.map(({ timeMs, from, to, by }) =>
              w.entry.hop(local(of, timeMs), hostName(of, from), hostName(of, to), by),
            ),
          ),
        ]),
    ...(input.facts.cause === undefined ? [note(w.entry.causeOpen)] : []),
  ];
});
