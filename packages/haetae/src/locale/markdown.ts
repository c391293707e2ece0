/** Text that Markdown and HTML leave as it is. Bare addresses would become links in some renderers: their colon is an entity. */
export const plainMarkdown = (text: string): string =>
  text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_{}[\]()#+!|~$-]/g, '\\$&')
    .replace(/:\/\//g, '&#58;//')
    .replace(/\bwww\./gi, 'www&#46;')
    .replace(/@/g, '&#64;')
    .replace(/\n/g, ' ');

/** A code span around text that may hold backticks itself. */
export function codeSpan(text: string): string {
  const fence = '`'.repeat(longestRun(text, 0) + 1);
  return `${fence} ${text.replace(/\n/g, ' ')} ${fence}`;
}

/** A block of code around lines that may hold fences themselves. */
export function fenced(text: string): string {
  const fence = '`'.repeat(longestRun(text, 2) + 1);
  return `${fence}text\n${text}\n${fence}`;
}

const longestRun = (text: string, least: number): number =>
  Math.max(least, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
