/** A source in the words of a user, told apart by its form; `local` is looked up on disk. */
export type Place = 'git' | 'zip-url' | 'local';

export function placeOf(from: string): Place {
  if (/^(?:ssh|git|git\+ssh|file):\/\//i.test(from)) return 'git';
  if (/^https?:\/\//i.test(from)) {
    const path = URL.canParse(from) ? new URL(from).pathname : from;
    // GitHub's and GitLab's downloads: …/archive/x.zip, codeload.github.com/…/zip/refs/heads/main
    return /\.zip$/i.test(path) || path.includes('/zip/') ? 'zip-url' : 'git';
  }
  // user@host:path, but not C:\path
  return /^[\w.-]+@[\w.-]+:/.test(from) ? 'git' : 'local';
}

/** Without user and password: what is shown and recorded. */
export function publicUrl(url: string): string {
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  if (parsed.username === '' && parsed.password === '') return url;
  if (parsed.protocol !== 'ssh:') parsed.username = '';
  parsed.password = '';
  return parsed.href;
}

/** Fetched so that anyone on the way could have changed it. */
export const isUnencrypted = (url: string): boolean => /^(?:http|git):\/\//i.test(url);

/** A folder name for a source: `SigmaHQ-sigma`, `team-rules`. */
export function packName(from: string): string {
  const path =
    URL.canParse(from) && !/^[a-z]:/i.test(from) ? new URL(from).pathname : from.replace(/^[^@\s]+@[^:]+:/, '');
  const parts = path
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..');
  const wanted = placeOf(from) === 'local' ? parts.slice(-1) : parts.slice(0, 2);
  const name = wanted
    .join('-')
    .replace(/\.(?:git|zip)$/i, '')
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')
    .replaceAll(/^[.-]+|[.-]+$/g, '');
  return name === '' ? 'rules' : name.slice(0, 80);
}
