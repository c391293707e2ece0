import { keywordsOf, levelOf, wordKey } from '../../text/words.ts';

/** What a column of Event Viewer holds. */
export type Column =
  | 'level'
  | 'keywords'
  | 'time'
  | 'source'
  | 'eventId'
  | 'task'
  | 'user'
  | 'opcode'
  | 'log'
  | 'computer'
  | 'processId'
  | 'threadId'
  | 'correlationId'
  | 'message';

/**
 * Names of columns in English, Korean and Japanese Windows, lower case. The five or six shown by default were seen in
 * exports; the others (View → Add/Remove Columns) are Microsoft's translations and could not be checked on such a Windows.
 */
const NAMES: Readonly<Record<string, Column>> = {
  level: 'level',
  수준: 'level',
  レベル: 'level',
  keywords: 'keywords',
  키워드: 'keywords',
  キーワード: 'keywords',
  'date and time': 'time',
  '날짜 및 시간': 'time',
  日付と時刻: 'time',
  source: 'source',
  원본: 'source',
  ソース: 'source',
  'event id': 'eventId',
  '이벤트 id': 'eventId',
  'イベント id': 'eventId',
  イベントid: 'eventId',
  'task category': 'task',
  '작업 범주': 'task',
  タスクのカテゴリ: 'task',
  user: 'user',
  사용자: 'user',
  ユーザー: 'user',
  'operational code': 'opcode',
  opcode: 'opcode',
  '작업 코드': 'opcode',
  オペコード: 'opcode',
  log: 'log',
  로그: 'log',
  ログ: 'log',
  computer: 'computer',
  컴퓨터: 'computer',
  コンピューター: 'computer',
  'process id': 'processId',
  '프로세스 id': 'processId',
  'プロセス id': 'processId',
  'thread id': 'threadId',
  '스레드 id': 'threadId',
  'スレッド id': 'threadId',
  'correlation id': 'correlationId',
  '상관 관계 id': 'correlationId',
  '相関 id': 'correlationId',
  message: 'message',
  description: 'message',
  메시지: 'message',
  설명: 'message',
  メッセージ: 'message',
  説明: 'message',
};

export function columnOf(name: string): Column | undefined {
  const key = wordKey(name);
  return Object.hasOwn(NAMES, key) ? NAMES[key] : undefined;
}

/** Where each column stands. */
export interface Columns {
  readonly at: Readonly<Partial<Record<Column, number>>>;
  /** Columns up to here have names; the message is the one behind them, unless a name says otherwise. */
  readonly named: number;
  /** The file begins with the names. */
  readonly header: boolean;
}

/** The order of Event Viewer, for files that lost their header. */
const DEFAULT: readonly Column[] = ['level', 'time', 'source', 'eventId', 'task'];

/** Columns by the first row of a file; undefined when it is no export of Event Viewer. */
export function columnsOf(first: readonly string[]): Columns | undefined {
  const at: Partial<Record<Column, number>> = {};
  let named = first.length;
  while (named > 0 && first[named - 1]!.trim() === '') named--;
  first.forEach((name, index) => {
    const column = columnOf(name);
    if (column !== undefined) at[column] ??= index;
  });
  if (at.time !== undefined && at.eventId !== undefined && at.source !== undefined) return { at, named, header: true };
  return looksLikeDefaultRow(first) ? { at: defaultColumns(first[0]!), named: 5, header: false } : undefined;
}

function defaultColumns(first: string): Partial<Record<Column, number>> {
  const at: Partial<Record<Column, number>> = {};
  DEFAULT.forEach((column, index) => {
    at[column] = index;
  });
  if (levelOf(first) !== undefined) return at;
  const { level: _, ...rest } = at;
  return { keywords: 0, ...rest };
}

const DATE_LIKE = /^\s*(?:\d{1,4}\s?[-/.년年]\s?\d{1,2}\s?[-/.월月]|#{3,})/;

function looksLikeDefaultRow(cells: readonly string[]): boolean {
  const [first, date, , id] = cells;
  if (first === undefined || date === undefined || id === undefined) return false;
  return (levelOf(first) ?? keywordsOf(first)) !== undefined && DATE_LIKE.test(date) && /^\s*\d{1,5}\s*$/.test(id);
}

/** Recognises the start of a row among the lines of a text with broken quotes; undefined where columns give it no shape. */
export function rowShape(columns: Columns, delimiter: string): ((text: string, at: number) => boolean) | undefined {
  const { time, eventId, message } = columns.at;
  const stop = delimiter === '\t' ? '\\t' : delimiter;
  // A message runs over lines: the shape ends before it.
  const end = Math.min(message ?? Number.POSITIVE_INFINITY, Math.max(time!, eventId!) + 1);
  if (time! >= end && eventId! >= end) return undefined;
  let pattern = '';
  for (let index = 0; index < end; index++) {
    if (index > 0) pattern += stop;
    if (index === time) pattern += `"?\\s*(?:\\d{1,4}\\s?[-/.년年]\\s?\\d{1,2}\\s?[-/.월月]|#{3})[^${stop}"\\r\\n]*"?`;
    else if (index === eventId) pattern += '"?\\s*\\d{1,5}\\s*"?';
    else pattern += `(?:"[^"\\r\\n]{0,200}"|[^${stop}"\\r\\n]{0,200})`;
  }
  const row = new RegExp(`${pattern}(?=[${stop}\\r\\n]|$)`, 'y');
  return (text, at) => {
    row.lastIndex = at;
    return row.test(text);
  };
}
