/**
 * Templates of all files seen so far, by what they say and not by GUID or offset: a definition is looked at once per chunk and
 * compiled once per process. The largest single gain of the reader (2.6 times in a full dump).
 */
import * as buffer from '../chunk-buffer.ts';
import { MAX_DEFINITIONS } from '../limits.ts';
import { hashOf, lastForm, partsOf, sameForm, scanForm } from './form.ts';
import { forgetLayouts, layoutsAreFull } from './layout.ts';
import { forgetNameOffsets, forgetNames } from './names.ts';
import { type Context, compile, type Plan } from './plan.ts';

// the module's own: see chunk-buffer.ts
const { CHUNK_SIZE, VIEW } = buffer;

/** Integers of all forms kept, and templates: then everything is forgotten at the next chunk. */
const MOST_FORM = 1 << 20;
const MOST_TEMPLATES = 4096;
/** Templates of one hash: more are forged. */
const MOST_ALIKE = 32;
const CONTEXTS: readonly Context[] = ['event', 'section', 'deep'];

class Template {
  readonly form: Int32Array;
  /** By context; null where there is none. */
  readonly #plans: (Plan | null | undefined)[] = [undefined, undefined, undefined];

  constructor(form: Int32Array) {
    this.form = form;
  }

  plan(context: Context): Plan | null {
    const index = CONTEXTS.indexOf(context);
    let plan = this.#plans[index];
    if (plan === undefined) {
      const { parts, slotCount } = partsOf(this.form);
      plan = compile(parts, slotCount, context) ?? null;
      this.#plans[index] = plan;
    }
    return plan;
  }
}

const byHash = new Map<number, Template[]>();
let templates = 0;
let formSize = 0;
let isFull = false;

/** Chunk offset of a definition → its place in `inChunk` plus 1; -1 where it has no form. */
const definitionAt = new Int32Array(CHUNK_SIZE);
const inChunk: Template[] = [];
const touched: number[] = [];
let definitionsLeft = MAX_DEFINITIONS;

/** At the beginning of a chunk: what is known by offset is forgotten, and everything when the caches are full. */
export function enterChunk(): void {
  for (const at of touched) definitionAt[at] = 0;
  touched.length = 0;
  inChunk.length = 0;
  definitionsLeft = MAX_DEFINITIONS;
  forgetNameOffsets();
  if (isFull || layoutsAreFull()) {
    byHash.clear();
    templates = 0;
    formSize = 0;
    isFull = false;
    forgetNames();
    forgetLayouts();
  }
}

function templateOf(length: number): Template | undefined {
  const hash = hashOf(lastForm, length);
  let bucket = byHash.get(hash);
  if (bucket !== undefined) {
    for (const template of bucket) if (sameForm(template.form, length)) return template;
  }
  if (bucket !== undefined && bucket.length >= MOST_ALIKE) return undefined;
  if (templates >= MOST_TEMPLATES || formSize + length > MOST_FORM) {
    isFull = true;
    return undefined;
  }
  templates++;
  formSize += length;
  const template = new Template(lastForm.slice(0, length));
  if (bucket === undefined) {
    bucket = [];
    byHash.set(hash, bucket);
  }
  bucket.push(template);
  return template;
}

/** The plan of the template defined at a chunk offset. */
export function definedPlan(at: number, context: Context): Plan | null {
  if (at > CHUNK_SIZE - 24) return null;
  const known = definitionAt[at]!;
  if (known > 0) return inChunk[known - 1]!.plan(context);
  if (known < 0) return null;
  touched.push(at);
  const size = Math.min(VIEW.getUint32(at + 20, true), CHUNK_SIZE - 24 - at);
  definitionsLeft -= size;
  const length = definitionsLeft < 0 ? -1 : scanForm(at + 24, at + 24 + size, -1);
  const template = length < 0 ? undefined : templateOf(length);
  if (template === undefined) {
    definitionAt[at] = -1;
    return null;
  }
  inChunk.push(template);
  definitionAt[at] = inChunk.length;
  return template.plan(context);
}

/** The plan of content without a template, whose texts go to the slots from `base` on. */
export function scannedPlan(at: number, end: number, base: number, context: Context): Plan | null {
  const length = scanForm(at, end, base);
  return length < 0 ? null : (templateOf(length)?.plan(context) ?? null);
}
