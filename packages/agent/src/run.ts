import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AgentLine, runAgent } from './agent.ts';
import { EXIT, type Io } from './cli.ts';
import { type AgentConfig, defaultConfig, readConfig } from './config.ts';
import { ownIdentity, readEnrolment } from './enrol.ts';
import { handsFor } from './respond/system.ts';
import { systemClock } from './sources/source.ts';
import { wevtapi } from './sources/winlog/koffi.ts';
import { runProgram, wevtutil } from './sources/winlog/wevtutil.ts';
import { readIfThere, writeWhole } from './spool/files.ts';
import type { Words } from './words/en.ts';

/** A service that was installed before it was enrolled looks again so often. */
const ENROLMENT_MS = 10_000;

/** `run`: until the signal. */
export async function run(options: {
  readonly folder: string;
  /** In place of the one that enrolled. */
  readonly host: string | undefined;
  readonly io: Io;
  readonly words: Words;
}): Promise<number> {
  const { folder, io, words } = options;
  const path = join(folder, 'agent.json');
  const read = configAt(path, io.platform);
  if (read.kind === 'fault') {
    io.err(`haetae-agent: ${words.badConfig(path, read.fault.at, read.fault.why)}\n`);
    return EXIT.usage;
  }
  let enrolment = readEnrolment(folder);
  if (enrolment === undefined) io.err(`haetae-agent: ${words.notEnrolled(folder)}\n`);
  while (enrolment === undefined) {
    await systemClock.sleep(ENROLMENT_MS, io.signal);
    if (io.signal.aborted) return EXIT.done;
    enrolment = readEnrolment(folder);
  }
  const wevt = io.platform === 'win32' ? ((await wevtapi()) ?? wevtutil(runProgram)) : undefined;
  if (wevt?.name === 'wevtutil') io.err(`haetae-agent: ${words.noWevt}\n`);
  writeFileSync(join(folder, 'agent.pid'), `${process.pid}\n`, { mode: 0o600 });
  const statusPath = join(folder, 'status.json');
  await runAgent(
    {
      folder,
      server: new URL(enrolment.server),
      trust: enrolment.trust,
      identity: ownIdentity(folder),
      serverKey: enrolment.serverKey,
      config: read.config,
      host: options.host ?? enrolment.host,
      version: io.version,
      platform: io.platform,
      clock: systemClock,
      random: Math.random,
      log: (line) => io.err(logLine(line, Date.now())),
      respond: { hands: await handsFor(io.platform), key: enrolment.respondKey },
      ...(wevt !== undefined && { wevt }),
      ...(io.env.HAETAE_JOURNALCTL !== undefined && { journalctl: [io.env.HAETAE_JOURNALCTL] }),
      status: (status) => writeWhole(statusPath, `${JSON.stringify(status)}\n`),
    },
    io.signal,
  );
  return EXIT.done;
}

type Read = ReturnType<typeof readConfig>;

function configAt(path: string, platform: string): Read {
  const base: AgentConfig = defaultConfig(platform, existsSync('/run/log/journal') || existsSync('/var/log/journal'));
  const text = readIfThere(path);
  if (text === undefined) return { kind: 'config', config: base };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { kind: 'fault', fault: { at: '', why: (error as Error).message } };
  }
  return readConfig(value, base);
}

/** One line of JSON: systemd and every collector read it. Never of a single batch: an agent that reads its own log would not end. */
export function logLine(line: AgentLine, nowMs: number): string {
  const { kind, ...rest } = line;
  const said: Record<string, unknown> = { time: new Date(nowMs).toISOString(), message: kind };
  for (const [name, value] of Object.entries(rest)) {
    if (value instanceof Error) said[name] = value.message;
    else if (name === 'gap') Object.assign(said, (value as { gap: object }).gap);
    else said[name] = value;
  }
  return `${JSON.stringify(said)}\n`;
}
