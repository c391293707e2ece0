import { isUtf8 } from 'node:buffer';
import { cp949Decoder } from '../encoding/cp949.ts';
import { judgeBytes } from '../encoding/detect.ts';

/** The name of an archive member as it is shown, and whether it had to be cleaned for that. */
export interface MemberName {
  readonly name: string;
  readonly unsafe: boolean;
}

/**
 * A name that cannot lead out of the archive: `..`, `.`, empty parts, drive letters, leading separators and control
 * characters are taken away. Nothing is ever written under a member's name; but names are shown, sorted and copied.
 */
export function cleanName(raw: string): MemberName {
  const slashed = raw.replaceAll('\\', '/');
  const bare = slashed.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '_');
  const relative = bare.replace(/^(?:\/*[A-Za-z]:)?\/+|^[A-Za-z]:/, '');
  const parts = relative.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
  const unsafe = bare !== slashed || relative !== bare || relative.split('/').includes('..') || parts.length === 0;
  return { name: parts.length === 0 ? 'unnamed' : parts.join('/'), unsafe };
}

/** A name as bytes: UTF-8 where it is valid, else CP949 where that is plausible (Korean Windows), else `otherwise`. */
export function decodeName(bytes: Uint8Array, otherwise: string): string {
  if (isUtf8(bytes)) return Buffer.from(bytes).toString('utf8');
  if (judgeBytes(bytes).encoding !== 'cp949') return otherwise;
  const decoder = cp949Decoder();
  return decoder.write(Buffer.from(bytes)) + decoder.end();
}

/** What macOS adds to every archive it packs: no logs, though they bear the names of logs. */
export function isMacJunk(name: string): boolean {
  return /(?:^|\/)(?:__MACOSX\/|\._[^/]*$|\.DS_Store$)/.test(name);
}
