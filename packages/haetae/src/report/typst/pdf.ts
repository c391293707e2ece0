import { createRequire } from 'node:module';
import type { ReportFile } from '../contract.ts';
import { ReportError } from '../error.ts';
import type { Report } from '../model.ts';
import { coverageOf } from './coverage.ts';
import { typstData } from './data.ts';

/** What of the compiler's interface is used here. */
interface Compiler {
  compile(options: { readonly mainFileContent: string; readonly inputs: Readonly<Record<string, string>> }): {
    readonly result: unknown;
    hasError(): boolean;
    takeError(): { readonly shortDiagnostics: readonly { readonly message?: string }[] } | null;
  };
  pdf(document: unknown, options: { readonly pdfStandard: string; readonly creationTimestamp: number }): Uint8Array;
  evictCache(maxAge: number): void;
}
interface Typst {
  readonly NodeCompiler: {
    create(options: {
      readonly workspace: string;
      readonly fontArgs: readonly { readonly fontBlobs: readonly Uint8Array[] }[];
    }): Compiler;
  };
}

export interface PdfContent {
  readonly template: string;
  readonly fonts: readonly Uint8Array[];
  /** A folder that the compiler may read from: it needs none of it. */
  readonly workspace: string;
}

const PACKAGE = '@myriaddreamin/typst-ts-node-compiler';

/** Loaded when a PDF is asked for: 37 MB that no other command needs. */
function typst(): Typst {
  try {
    return createRequire(import.meta.url)(PACKAGE) as Typst;
  } catch (error) {
    throw new ReportError(
      'no-typst',
      `PDF needs ${PACKAGE}, which is not installed for ${process.platform}-${process.arch}; use --format html`,
      error,
    );
  }
}

/** PDF/A-3b with subsets of its fonts, tables that repeat their heads, and `attached` within. */
export function pdf(report: Report, attached: readonly ReportFile[], content: PdfContent): Uint8Array {
  const { NodeCompiler } = typst();
  const compiler = NodeCompiler.create({ workspace: content.workspace, fontArgs: [{ fontBlobs: content.fonts }] });
  const date = new Date(Math.max(0, report.dateMs));
  const files = attached.map(({ name, mime, bytes }) => ({ name, mime, text: Buffer.from(bytes).toString('utf8') }));
  const compiled = compiler.compile({
    mainFileContent: content.template,
    inputs: {
      report: typstData(report, coverageOf(content.fonts)),
      attached: JSON.stringify(files),
      ...{ year: String(date.getUTCFullYear()), month: String(date.getUTCMonth() + 1), day: String(date.getUTCDate()) },
      ...{
        hour: String(date.getUTCHours()),
        minute: String(date.getUTCMinutes()),
        second: String(date.getUTCSeconds()),
      },
    },
  });
  if (compiled.hasError()) {
    const told = compiled.takeError()?.shortDiagnostics.map(({ message }) => message) ?? [];
    throw new Error(`the template of reports is broken: ${told.join('; ')}`);
  }
  const bytes = compiler.pdf(compiled.result, {
    pdfStandard: 'a-3b',
    creationTimestamp: Math.floor(date.getTime() / 1000),
  });
  // What it keeps between runs would grow with every report of a server.
  compiler.evictCache(0);
  return bytes;
}
