/** Events as Event Viewer saves a log as CSV on Korean and English Windows: newest first, local time of Korea, five names over six columns. */
import { type LayoutLine, messageLayout } from '@haetae/event';
import type { LogEvent } from '../telemetry/shape.ts';
import { textOf } from '../telemetry/shape.ts';

export type CsvLanguage = 'ko' | 'en';

const HEAD: Readonly<Record<CsvLanguage, string>> = {
  ko: '\ufeff수준,날짜 및 시간,원본,이벤트 ID,작업 범주\n',
  en: '\ufeffLevel,Date and Time,Source,Event ID,Task Category\n',
};
const SECURITY_HEAD: Readonly<Record<CsvLanguage, string>> = {
  ko: '\ufeff키워드,날짜 및 시간,원본,이벤트 ID,작업 범주\n',
  en: '\ufeffKeywords,Date and Time,Source,Event ID,Task Category\n',
};
const LEVELS: Readonly<Record<CsvLanguage, Readonly<Record<number, string>>>> = {
  ko: { 0: '정보', 1: '위험', 2: '오류', 3: '경고', 4: '정보', 5: '자세한 정보' },
  en: { 0: 'Information', 1: 'Critical', 2: 'Error', 3: 'Warning', 4: 'Information', 5: 'Verbose' },
};
const AUDITS: Readonly<Record<CsvLanguage, readonly [success: string, failure: string]>> = {
  ko: ['감사 성공', '감사 실패'],
  en: ['Audit Success', 'Audit Failure'],
};
const FAILURE = 0x10000000000000n;
const KST_MS = 9 * 3_600_000;

const cell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** A log of one host and channel: events in order of time go in. */
export function eventViewerCsv(events: readonly LogEvent[], language: CsvLanguage): string {
  const security = events[0]?.shape.channel === 'Security';
  const rows = [...events].reverse().map((event) => {
    const { shape } = event;
    const kind = security
      ? AUDITS[language][(shape.keywords & FAILURE) === 0n ? 0 : 1]
      : LEVELS[language][shape.level]!;
    const category =
      shape.category === ''
        ? shape.task === 0
          ? language === 'ko'
            ? '없음'
            : 'None'
          : `(${shape.task})`
        : shape.category;
    return [
      kind,
      localTime(event.ms, language),
      shape.provider.name,
      `${shape.eventId}`,
      category,
      messageOf(event, language),
    ]
      .map(cell)
      .join(',');
  });
  return `${(security ? SECURITY_HEAD : HEAD)[language]}${rows.join('\n')}\n`;
}

function localTime(ms: number, language: CsvLanguage): string {
  const local = new Date(ms + KST_MS);
  const hour = local.getUTCHours();
  const two = (n: number): string => String(n).padStart(2, '0');
  const rest = `${hour % 12 || 12}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())}`;
  if (language === 'ko') return `${local.toISOString().slice(0, 10)} ${hour < 12 ? '오전' : '오후'} ${rest}`;
  return `${local.getUTCMonth() + 1}/${local.getUTCDate()}/${local.getUTCFullYear()} ${rest} ${hour < 12 ? 'AM' : 'PM'}`;
}

/** The text below the list: by the provider's layout; where there is none, every field by its own name. */
function messageOf({ shape, values }: LogEvent, language: CsvLanguage): string {
  const text = (field: string): string => {
    const at = shape.names.indexOf(field);
    return at < 0 ? '' : textOf(values[at]!, shape.types[at]!);
  };
  const layout = messageLayout(shape.channel, shape.eventId, shape.provider.name);
  const first = shape.title[language].replace(/[.:]$/, '');
  if (layout === undefined)
    return [`${first}:`, ...shape.names.map((name, i) => `${name}: ${textOf(values[i]!, shape.types[i]!)}`)].join('\n');
  const isSysmon = shape.provider.name === 'Microsoft-Windows-Sysmon';
  const sentence = layout.sentence[language][0]?.replace(/\{([^}]+)\}/g, (_, field: string) => text(field));
  const lines: string[] = [sentence ?? (isSysmon ? `${first}:` : `${first}.`)];
  if (layout.body !== undefined) lines.push(text(layout.body), '');
  const shown = new Set<string>();
  const line = ({ label, field }: LayoutLine, indent: string): void => {
    if (shown.has(field) || !shape.names.includes(field)) return;
    shown.add(field);
    lines.push(isSysmon ? `${field}: ${text(field)}` : `${indent}${label[language][0]!}:\t\t${text(field)}`);
  };
  for (const item of layout.items) {
    if (item.kind === 'line') line(item, '');
    else {
      lines.push('', `${item.label[language][0]!}:`);
      for (const one of item.lines) line(one, '\t');
    }
  }
  return lines.join('\n');
}
