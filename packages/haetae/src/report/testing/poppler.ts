import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Poppler's programs, which read a PDF as others do. With CI=true a machine without them fails. */
export const HAS_POPPLER = spawnSync('pdftotext', ['-v']).error === undefined;
if (!HAS_POPPLER) {
  const why = 'pdftotext is missing (apt install poppler-utils): what a PDF holds was not read';
  if (process.env.CI === 'true') throw new Error(why);
  console.warn(why);
}

/** What a program of Poppler's says of a PDF. */
export function popplerOf(pdf: Uint8Array, program: string, ...args: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'haetae-pdf-'));
  try {
    const path = join(folder, 'report.pdf');
    writeFileSync(path, pdf);
    const { stdout, status, stderr } = spawnSync(program, [...args.slice(0, -1), path, ...args.slice(-1)], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    if (status !== 0) throw new Error(`${program}: ${stderr}`);
    return stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The text without blanks and ends of lines, which depend on where a line broke. */
export const pdfText = (pdf: Uint8Array): string => popplerOf(pdf, 'pdftotext', '-').replace(/\s+/g, '');
