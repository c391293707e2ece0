/**
 * A cell that no spreadsheet takes for a formula (a leading = + - @, tab or CR is kept behind an apostrophe) and that
 * RFC 4180 readers read back.
 */
export function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function row(cells: readonly string[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

/** Without it a Korean Excel reads UTF-8 as CP949. */
export const BOM = '\ufeff';
