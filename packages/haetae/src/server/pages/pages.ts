import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import type { Hono } from 'hono';
import type { Ctx, Env } from '../context.ts';

/** A built file as it is sent; `br` and `gzip` where a smaller form lies beside it. */
interface PageFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly br: Buffer | undefined;
  readonly gzip: Buffer | undefined;
  readonly etag: string;
}

/** The built dashboard, by path below its folder: `index.html`, `assets/….js`. */
export type Pages = ReadonlyMap<string, PageFile>;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.json': 'application/json',
};

/**
 * What the pages may do: run and show what this server sends, and ask it alone. No inline script or style; HTML is made only
 * by the framework's own templates (Trusted Types), so that no text of a log can become markup.
 */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html',
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const YEAR = 'public, max-age=31536000, immutable';

/** Reads the built pages once: they are small, and do not change while a server runs. Empty when there are none. */
export async function loadPages(folder: string): Promise<Pages> {
  const names = await readdir(folder, { recursive: true, encoding: 'utf8' }).catch(() => []);
  const files = new Map<string, Buffer>();
  for (const name of names) {
    const bytes = await readFile(join(folder, name)).catch(() => undefined);
    if (bytes !== undefined) files.set(name.split(sep).join('/'), bytes);
  }
  const pages = new Map<string, PageFile>();
  for (const [name, plain] of files) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
    pages.set(name, { type, plain, br: files.get(`${name}.br`), gzip: files.get(`${name}.gz`), etag });
  }
  return pages;
}

/**
 * Serves the pages. Every view is behind a `#`, so that few paths are ours and none depends on where a proxy puts us: `/`, the
 * link of the first start, and the built files, whose names hold their hash.
 */
export function mountPages(app: Hono<Env>, pages: Pages): void {
  const index = pages.get('index.html');
  if (index === undefined) return;
  for (const path of ['/', '/setup'])
    app.get(path, async (c, next) => {
      // Shippers ask `/` too, with a token and without a taste for HTML.
      if (path === '/' && (c.req.header('authorization') !== undefined || !wantsHtml(c))) return next();
      return send(c, index, 'no-cache');
    });
  for (const [name, file] of pages)
    if (name !== 'index.html')
      app.get(`/${name}`, (c) => send(c, file, name.startsWith('assets/') ? YEAR : 'no-cache'));
}

const wantsHtml = (c: Ctx): boolean => (c.req.header('accept') ?? '').includes('text/html');

function send(c: Ctx, file: PageFile, keep: string): Response {
  const headers: Record<string, string> = {
    'content-type': file.type,
    'cache-control': keep,
    etag: file.etag,
    vary: 'accept-encoding',
    'content-security-policy': PAGE_POLICY,
  };
  if (c.req.header('if-none-match') === file.etag) return new Response(null, { status: 304, headers });
  const accepted = c.req.header('accept-encoding') ?? '';
  const [encoding, bytes] =
    file.br !== undefined && /\bbr\b/.test(accepted)
      ? (['br', file.br] as const)
      : file.gzip !== undefined && /\bgzip\b/.test(accepted)
        ? (['gzip', file.gzip] as const)
        : ([undefined, file.plain] as const);
  if (encoding !== undefined) headers['content-encoding'] = encoding;
  return new Response(new Uint8Array(bytes), { status: 200, headers });
}
