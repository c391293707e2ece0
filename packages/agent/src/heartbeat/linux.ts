import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { SysmonState } from '../protocol/index.ts';

/** Sysmon for Linux, by its process and folder; null where it is not installed. It has no driver: its eBPF programs end with it. */
export function sysmonForLinux(root = '/'): SysmonState | null {
  const folder = join(root, 'opt/sysmon');
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return null;
  }
  const isRunning = readdirSync(join(root, 'proc')).some((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readlinkSync(join(root, 'proc', pid, 'exe')) === '/opt/sysmon/sysmon';
    } catch {
      return false;
    }
  });
  const state = isRunning ? 'running' : 'stopped';
  return {
    service: 'sysmon',
    serviceState: state,
    driver: 'eBPF',
    driverState: state,
    version: null,
    configHash: null,
    rulesHash: names.includes('config.xml') ? hashOf(join(folder, 'config.xml')) : null,
  };
}

function hashOf(path: string): string | null {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch {
    return null;
  }
}

/** `PRETTY_NAME` of os-release; '' without one. */
export function distribution(path = '/etc/os-release'): string {
  try {
    return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(readFileSync(path, 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}
