import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Clock, readClocks } from './case/clocks.ts';
import { type Advice, readAdvice } from './recommendations.ts';
import type { PdfContent } from './typst/pdf.ts';

/** What comes with the product besides code: fonts, the form of the PDF, recommendations, duties to report. */
const FOLDER = fileURLToPath(new URL('../../content/report/', import.meta.url));
const FONTS = ['Pretendard-Regular.otf', 'Pretendard-Bold.otf', 'NotoSansKR-Hanja.ttf', 'JetBrainsMono-Regular.ttf'];

const textOf = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

export const productAdvice = (): Advice => readAdvice(textOf('recommendations.json'), 'recommendations.json');
export const productClocks = (): readonly Clock[] => readClocks(textOf('clocks.json'), 'clocks.json');
export const pdfContent = (): PdfContent => ({
  template: textOf('report.typ'),
  fonts: FONTS.map((name) => readFileSync(join(FOLDER, 'fonts', name))),
  workspace: FOLDER,
});
