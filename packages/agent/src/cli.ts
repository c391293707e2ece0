import { readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { AgentStatus } from './agent.ts';
import { EnrolError, enrol, ownIdentity, readEnrolment } from './enrol.ts';
import { apply, shown } from './install/apply.ts';
import { packagesBeside } from './install/packages.ts';
import { installPlan, type Step } from './install/plan.ts';
import { fingerprintOf } from './protocol/index.ts';
import { POLICY_FILE } from './respond/policy.ts';
import { release } from './respond/release.ts';
import { handsFor, scriptPath } from './respond/system.ts';
import { run } from './run.ts';
import { systemClock } from './sources/source.ts';
import { readIfThere } from './spool/files.ts';
import { statusText } from './status.ts';
import { plainFingerprint, type TlsTrust } from './uplink/connect.ts';
import { en, type Words } from './words/en.ts';
import { ko } from './words/ko.ts';

/** What the command line needs of the world. */
export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly version: string;
  /** The agent's own program, one file: what a service runs. */
  readonly program: string;
  readonly signal: AbortSignal;
  readonly stdin: () => string;
}

export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

const OPTIONS = {
  dir: { type: 'string' },
  server: { type: 'string' },
  'token-file': { type: 'string' },
  ca: { type: 'string' },
  fingerprint: { type: 'string' },
  'server-key': { type: 'string' },
  proxied: { type: 'boolean' },
  insecure: { type: 'boolean' },
  host: { type: 'string' },
  respond: { type: 'boolean' },
  apply: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  json: { type: 'boolean' },
  lang: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;
type Flags = ReturnType<typeof parsed>['values'];
const parsed = (argv: readonly string[]) => parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });

class Usage extends Error {}

/** Runs one command; its exit status. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let words = wordsFor(undefined, io.env);
  try {
    let read: ReturnType<typeof parsed>;
    try {
      read = parsed(argv);
    } catch (error) {
      throw new Usage(words.wrongFlag((error as Error).message));
    }
    const { values, positionals } = read;
    words = wordsFor(values.lang, io.env);
    const [command = 'help', ...more] = positionals;
    const folder = resolve(values.dir ?? defaultFolder(io));
    if (values.version === true) {
      io.out(`${io.version}\n`);
      return EXIT.done;
    }
    if (values.help === true || command === 'help') {
      io.out(`${words.usage.replace('{folder}', defaultFolder(io))}\n`);
      return EXIT.done;
    }
    if (more.length > 0) throw new Usage(words.wrongFlag(more[0]!));
    switch (command) {
      case 'enrol':
        return await enrolCommand(values, folder, io, words);
      case 'run':
        return await run({ folder, host: values.host, io, words });
      case 'status':
        return statusCommand(values, folder, io, words);
      case 'install':
        return installCommand(values, folder, io, words);
      case 'release':
        return await releaseCommand(folder, io, words);
      default:
        throw new Usage(words.unknownCommand(command));
    }
  } catch (error) {
    if (!(error instanceof Usage)) throw error;
    io.err(`haetae-agent: ${error.message}\n`);
    return EXIT.usage;
  }
}

function wordsFor(asked: string | undefined, env: Io['env']): Words {
  if (asked === 'ko' || asked === 'en') return asked === 'ko' ? ko : en;
  const stated = env.LC_ALL || env.LC_MESSAGES || env.LANG;
  const locale =
    stated === undefined || stated === '' || /^(C|POSIX)(\.|$)/.test(stated)
      ? new Intl.DateTimeFormat().resolvedOptions().locale
      : stated;
  return /^ko\b|^ko[_-]/i.test(locale) ? ko : en;
}

const defaultFolder = ({ platform, env }: Pick<Io, 'platform' | 'env'>): string =>
  platform === 'win32' ? `${env.ProgramData ?? 'C:\\ProgramData'}\\Haetae\\Agent` : '/var/lib/haetae-agent';

async function enrolCommand(flags: Flags, folder: string, io: Io, words: Words): Promise<number> {
  if (flags.server === undefined) throw new Usage(words.noServer);
  let server: URL;
  try {
    server = new URL(flags.server);
  } catch {
    throw new Usage(words.badServer(flags.server));
  }
  if (!/^https?:$/.test(server.protocol)) throw new Usage(words.badServer(flags.server));
  const secret = readToken(flags, io, words);
  const trust: TlsTrust = {
    ...(flags.ca !== undefined && { ca: text(flags.ca, words) }),
    ...(flags.fingerprint !== undefined && { fingerprint: plainFingerprint(flags.fingerprint) }),
    ...(flags.proxied === true && { proxied: true }),
    ...(flags.insecure === true && { insecure: true }),
  };
  try {
    const { agent, serverKey } = await enrol({
      folder,
      server,
      trust,
      secret,
      host: flags.host ?? hostname(),
      version: io.version,
      ...(flags['server-key'] !== undefined && { serverFingerprint: plainFingerprint(flags['server-key']) }),
    });
    io.out(`${words.enrolled(agent, server.origin, ownIdentity(folder).fingerprint, fingerprintOf(serverKey))}\n`);
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof EnrolError)) throw error;
    io.err(`haetae-agent: ${words.enrolFailed[error.code](error.message)}\n`);
    return EXIT.failed;
  }
}

/** Never from the command line: every user of the machine reads those of others. */
function readToken(flags: Flags, io: Io, words: Words): string {
  const file = flags['token-file'];
  const secret = (
    file === '-' ? io.stdin() : file !== undefined ? text(file, words) : (io.env.HAETAE_ENROL_TOKEN ?? '')
  ).trim();
  if (secret === '') throw new Usage(words.noToken);
  if (!/^hte_[A-Za-z0-9_-]{43}$/.test(secret)) throw new Usage(words.badToken);
  return secret;
}

function text(path: string, words: Words): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Usage(words.noFile(path, (error as NodeJS.ErrnoException).code ?? (error as Error).message));
  }
}

function statusCommand(flags: Flags, folder: string, io: Io, words: Words): number {
  const saved = readIfThere(join(folder, 'status.json'));
  if (saved === undefined) {
    io.out(`${readEnrolment(folder) === undefined ? words.notEnrolled(folder) : words.statusNever}\n`);
    return EXIT.failed;
  }
  const status = JSON.parse(saved) as AgentStatus;
  io.out(flags.json === true ? `${JSON.stringify(status, null, 2)}\n` : statusText(status, Date.now(), words));
  return status.connectedSinceMs === null ? EXIT.failed : EXIT.done;
}

function installCommand(flags: Flags, folder: string, io: Io, words: Words): number {
  const { install: w } = words;
  let steps: readonly Step[];
  try {
    steps = installPlan({
      platform: io.platform,
      node: process.execPath,
      program: io.program,
      packages: packagesBeside(io.program, io.platform, flags.respond === true),
      script: io.platform === 'win32' ? scriptPath() : '',
      respond: flags.respond === true,
      folder,
      copy: [process.execPath, io.program].some(isWritable),
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Usage(w.badPath(error.message));
  }
  if (io.platform === 'win32') io.err(`${w.untested}\n`);
  if (readEnrolment(folder) === undefined) io.err(`${w.notEnrolled}\n`);
  if (flags.respond === true && readIfThere(join(folder, POLICY_FILE)) === undefined)
    io.err(`${w.noPolicy(join(folder, POLICY_FILE))}\n`);
  if (flags.apply !== true || flags['dry-run'] === true) {
    io.out(`${w.would}\n\n${steps.map((step) => stepText(step, io.platform, words)).join('\n')}\n`);
    return EXIT.done;
  }
  try {
    apply(steps, (step) => io.out(`${lineOf(step, io.platform, words)}\n`));
  } catch (error) {
    io.err(`${w.failed((error as Error).message)}\n`);
    return EXIT.failed;
  }
  io.out(`${w.done}\n`);
  return EXIT.done;
}

async function releaseCommand(folder: string, io: Io, { release: w }: Words): Promise<number> {
  try {
    const hands = await handsFor(io.platform);
    const done = await release({ folder, platform: io.platform, clock: systemClock, hands, signal: io.signal });
    io.out(`${w[done]}\n`);
    return EXIT.done;
  } catch (error) {
    io.err(`haetae-agent: ${w.failed((error as Error).message)}\n`);
    return EXIT.failed;
  }
}

function lineOf(step: Step, platform: string, { install: w }: Words): string {
  switch (step.kind) {
    case 'file':
      return w.write(step.path);
    case 'copy':
      return w.copy(step.from, step.to);
    case 'run':
      return w.run(shown(step.argv, platform));
    default:
      return step satisfies never;
  }
}

function stepText(step: Step, platform: string, words: Words): string {
  const line = lineOf(step, platform, words);
  if (step.kind === 'file') return `${line}\n${step.text.trimEnd().replace(/^/gm, '    ')}`;
  return step.kind === 'run' ? `${line}\n    # ${words.install.why[step.why]}` : line;
}

/** Whether anyone but root may write it or one of the folders above it. */
function isWritable(path: string): boolean {
  if (process.platform === 'win32') return true;
  for (let at = path; ; at = dirname(at)) {
    const { uid, mode } = statSync(at);
    // A folder in which each may remove only their own (/tmp) is as good as open to the path's first part.
    if (uid !== 0 || (mode & 0o022) !== 0) return true;
    if (dirname(at) === at) return false;
  }
}
