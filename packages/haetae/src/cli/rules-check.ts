import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CHECKS, fixText, type LintFinding, type LintOptions, lint } from '@haetae/sigma';
import { printable, type Words } from '../locale/index.ts';
import { rulesAt, ruleTools } from '../rules/index.ts';
import { columns } from './columns.ts';
import type { Console, Out } from './console.ts';
import type { Context, RulesCheckFlags } from './flags.ts';
import { count } from './numbers.ts';
import { json, toOutput } from './rules-run.ts';
import { EXIT, UsageError } from './usage.ts';

const { lintAdvice, lintSaid } = await ruleTools();

const SEVERITIES = ['error', 'warning', 'info'] as const;

interface RuleFile {
  readonly path: string;
  readonly text: string;
}

export async function checkCommand(this: Context, flags: RulesCheckFlags, ...paths: string[]): Promise<void> {
  const { console } = this;
  const { words } = console;
  const { check: w } = words.ruleTools;
  if (paths.length === 0) throw new UsageError(w.needsPaths);
  const options: LintOptions = { ...lintAdvice(w), skip: skipped(flags.skip, words) };
  await toOutput(console, flags, (out) => {
    let files = paths.flatMap((path) => filesAt(path, words));
    if (flags.fix) files = fixFiles(files, options, console);
    const shown = SEVERITIES.slice(0, SEVERITIES.indexOf(flags.minSeverity) + 1);
    const findings = lint(files, options).filter(({ severity }) => shown.includes(severity));
    switch (flags.format) {
      case 'table':
        out.write(findingsText(findings, files.length, words, out));
        break;
      case 'json':
        out.write(json(findings.map(({ fix, ...finding }) => ({ ...finding, fixable: fix !== undefined }))));
        break;
      case 'sarif':
        out.write(json(sarif(findings, files, console.version)));
        break;
      default:
        flags.format satisfies never;
    }
    const failing = SEVERITIES.slice(0, SEVERITIES.indexOf(flags.failOn) + 1);
    return findings.some(({ severity }) => failing.includes(severity)) ? EXIT.findings : EXIT.done;
  });
}

function filesAt(path: string, { ruleTools }: Words): readonly RuleFile[] {
  const pack = rulesAt(path);
  if (pack === undefined) throw new UsageError(ruleTools.test.path(printable(path)));
  if (pack.files.length === 0) throw new UsageError(ruleTools.check.noFiles(printable(path)));
  return pack.files;
}

function skipped(text: string | undefined, { ruleTools }: Words): string[] {
  const names = (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const strange = names.find((name) => !Object.hasOwn(CHECKS, name));
  if (strange === undefined) return names;
  const near = Object.keys(CHECKS).find((id) => id.startsWith(strange) || strange.startsWith(id));
  throw new UsageError(ruleTools.check.unknownCheck(strange, near ?? ''));
}

/** Mends what can be mended safely, tells what on stderr, and gives the files as they are now. */
function fixFiles(files: readonly RuleFile[], options: LintOptions, { words, stderr }: Console): RuleFile[] {
  const { check: w } = words.ruleTools;
  let [mended, touched] = [0, 0];
  const done = files.map((file) => {
    const { path, text } = file;
    const fixed = fixText(text, { ...options, file: path });
    if (fixed === text) return file;
    const refused = replaceFile(path, text, fixed, w.notUtf8);
    if (refused !== undefined) {
      stderr.write(`  ${w.notFixed(printable(path), refused)}\n`);
      return file;
    }
    const before = byCheck(lint([file], options));
    const after = byCheck(lint([{ path, text: fixed }], options));
    const gone = [...before].flatMap(([check, n]) => {
      const less = n - (after.get(check) ?? 0);
      return less > 0 ? [{ check, less }] : [];
    });
    mended += gone.reduce((sum, { less }) => sum + less, 0);
    touched++;
    const told = gone.map(({ check, less }) => (less === 1 ? check : `${check} ×${less}`));
    stderr.write(`  ${w.fixed(printable(path), told.join(', '))}\n`);
    return { path, text: fixed };
  });
  stderr.write(`  ${w.fixedSum(count(mended), count(touched))}\n`);
  return done;
}

/** Puts the mended text in the file's place, whole; a reason where it could not be. */
function replaceFile(path: string, before: string, after: string, notUtf8: string): string | undefined {
  const temporary = `${path}.haetae-fix`;
  try {
    // A byte that is no UTF-8 would come back as another.
    if (!readFileSync(path).equals(Buffer.from(before))) return notUtf8;
    writeFileSync(temporary, after, { flag: 'wx', mode: statSync(path).mode });
    renameSync(temporary, path);
    return undefined;
  } catch (error) {
    rmSync(temporary, { force: true });
    return (error as Error).message;
  }
}

function byCheck(findings: readonly LintFinding[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { check } of findings) counts.set(check, (counts.get(check) ?? 0) + 1);
  return counts;
}

/** Lines of findings on a terminal; a file gets them all. */
const MOST = 200;

function findingsText(findings: readonly LintFinding[], files: number, words: Words, { color, isTTY }: Out): string {
  const { check: w } = words.ruleTools;
  if (findings.length === 0) return `${color.green(w.clean(count(files)))}\n`;
  const paint = { error: color.red, warning: color.yellow, info: color.dim };
  const lines: string[] = [];
  const ordered = isTTY
    ? [...findings].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity))
    : findings;
  for (const { file, line, column, severity, message, check } of ordered.slice(0, isTTY ? MOST : ordered.length)) {
    const place = `${printable(file ?? '')}:${line}:${column}:`;
    lines.push(
      `${place} ${paint[severity](`${w.severities[severity]}:`)} ${printable(lintSaid(check, message, words))} ${color.dim(`[${check}]`)}`,
    );
  }
  if (isTTY && findings.length > MOST) lines.push(color.dim(w.moreFindings(count(findings.length - MOST))));
  const counts = [...byCheck(findings)].sort((a, b) => b[1] - a[1]);
  const of = (severity: LintFinding['severity']): string =>
    count(findings.filter((finding) => finding.severity === severity).length);
  lines.push(
    '',
    color.bold(w.byCheck),
    ...columns(
      counts.map(([check, n]) => [
        count(n),
        w.severities[CHECKS[check]!.severity],
        check,
        w.what(check, CHECKS[check]!.what),
      ]),
      [0],
    ),
    '',
    color.bold(w.sum(count(files), of('error'), of('warning'), of('info'))),
  );
  const fixable = findings.filter(({ fix }) => fix !== undefined).length;
  if (fixable > 0) lines.push(`  ${w.fixable(count(fixable))}`);
  return `${lines.join('\n')}\n`;
}

const SARIF_LEVELS = { error: 'error', warning: 'warning', info: 'note' } as const;

/** https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
function sarif(findings: readonly LintFinding[], files: readonly RuleFile[], version: string) {
  const used = [...new Set(findings.map(({ check }) => check))].sort();
  const uri = (path: string): string =>
    isAbsolute(path)
      ? pathToFileURL(path).href
      : path.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'haetae',
            version,
            rules: used.map((id) => ({
              id,
              shortDescription: { text: CHECKS[id]!.what },
              fullDescription: { text: CHECKS[id]!.why },
              defaultConfiguration: { level: SARIF_LEVELS[CHECKS[id]!.severity] },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        artifacts: files.map(({ path }) => ({ location: { uri: uri(path) } })),
        results: findings.map(({ check, severity, message, file = '', line, column, fix }) => ({
          ruleId: check,
          ruleIndex: used.indexOf(check),
          level: SARIF_LEVELS[severity],
          message: { text: message },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: uri(file) },
                region: { startLine: line, startColumn: column },
              },
            },
          ],
          ...(fix === undefined
            ? {}
            : {
                fixes: [
                  {
                    artifactChanges: [
                      {
                        artifactLocation: { uri: uri(file) },
                        replacements: fix.map(({ from, to, text }) => ({
                          deletedRegion: { charOffset: from, charLength: to - from },
                          insertedContent: { text },
                        })),
                      },
                    ],
                  },
                ],
              }),
        })),
      },
    ],
  };
}
