import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ProcessRef, signedScript } from '../../protocol/index.ts';
import { type Hands, type HandsParts, Refused } from '../hands.ts';
import { assertForeignAddress } from '../network.ts';
import { mustRun, type RunArgv } from '../program.ts';
import type { Check, Step, Verification } from '../steps/step.ts';
import { collect } from './collect.ts';
import { type OpenFile, openPlain, quarantine, restore } from './file.ts';
import {
  assertForeign,
  assertUnprotected,
  descendantsOf,
  factsOf,
  isGone,
  type OpenPid,
  type OpenProcess,
  openChecked,
} from './process.ts';
import type { Attributes } from './xattrs.ts';

export interface LinuxParts extends HandsParts {
  readonly open: OpenPid;
  /** undefined: a file that is taken away comes back without its extended attributes, and that is told. */
  readonly attributes?: Attributes | undefined;
  readonly run: RunArgv;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Of the system; tests have their own. */
  readonly hosts?: string;
}

const GONE_TRIES = 40;
const GONE_MS = 50;
/** A tree that grows on while it is stopped is looked at again so often. */
const ROUNDS = 10;

/** What does the steps on Linux. */
export function linuxHands(parts: LinuxParts): Hands {
  const { open, attributes, run, now, sleep, state, server, timeoutMs, hosts = '/etc/hosts' } = parts;
  let root: OpenProcess | undefined;
  let rootStart = 0;
  let file: OpenFile | undefined;
  /** Of a tree, those that were stopped: opened, with their starts. */
  let tree: { readonly process: OpenProcess; readonly start: number }[] = [];

  const openRoot = (ref: ProcessRef): OpenProcess => {
    root ??= openChecked(ref, open, now());
    rootStart = factsOf(ref.pid)?.start ?? rootStart;
    return root;
  };
  const told = (process: OpenProcess, start: number, signal: Parameters<OpenProcess['signal']>[0]): void => {
    if (!process.signal(signal) && !isGone(process.pid, start))
      throw new Refused('no-rights', `no signal reaches ${process.pid}`);
  };

  /** Stops all that descends from it, until nothing new comes; what may not be touched lets all go on again. */
  function stopTree(of: OpenProcess): void {
    told(of, rootStart, 'SIGSTOP');
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const fresh = descendantsOf(of.pid).filter((pid) => !tree.some(({ process }) => process.pid === pid));
        if (fresh.length === 0) return;
        for (const pid of fresh) {
          const process = open(pid);
          const start = factsOf(pid)?.start;
          if (process === undefined || start === undefined) continue;
          assertUnprotected(pid);
          assertForeign(pid);
          tree.push({ process, start });
          told(process, start, 'SIGSTOP');
        }
      }
      throw new Refused('failed', 'it starts processes faster than they are stopped');
    } catch (error) {
      for (const { process } of tree) process.signal('SIGCONT');
      of.signal('SIGCONT');
      throw error;
    }
  }

  function editHosts(domain: string, add: boolean): void {
    const line = `0.0.0.0 ${domain} # haetae`;
    const lines = readFileSync(hosts, 'utf8')
      .split('\n')
      .filter((one) => one !== line);
    if (add) lines.splice(lines.at(-1) === '' ? -1 : lines.length, 0, line);
    // In place: a bind mount or a link of an administrator stays what it is.
    writeFileSync(hosts, lines.join('\n'));
  }

  function accountIn(path: string, account: string): string[] | undefined {
    const line = readFileSync(path, 'utf8')
      .split('\n')
      .find((one) => one.startsWith(`${account}:`));
    return line?.split(':');
  }

  async function check(one: Check): Promise<void> {
    switch (one.kind) {
      case 'same-process':
        openRoot(one.process);
        return;
      case 'not-protected':
        assertUnprotected(root!.pid);
        return;
      case 'not-own-agent':
        assertForeign(root!.pid);
        return;
      case 'plain-file':
        file = openPlain(one.path, one.sha256);
        return;
      case 'local-account': {
        const entry = accountIn('/etc/passwd', one.account);
        if (entry === undefined) throw new Refused('not-local', one.account);
        return;
      }
      case 'not-last-admin': {
        if (accountIn('/etc/passwd', one.account)?.[2] === '0')
          throw new Refused('last-admin', `${one.account} is root`);
        if ((accountIn('/etc/shadow', one.account)?.[7] ?? '') !== '')
          throw new Refused('managed', `${one.account} has a date of its own on which it ends`);
        return;
      }
      case 'not-own-network':
        assertForeignAddress(one.address, server);
        return;
      case 'own-firewall':
        await mustRun(run, ['/usr/sbin/nft', 'list', 'tables'], { timeoutMs });
        return;
      case 'script-signed': {
        const { script } = parts;
        const isSigned =
          script !== undefined && signedScript(script.name, script.text, script.signature, parts.scriptKeys);
        if (!isSigned) throw new Refused('script-signature', one.name);
        return;
      }
      case 'is-there':
      case 'domain-account':
        return;
      default:
        one satisfies never;
    }
  }

  async function perform(step: Step): Promise<string> {
    switch (step.kind) {
      case 'signal': {
        const process = openRoot(step.process);
        if (!step.tree) told(process, rootStart, step.signal);
        else if (step.signal === 'SIGSTOP') stopTree(process);
        else {
          for (const { process: child, start } of tree) told(child, start, step.signal);
          told(process, rootStart, step.signal);
          return tree.length === 0
            ? ''
            : `with ${tree.length} descendants: ${tree.map((one) => one.process.pid).join(', ')}`;
        }
        return '';
      }
      case 'run':
        await mustRun(
          run,
          step.argv.map((word) => (word.startsWith('{state}') ? state + word.slice('{state}'.length) : word)),
          { timeoutMs, ...(step.stdin !== undefined && { stdin: step.stdin }) },
        );
        return '';
      case 'quarantine':
        return `SHA-256 ${quarantine(file!, state, attributes)}`;
      case 'restore': {
        const lost = restore(step.path, state, attributes);
        return lost.length === 0 ? '' : `without ${lost.join(', ')}`;
      }
      case 'hosts-line':
        editHosts(step.domain, step.add);
        return '';
      case 'collect':
        return collect(step.files, { parts: parts.collect, state, run });
      case 'script':
        throw new Refused('unsupported', step.verb);
      default:
        return step satisfies never;
    }
  }

  async function verify(one: Verification): Promise<void> {
    switch (one.kind) {
      case 'process-gone': {
        const all = [
          { pid: one.process.pid, start: rootStart },
          ...tree.map(({ process, start }) => ({ pid: process.pid, start })),
        ];
        for (let i = 0; i < GONE_TRIES; i++) {
          if (all.every(({ pid, start }) => isGone(pid, start))) return;
          await sleep(GONE_MS);
        }
        throw new Refused('failed', 'it lives');
      }
      case 'process-stopped':
        for (let i = 0; i < GONE_TRIES; i++) {
          if (factsOf(one.process.pid)?.state === 'T') return;
          await sleep(GONE_MS);
        }
        throw new Refused('failed', 'it goes on');
      case 'file-gone':
        if (existsSync(one.path)) throw new Refused('failed', `${one.path} is there`);
        return;
      case 'run': {
        const { status } = await run(one.argv, { timeoutMs });
        if ((status !== 0) !== one.fails) throw new Refused('failed', one.argv.join(' '));
        return;
      }
      case 'line-there':
        if (!readFileSync(hosts, 'utf8').split('\n').includes(`0.0.0.0 ${one.domain} # haetae`))
          throw new Refused('failed', one.domain);
        return;
      case 'archive-whole':
        if (!existsSync(join(state, 'triage.zip'))) throw new Refused('failed', 'triage.zip');
        return;
      // The desk asks it itself, since what follows from it is more than a failure.
      case 'only-server-reachable':
        return;
      case 'script':
        throw new Refused('unsupported', one.verb);
      default:
        one satisfies never;
    }
  }

  return {
    check,
    perform,
    verify,
    close() {
      root?.close();
      file?.close();
      for (const { process } of tree) process.close();
      root = undefined;
      file = undefined;
      tree = [];
    },
  };
}
