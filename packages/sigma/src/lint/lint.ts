import { parseRules } from '../parse.ts';
import type { FileView, LintOptions, Report } from './check.ts';
import { CHECKS } from './checks/registry.ts';
import { applyFixes, type Edit, type Finding } from './finding.ts';
import { Source } from './source.ts';
import { documentsOf } from './view.ts';

export interface LintFile {
  /** How the file is called; its name is checked too. */
  readonly path?: string;
  readonly text: string;
}

/** Every finding of every check, by file in the order given, then by place. Never throws. */
export function lint(files: readonly LintFile[], options: LintOptions = {}): Finding[] {
  const views = files.map(({ path, text }): FileView => {
    const source = new Source(text, path);
    return {
      source,
      documents: documentsOf(source),
      parsed: parseRules(text, path === undefined ? {} : { file: path }),
    };
  });
  const found = new Map<FileView, Finding[]>(views.map((view) => [view, []]));
  for (const [id, check] of Object.entries(CHECKS)) {
    if (options.skip?.includes(id)) continue;
    const reportOf =
      (view: FileView): Report =>
      (where, message, fix?: readonly Edit[]) => {
        const { line, column } = view.source.at(where.from);
        const edits = fix === undefined || fix.length === 0 ? undefined : fix;
        const { file } = view.source;
        found.get(view)!.push({ check: id, severity: check.severity, file, line, column, message, fix: edits });
      };
    if ('all' in check) check.all(views, reportOf);
    else
      for (const view of views) {
        const report = reportOf(view);
        if ('file' in check) check.file(view, report, options);
        else for (const document of view.documents) check.document(document, report, options);
      }
  }
  return views.flatMap((view) => found.get(view)!.sort((a, b) => a.line - b.line || a.column - b.column));
}

export const lintText = (text: string, options: LintOptions & { readonly file?: string } = {}): Finding[] =>
  lint([{ text, ...(options.file === undefined ? {} : { path: options.file }) }], options);

const MOST_ROUNDS = 20;

/** The text with every fix, again and again until none is left. */
export function fixText(text: string, options: LintOptions & { readonly file?: string } = {}): string {
  let made = text;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = applyFixes(made, lintText(made, options));
    if (next === made) return made;
    made = next;
  }
  return made;
}
