import type { ReportFile } from '../contract.ts';
import type { Report } from '../model.ts';
import { compiled } from './compiler.ts';
import { coverageOf } from './coverage.ts';
import { typstData } from './data.ts';

export interface PdfContent {
  readonly template: string;
  readonly fonts: readonly Uint8Array[];
  /** A folder that the compiler may read from: it needs none of it. */
  readonly workspace: string;
}

/** PDF/A-3b with subsets of its fonts, tables that repeat their heads, and `attached` within. */
export function pdf(report: Report, attached: readonly ReportFile[], content: PdfContent): Uint8Array {
  const date = new Date(Math.max(0, report.dateMs));
  const files = attached.map(({ name, mime, bytes }) => ({ name, mime, text: Buffer.from(bytes).toString('utf8') }));
  const inputs = {
    report: typstData(report, coverageOf(content.fonts)),
    attached: JSON.stringify(files),
    ...{ year: String(date.getUTCFullYear()), month: String(date.getUTCMonth() + 1), day: String(date.getUTCDate()) },
    ...{ hour: String(date.getUTCHours()), minute: String(date.getUTCMinutes()), second: String(date.getUTCSeconds()) },
  };
  return compiled(content, content.template, inputs, (compiler, document) =>
    compiler.pdf(document, { pdfStandard: 'a-3b', creationTimestamp: Math.floor(date.getTime() / 1000) }),
  );
}
