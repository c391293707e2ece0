import { type DecodedText, fromBase64, textOf } from './bytes.ts';
import { type Layer, type LayerKind, PEEL_LIMITS, type PeelLimits } from './layer.ts';
import { inflate } from './node.ts';
import { SPELLINGS } from './spelling.ts';
import { isSuspect } from './suspect.ts';

/** A switch that may be PowerShell's -EncodedCommand, and its value: hyphens of every kind or a slash, a blank or a colon, quotes. */
const SWITCH =
  /(?<![\w./\\-])[-\u2013\u2014\u2015/](e[a-z]{0,15})(?:\s{1,64}|:\s{0,64})\\?["']?([A-Za-z0-9+/]{4,}={0,2})/gi;
/** .NET ignores blanks in base64, and scripts break long ones over lines. */
const CALL = /FromBase64String\s{0,16}\(\s{0,16}["']([A-Za-z0-9+/=\s]{4,})["']/gi;
/** Letters long enough that chance hardly gives a readable text. */
const BARE = /[A-Za-z0-9+/]{32,}={0,2}/g;

/** Characters of decoded text that a switch or a call vouches for; a bare run needs more. */
const MIN_VOUCHED = 3;
const MIN_BARE = 12;

/** Whether peeling may find anything: asked first, so that the many plain texts pay for no more. */
export function mayHide(text: string): boolean {
  return text.length >= 8 && isSuspect(text);
}

/** Any beginning of -EncodedCommand or of -EncodedArguments, and the short `ec`, as PowerShell resolves them. */
function isEncodedSwitch(word: string): boolean {
  const name = word.toLowerCase();
  return name === 'ec' || 'encodedcommand'.startsWith(name) || 'encodedarguments'.startsWith(name);
}

/**
 * Takes the layers off a command line or script: spellings a shell ignores, base64, gzip and deflate, nested. [] when
 * there is nothing to take off, or nothing that reads like text. Bounded by `limits`; never throws.
 */
export function peel(text: string, limits: PeelLimits = PEEL_LIMITS): readonly Layer[] {
  const layers: Layer[] = [];
  const depths: number[] = [];
  const seen = new Set<string>();
  let total = 0;

  const add = (kind: LayerKind, parent: number, start: number, end: number, found: string): number => {
    const depth = parent < 0 ? 1 : depths[parent]! + 1;
    const kept = found.length > limits.maxText ? found.slice(0, limits.maxText) : found;
    if (layers.length >= limits.maxLayers || depth > limits.maxDepth || total + kept.length > limits.maxTotal)
      return -1;
    if (seen.has(kept)) return -1;
    total += kept.length;
    seen.add(kept);
    depths.push(depth);
    return layers.push({ kind, parent, from: { start, end }, text: kept }) - 1;
  };

  const peelOne = (given: string, parent: number): void => {
    let current = given;
    let index = parent;
    for (const spelling of SPELLINGS) {
      const plain = spelling.apply(current);
      if (plain === undefined || plain === current) continue;
      const next = add(spelling.kind, index, 0, current.length, plain);
      if (next < 0) continue;
      index = next;
      current = layers[next]!.text;
    }
    for (const { start, end, decoded } of encodedIn(current, limits))
      add(decoded.kind, index, start, end, decoded.text);
  };

  const first = text.length > limits.maxInput ? text.slice(0, limits.maxInput) : text;
  seen.add(first);
  if (!mayHide(first)) return layers;
  peelOne(first, -1);
  // Decoded texts may hide more; they are appended to the list being walked. A spelling's text was searched as it arose.
  for (let at = 0; at < layers.length; at++) {
    const { kind, text: found } = layers[at]!;
    if (!SPELLINGS.some((spelling) => spelling.kind === kind) && mayHide(found)) peelOne(found, at);
  }
  return layers;
}

interface Encoded {
  readonly start: number;
  readonly end: number;
  readonly decoded: DecodedText;
}

function encodedIn(text: string, limits: PeelLimits): readonly Encoded[] {
  const all: Encoded[] = [];
  const take = (letters: string, end: number, minLength: number): void => {
    const start = end - letters.length;
    if (all.some((other) => start < other.end && end > other.start)) return;
    const decoded = decode(letters, text, minLength, limits.maxText);
    if (decoded !== undefined) all.push({ start, end, decoded });
  };
  const most = limits.maxLayers * 4;
  let tries = 0;
  for (const match of text.matchAll(SWITCH)) {
    if (!isEncodedSwitch(match[1]!)) continue;
    if (++tries > most) break;
    take(match[2]!, match.index + match[0].length, MIN_VOUCHED);
  }
  tries = 0;
  for (const match of text.matchAll(CALL)) {
    if (++tries > most) break;
    take(match[1]!, match.index + match[0].length - 1, MIN_VOUCHED);
  }
  tries = 0;
  for (const match of text.matchAll(BARE)) {
    if (++tries > most) break;
    take(match[0], match.index + match[0].length, MIN_BARE);
  }
  return all;
}

function decode(letters: string, around: string, minLength: number, maxText: number): DecodedText | undefined {
  // A hash or a GUID without hyphens is no text.
  if (letters.length <= 128 && /^(?:[0-9a-f]+|[0-9A-F]+)$/.test(letters)) return undefined;
  const bytes = fromBase64(letters);
  if (bytes === undefined) return undefined;
  const packed = unpack(bytes, around, maxText);
  if (packed === undefined) return textOf(bytes, minLength);
  const text = textOf(packed.bytes, minLength)?.text;
  return text === undefined ? undefined : { kind: packed.kind, text };
}

interface Unpacked {
  readonly kind: 'gzip' | 'deflate';
  readonly bytes: Uint8Array;
}

/** `around` is the text the letters stand in: a bare deflate stream has no mark but what is said about it there. */
function unpack(bytes: Uint8Array, around: string, maxOutput: number): Unpacked | undefined {
  if (bytes.length < 12) return undefined;
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return unpackAs('gzip', 'gzip', bytes, maxOutput);
  // RFC 1950: the two first bytes of a zlib stream, read as one number, are a multiple of 31.
  const zlib = bytes[0] === 0x78 && ((bytes[0] << 8) | bytes[1]!) % 31 === 0;
  const found = zlib ? unpackAs('deflate', 'zlib', bytes, maxOutput) : undefined;
  return found ?? (/deflate/i.test(around) ? unpackAs('deflate', 'deflate', bytes, maxOutput) : undefined);
}

function unpackAs(
  kind: 'gzip' | 'deflate',
  format: 'gzip' | 'zlib' | 'deflate',
  bytes: Uint8Array,
  maxOutput: number,
): Unpacked | undefined {
  const plain = inflate(bytes, format, maxOutput);
  return plain === undefined || plain.length === 0 ? undefined : { kind, bytes: plain };
}
