import { indicatorCsv } from './annex/csv.ts';
import { manifest } from './annex/manifest.ts';
import { stixBundle } from './annex/stix.ts';
import { buildReport } from './build.ts';
import { pdfContent, productAdvice, productClocks } from './content.ts';
import type { Rendered, ReportFile, ReportInput, ReportOptions } from './contract.ts';
import { html } from './html/html.ts';
import { markdown } from './markdown/markdown.ts';
import { pictureOf } from './picture/picture.ts';
import { pdf } from './typst/pdf.ts';

const MIME = { pdf: 'application/pdf', html: 'text/html', md: 'text/markdown' } as const;

/**
 * The report called `name` and the files beside it. The same input gives the same bytes. Throws a ReportError when PDF cannot be
 * made on this platform or the template does not fit.
 */
export function renderReport(input: ReportInput, options: ReportOptions, name: string): Rendered {
  const names = { csv: `${name}.iocs.csv`, stix: `${name}.stix.json`, manifest: `${name}.manifest.json` };
  const report = buildReport(input, options, {
    advice: productAdvice(),
    clocks: input.facts.clocks ?? productClocks(),
    names,
  });
  const file = (path: string, mime: string, text: string): ReportFile => ({
    name: path,
    mime,
    bytes: Buffer.from(text),
  });
  const annexes =
    input.incidents.length === 0
      ? []
      : [
          file(names.csv, 'text/csv', indicatorCsv(input.incidents)),
          file(names.stix, 'application/json', stixBundle(input.incidents, report.dateMs)),
        ];
  const content = pdfContent();
  const drawing = report.documents[0]?.blocks.find((block) => block.kind === 'chart')?.drawing;
  const pictures: readonly ReportFile[] =
    options.picture !== true || drawing === undefined
      ? []
      : [{ name: `${name}.png`, mime: 'image/png', bytes: pictureOf(drawing, content) }];
  const main: ReportFile = { name: `${name}.${options.format}`, mime: MIME[options.format], bytes: bytesOf() };
  return {
    report: main,
    beside: [
      ...pictures,
      ...annexes,
      file(names.manifest, 'application/json', manifest(input, options, [main, ...pictures, ...annexes])),
    ],
  };

  function bytesOf(): Uint8Array {
    switch (options.format) {
      case 'pdf':
        return pdf(report, annexes, content);
      case 'html':
        return Buffer.from(html(report));
      case 'md':
        return Buffer.from(markdown(report));
      default:
        return options.format satisfies never;
    }
  }
}
