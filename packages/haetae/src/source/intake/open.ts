import { HEAD_BYTES } from '../encoding/detect.ts';
import { Ledger } from '../ledger.ts';
import { type OpenFile, openFile, type RandomAccess, spool, stdinBytes } from '../node.ts';
import type { NoticeCode } from '../notices.ts';
import type { Input } from '../source.ts';
import type { FoundFile } from './discover.ts';
import { inflate } from './inflate.ts';
import { allowance, type Budget, budgetOf, countMember, LIMITS, type Limits, spend } from './limits.ts';
import { cleanName, decodeName, isMacJunk } from './names.ts';
import { recogniseContainer } from './recognise.ts';
import { drain, lend, type Meter, meter, peek } from './stream.ts';
import { tarMembers } from './tar.ts';
import { type ZipMember, zipMembers } from './zip.ts';

export interface OpenOptions {
  /** For the encrypted members of zip archives. */
  readonly password?: string;
  /** {@link LIMITS} unless given. */
  readonly limits?: Limits;
  /** SHA-256 of every file and every member: reads what a format leaves unread. */
  readonly hash?: boolean;
}

/** What was read of an input or archive. */
export interface Digest {
  readonly bytes: number;
  /** Lower-case hex, of the bytes as they lie in the file or archive; undefined without `hash`. */
  readonly sha256: string | undefined;
}

/** What lies behind a path, one after the other. Each must be done with before the next is asked for. */
export type Opened =
  | {
      readonly kind: 'input';
      readonly input: Input;
      /** What was already found on the way to it; its reader adds to it. */
      readonly ledger: Ledger;
      /** Once, after reading: reads the rest where a hash is wanted. */
      finish(): Promise<Digest>;
    }
  /** An archive, told after its last member. A gzip file has the path of the one file in it. */
  | ({
      readonly kind: 'archive';
      readonly path: string;
      readonly format: 'zip' | 'gzip' | 'tar';
      readonly ledger: Ledger;
    } & Digest)
  /** It could not be opened at all; the ledger says why. `bytes` is 0 where unknown. */
  | ({ readonly kind: 'refused'; readonly path: string; readonly ledger: Ledger } & Digest);

/**
 * Opens files one after the other: plain ones as they are, archives (zip, gzip, tar, nested) member by member. Members
 * stream; only a zip inside another archive, which needs random access, is copied to a temporary file while it is read.
 * Never throws for a file: what goes wrong is `refused`, or a notice in a ledger.
 */
export async function* openInputs(
  found: Iterable<FoundFile> | AsyncIterable<FoundFile>,
  options: OpenOptions = {},
): AsyncGenerator<Opened> {
  // One for all files: folders hold thousands, and each is done with before the next is opened.
  const headRoom = Buffer.allocUnsafe(HEAD_BYTES);
  for await (const file of found) yield* openFound(file, options, headRoom);
}

async function* openFound(found: FoundFile, options: OpenOptions, headRoom: Buffer): AsyncGenerator<Opened> {
  let file: OpenFile | undefined;
  try {
    file = found.file === undefined ? undefined : await openFile(found.file);
  } catch (error) {
    yield refused(found.path, 'read-error', reason(error));
    return;
  }
  try {
    const { budget, entered } = newBudget(options.limits ?? LIMITS, file);
    const context: Context = { budget, hash: options.hash ?? false, password: options.password };
    const head = file?.regular === true ? await file.read(0, HEAD_BYTES, headRoom) : undefined;
    if (file !== undefined && head !== undefined && recogniseContainer(head)?.kind === 'zip') {
      yield* unzip(found.path, file, 0, context);
      return;
    }
    const stream = file === undefined ? stdinBytes() : file.stream();
    const node = { path: found.path, depth: 0, ledger: new Ledger() };
    if (file === undefined || head === undefined || found.file === undefined)
      yield* unpack({ ...node, stream: entered(stream), size: undefined }, context);
    else yield* unpack({ ...node, stream, size: file.size, file: found.file, head }, context);
  } catch (error) {
    // The disk failed, or the file vanished, where no reader of an input was there to be told.
    yield refused(found.path, 'read-error', reason(error));
  } finally {
    await file?.close();
  }
}

interface Context {
  readonly budget: Budget;
  readonly hash: boolean;
  readonly password: string | undefined;
}

/** Stdin's size is what has been read of it so far. */
function newBudget(limits: Limits, file: OpenFile | undefined) {
  let read = 0;
  const budget = budgetOf(limits, () => (file?.regular === true ? file.size : read));
  async function* entered(stream: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of stream) {
      read += chunk.length;
      yield chunk;
    }
  }
  return { budget, entered };
}

/** A stream to be looked into. */
interface Node {
  readonly path: string;
  readonly stream: AsyncGenerator<Uint8Array>;
  readonly size: number | undefined;
  /** Layers around it. */
  readonly depth: number;
  readonly ledger: Ledger;
  /** Set for a plain file on disk, its first bytes with it: the stream is then still whole. */
  readonly file?: string;
  readonly head?: Uint8Array;
}

async function* unpack(node: Node, context: Context): AsyncGenerator<Opened> {
  const { path, depth, ledger } = node;
  const count = meter(context.hash);
  const metered = count.through(node.stream);
  try {
    const { head, stream } =
      node.head === undefined ? await peek(metered, HEAD_BYTES) : { head: node.head, stream: metered };
    const container = recogniseContainer(head);
    if (container === undefined) {
      yield plain(node, head, stream, count, context);
      return;
    }
    if (container.kind === 'unsupported' || depth >= context.budget.limits.depth) {
      if (context.hash) await drain(stream);
      const [code, detail] =
        container.kind === 'unsupported'
          ? (['archive-unsupported', container.name] as const)
          : (['archive-too-deep', `${context.budget.limits.depth} layers`] as const);
      ledger.lost(code, { kind: 'whole' }, detail);
      yield { kind: 'refused', path, ledger, ...digest(count) };
      return;
    }
    switch (container.kind) {
      case 'gzip': {
        const lost = (offset: number, why: string) => ledger.lost('archive-damaged', { kind: 'offset', offset }, why);
        const inner = bounded(inflate('gzip', lend(stream), lost), ledger, context.budget);
        yield* unpack({ path, stream: inner, size: undefined, depth: depth + 1, ledger }, context);
        if (context.hash) await drain(stream);
        yield { kind: 'archive', path, format: 'gzip', ledger: new Ledger(), ...digest(count) };
        return;
      }
      case 'tar':
        yield* untar(path, stream, ledger, depth, context);
        if (context.hash) await drain(stream);
        yield { kind: 'archive', path, format: 'tar', ledger, ...digest(count) };
        return;
      case 'zip': {
        const spooled = await spool(stream);
        try {
          yield* unzip(path, spooled, depth, context, ledger, digest(count));
        } finally {
          await spooled.close();
        }
        return;
      }
      default:
        container satisfies never;
    }
  } finally {
    await metered.return(undefined);
  }
}

function plain(
  node: Node,
  head: Uint8Array,
  stream: AsyncGenerator<Uint8Array>,
  count: Meter,
  context: Context,
): Opened {
  const { path, size, ledger, file } = node;
  const input: Input = { path, size, head, bytes: () => lend(stream), ...(file === undefined ? {} : { file }) };
  return {
    kind: 'input',
    input,
    ledger,
    async finish() {
      if (context.hash) {
        try {
          await drain(stream);
        } catch (error) {
          ledger.lost('read-error', { kind: 'offset', offset: count.bytes }, reason(error));
        }
        if (file !== undefined && size !== undefined && count.bytes !== size) {
          const offset = Math.min(count.bytes, size);
          const detail = `${count.bytes} bytes were read, ${size} were there at first: it is being written to`;
          ledger.repaired('read-error', { kind: 'offset', offset }, detail);
        }
      }
      await stream.return(undefined);
      return { bytes: context.hash ? count.bytes : Math.max(count.bytes, size ?? 0), sha256: count.sha256() };
    },
  };
}

async function* untar(
  path: string,
  stream: AsyncGenerator<Uint8Array>,
  ledger: Ledger,
  depth: number,
  context: Context,
): AsyncGenerator<Opened> {
  const damaged = (offset: number, why: string): void => {
    // A tar.gz that was stopped at the limit is cut by us.
    if (context.budget.spent === undefined) ledger.lost('archive-damaged', { kind: 'offset', offset }, why);
  };
  // The tar itself is no unpacking; its members count by their number, and by their bytes where they are packed again.
  const members = tarMembers(lend(stream), damaged);
  for await (const member of members) {
    if (member.kind === 'folder') continue;
    const raw = decodeName(member.name, Buffer.from(member.name).toString('latin1'));
    const own = memberLedger(raw, member.kind === 'file', ledger);
    if (own === undefined) continue;
    if (!countMember(context.budget)) return bombed(ledger, context.budget);
    const inner = `${path}/${own.name}`;
    const node = { path: inner, stream: member.bytes(), size: member.size, depth: depth + 1, ledger: own.ledger };
    yield* unpack(node, context);
    if (context.budget.spent !== undefined) return bombed(ledger, context.budget);
  }
}

async function* unzip(
  path: string,
  file: RandomAccess,
  depth: number,
  context: Context,
  ledger = new Ledger(),
  known?: Digest,
): AsyncGenerator<Opened> {
  const damaged = (offset: number, why: string) => ledger.lost('archive-damaged', { kind: 'offset', offset }, why);
  for await (const member of zipMembers(file, damaged)) {
    if (member.kind === 'folder') continue;
    const own = memberLedger(member.name, member.kind === 'file', ledger);
    if (own === undefined) continue;
    if (!countMember(context.budget)) {
      bombed(ledger, context.budget);
      break;
    }
    yield* unzipMember(`${path}/${own.name}`, member, own.ledger, depth, context);
    if (context.budget.spent !== undefined) {
      bombed(ledger, context.budget);
      break;
    }
  }
  yield { kind: 'archive', path, format: 'zip', ledger, ...(known ?? (await digestOf(file, context.hash))) };
}

async function* unzipMember(
  path: string,
  member: ZipMember,
  ledger: Ledger,
  depth: number,
  context: Context,
): AsyncGenerator<Opened> {
  const damaged = (offset: number, why: string) => ledger.lost('archive-damaged', { kind: 'offset', offset }, why);
  if (member.size !== undefined && member.size > allowance(context.budget)) {
    spend(context.budget, member.size);
    yield refused(path, 'archive-bomb', context.budget.spent ?? `${member.size} bytes`, ledger);
    return;
  }
  const opened = await member.open(context.password, damaged);
  if (opened.kind === 'refused') {
    yield refused(path, opened.code, opened.detail, ledger);
    return;
  }
  const stream = bounded(opened.stream, ledger, context.budget);
  yield* unpack({ path, stream, size: member.size, depth: depth + 1, ledger }, context);
}

/** The clean name of a member and a ledger that says if it had to be cleaned; undefined for what is skipped, and counted. */
function memberLedger(raw: string, isFile: boolean, archive: Ledger): { name: string; ledger: Ledger } | undefined {
  const { name, unsafe } = cleanName(raw);
  if (isMacJunk(name)) {
    archive.inferred('archive-member-skipped', `macOS metadata: ${name}`);
    return undefined;
  }
  if (!isFile) {
    archive.inferred('archive-member-skipped', `a link or special file: ${name}`);
    return undefined;
  }
  const ledger = new Ledger();
  if (unsafe) ledger.repaired('archive-path', { kind: 'whole' }, JSON.stringify(raw));
  return { name, ledger };
}

/** Ends the stream, with a notice, where the budget ends. */
async function* bounded(
  stream: AsyncGenerator<Uint8Array>,
  ledger: Ledger,
  budget: Budget,
): AsyncGenerator<Uint8Array> {
  let offset = 0;
  for await (const chunk of stream) {
    if (!spend(budget, chunk.length)) {
      ledger.lost('archive-bomb', { kind: 'offset', offset }, budget.spent ?? '');
      return;
    }
    offset += chunk.length;
    yield chunk;
  }
}

function bombed(ledger: Ledger, budget: Budget): void {
  if (ledger.notices().some(({ code }) => code === 'archive-bomb')) return;
  ledger.lost('archive-bomb', { kind: 'whole' }, `${budget.spent ?? ''}; the members from there on were not read`);
}

function refused(path: string, code: NoticeCode, detail: string, ledger = new Ledger()): Opened {
  ledger.lost(code, { kind: 'whole' }, detail);
  return { kind: 'refused', path, ledger, bytes: 0, sha256: undefined };
}

async function digestOf(file: RandomAccess, hashed: boolean): Promise<Digest> {
  if (!hashed) return { bytes: file.size, sha256: undefined };
  const count = meter(true);
  await drain(count.through(file.stream()));
  return digest(count);
}

function digest(count: Meter): Digest {
  return { bytes: count.bytes, sha256: count.sha256() };
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
