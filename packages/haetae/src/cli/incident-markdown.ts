import type { Incident } from '../incident/index.ts';
import { codeSpan, fenced, plainMarkdown, printable, type Words, type Zone } from '../locale/index.ts';
import { incidentPage, shapeOf } from './incident-page.ts';
import { spanText, tacticsLine } from './incident-table.ts';
import { SHAPES } from './level.ts';
import { count } from './numbers.ts';

/** One incident as Markdown, for a ticket or a report. What a log says stays text: it can neither make a link nor a heading. */
export function incidentMarkdown(incident: Incident, words: Words, zone: Zone): string {
  const { incidents: w, levels, table } = words;
  const page = incidentPage(incident, words, zone);
  const { id, level, risk, hosts, users, techniques, tactics } = incident;
  const facts: readonly (readonly [string, string])[] = [
    [w.id, id],
    [w.risk, `${risk} / 100 (${SHAPES[level]} ${levels[level]})`],
    [w.span, spanText(incident, zone, words)],
    [w.hosts, hosts.join(', ')],
    [w.users, users.join(', ')],
    [w.tactics, tacticsLine(tactics, words)],
    [w.techniques, techniques.join(', ')],
  ];
  const parts = [
    `# ${plainMarkdown(page.story.title)}`,
    `| | |\n|---|---|\n${facts.map(([name, value]) => `| ${name} | ${plainMarkdown(printable(value))} |`).join('\n')}`,
    `## ${w.story}`,
    page.sentences
      .map(({ sentence, time, where }) => {
        const refs = where === '' ? '' : ` <sub>${plainMarkdown(where)}</sub>`;
        return `- ${plainMarkdown(time)} ${shapeOf(sentence.level)} ${plainMarkdown(sentence.text)}${refs}`;
      })
      .join('\n'),
  ];
  if (page.tree.length > 0) {
    const lines = page.tree.map(({ kind, lead, text, aside, level: of }) => {
      const mark = kind === 'finding' ? `${shapeOf(of)} ` : kind === 'decoded' ? `↳ ${w.decoded}: ` : '';
      return `${lead}${mark}${text}${aside === '' ? '' : `  [${aside}]`}`;
    });
    parts.push(`## ${w.tree}`, fenced(lines.join('\n')));
  }
  parts.push(
    `## ${w.waterfall}`,
    `| ${w.risk} | |\n|---:|---|\n${page.waterfall.map(([points, what]) => `| ${points} | ${plainMarkdown(what)} |`).join('\n')}\n| **${risk}** | **${w.total}** |`,
  );
  if (page.links.length > 0)
    parts.push(`## ${w.links}`, page.links.map((link) => `- ${plainMarkdown(link)}`).join('\n'));
  parts.push(
    `## ${w.evidence}`,
    `| ${table.level} | ${table.detection} | ${table.time} | ${table.computer} | ${w.logged} | ATT&CK |\n|---|---|---|---|---|---|\n${page.evidence
      .map(
        ({ level: of, title, time, host, where, times, event, techniques: ids }) =>
          `| ${SHAPES[of]} ${levels[of]} | ${plainMarkdown(title)}${times > 1 ? ` ${w.times(count(times))}` : ''} | ${plainMarkdown(time)} | ${plainMarkdown(host)} | ${plainMarkdown(`${event} · ${where}`)} | ${ids} |`,
      )
      .join('\n')}`,
  );
  if (page.indicators.length > 0) {
    parts.push(
      `## ${w.indicators}`,
      page.indicators
        .map(([kind, values]) => `- ${kind}\n${values.map((value) => `  - ${codeSpan(value)}`).join('\n')}`)
        .join('\n'),
    );
  }
  if (page.blind.length > 0)
    parts.push(`## ${w.blind}`, page.blind.map((band) => `- ${plainMarkdown(band)}`).join('\n'));
  return `${parts.join('\n\n')}\n`;
}
