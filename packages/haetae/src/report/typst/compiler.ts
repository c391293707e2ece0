import { createRequire } from 'node:module';
import { ReportError } from '../error.ts';

/** What of the compiler's interface is used here. */
export interface Compiler {
  compile(options: { readonly mainFileContent: string; readonly inputs: Readonly<Record<string, string>> }): {
    readonly result: unknown;
    hasError(): boolean;
    takeError(): { readonly shortDiagnostics: readonly { readonly message?: string }[] } | null;
  };
  pdf(document: unknown, options: { readonly pdfStandard: string; readonly creationTimestamp: number }): Uint8Array;
  /** Outlines in place of letters. */
  plainSvg(document: unknown): string;
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

const PACKAGE = '@myriaddreamin/typst-ts-node-compiler';

/** Loaded when it is asked for: 37 MB that no other command needs. */
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

/** Sets one document, and hands it on; nothing of it is kept, or every report of a server would add to it. */
export function compiled<T>(
  content: { readonly fonts: readonly Uint8Array[] /** It needs none of it. */; readonly workspace: string },
  source: string,
  inputs: Readonly<Record<string, string>>,
  use: (compiler: Compiler, document: unknown) => T,
): T {
  const compiler = typst().NodeCompiler.create({
    workspace: content.workspace,
    fontArgs: [{ fontBlobs: content.fonts }],
  });
  const document = compiler.compile({ mainFileContent: source, inputs });
  if (document.hasError()) {
    const told = document.takeError()?.shortDiagnostics.map(({ message }) => message) ?? [];
    throw new Error(`the template of reports is broken: ${told.join('; ')}`);
  }
  const made = use(compiler, document.result);
  compiler.evictCache(0);
  return made;
}
