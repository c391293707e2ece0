import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Token } from '../../store/index.ts';

/** A secret shows what it is for by its beginning, so that scanners and people recognise a leaked one. */
const PREFIXES: Readonly<Record<Token['kind'], string>> = {
  ingest: 'hti_',
  agent: 'htg_',
  enrol: 'hte_',
  api: 'hta_',
  setup: 'hts_',
};

/** 256 random bits behind the kind's beginning. Shown once, never stored. */
export const newSecret = (kind: Token['kind']): string => PREFIXES[kind] + randomBytes(32).toString('base64url');

export const SECRET = /^ht[igeas]_[A-Za-z0-9_-]{43}$/;

/** Enough for 256 random bits: nobody guesses what a slow hash would protect. */
export const secretHash = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** The beginning, by which a person tells one token from another. */
export const hintOf = (secret: string): string => secret.slice(0, 8);

export function sameText(a: string, b: string): boolean {
  const x = createHash('sha256').update(a).digest();
  return timingSafeEqual(x, createHash('sha256').update(b).digest());
}

/**
 * The secrets that an Authorization header may hold, in every form shippers put one: `Bearer S`, `Splunk S`, `ApiKey` and
 * `Basic` (base64 of `id:S`, of `user:S`, or of S alone), schemes in any case. [] without any.
 */
export function secretsIn(header: string | undefined): readonly string[] {
  if (header === undefined) return [];
  const match = /^\s*([A-Za-z]+)\s+(\S+)\s*$/.exec(header);
  if (match === null) return SECRET.test(header.trim()) ? [header.trim()] : [];
  const [, scheme, value] = match;
  switch (scheme!.toLowerCase()) {
    case 'bearer':
    case 'splunk':
      return [value!];
    case 'basic':
    case 'apikey': {
      const text = Buffer.from(value!, 'base64').toString('utf8');
      const colon = text.indexOf(':');
      return [text.slice(colon + 1), text.slice(0, Math.max(0, colon)), value!].filter((one) => SECRET.test(one));
    }
    default:
      return [];
  }
}
