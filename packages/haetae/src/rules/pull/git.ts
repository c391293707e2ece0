import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PullError } from './error.ts';
import { createBasket, type Fetched, PULL_LIMITS } from './fetched.ts';
import { publicUrl } from './url.ts';

/**
 * Fetches one commit of a repository with the system's git into a temporary bare repository, and reads the files out of it:
 * nothing is checked out, so neither hooks nor filters nor links of the repository have an effect here.
 */
export async function fromGit(
  url: string,
  ref: string | undefined,
  folders: readonly string[],
  signal: AbortSignal,
): Promise<Fetched> {
  const shown = publicUrl(url);
  if (ref !== undefined && !/^[\w@][\w./@+-]*$/.test(ref))
    throw new PullError((e) => e.git(shown, `${ref}: no name of a commit, tag or branch`));
  const folder = await mkdtemp(join(tmpdir(), 'haetae-pull-'));
  const git = (args: readonly string[], input = ''): Promise<Buffer> => run(args, folder, shown, signal, input);
  try {
    await git(['init', '--quiet', '--bare']);
    await git(['fetch', '--quiet', '--depth', '1', '--no-tags', '--no-recurse-submodules', '--', url, ref ?? 'HEAD']);
    const commit = (await git(['rev-parse', '--verify', 'FETCH_HEAD^{commit}'])).toString('utf8').trim();
    const basket = createBasket(folders);
    const wanted: { path: string; oid: string }[] = [];
    for (const row of (await git(['ls-tree', '-r', '-l', '-z', commit])).toString('utf8').split('\0')) {
      const found = /^(\d+) (\w+) (\w+) +(\d+|-)\t(.*)$/s.exec(row);
      if (found === null) continue;
      const [, mode, type, oid, size, path] = found as unknown as [string, string, string, string, string, string];
      if (type !== 'blob') continue;
      const kind = mode === '120000' ? 'link' : 'file';
      if (basket.wants({ path, size: Number(size), kind })) wanted.push({ path, oid });
    }
    const blobs = await git(['cat-file', '--batch'], wanted.map(({ oid }) => `${oid}\n`).join(''));
    let at = 0;
    for (const { path } of wanted) {
      const end = blobs.indexOf(10, at);
      const size = Number(blobs.toString('latin1', at, end).split(' ')[2]);
      basket.put(path, blobs.subarray(end + 1, end + 1 + size));
      at = end + 1 + size + 1;
    }
    const origin = { kind: 'git', url: shown, commit, ...(ref === undefined ? {} : { ref }) } as const;
    return { origin, files: basket.files, leftOut: basket.leftOut };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const MOST_OUTPUT = PULL_LIMITS.total + PULL_LIMITS.files * 300;

function run(
  args: readonly string[],
  folder: string,
  shown: string,
  signal: AbortSignal,
  input: string,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, {
      cwd: folder,
      signal,
      windowsHide: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      // Never a question, and only the ways of fetching that fetch: `ext::` would run what the URL says.
      env: {
        ...process.env,
        GIT_DIR: folder,
        GIT_TERMINAL_PROMPT: '0',
        GIT_ALLOW_PROTOCOL: 'https:http:ssh:git:file',
        LC_ALL: 'C',
      },
    });
    const out: Buffer[] = [];
    let size = 0;
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out.push(chunk);
      size += chunk.length;
      if (size > MOST_OUTPUT) child.kill();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-2000);
    });
    child.stdin.on('error', () => undefined); // git that ends early tells why by its status
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new PullError((e) => e.noGit, error) : error),
    );
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out));
      else {
        const why = said.trim().split('\n').slice(-3).join(' ') || `status ${code}`;
        reject(new PullError((e) => e.git(shown, why.replaceAll(/\/\/[^/@\s]+@/g, '//'))));
      }
    });
    child.stdin.end(input);
  });
}
