import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { shown } from './apply.ts';
import { installPlan, type Step } from './plan.ts';

const linux = {
  platform: 'linux',
  node: '/usr/bin/node',
  program: '/usr/lib/haetae-agent.js',
  packages: [],
  script: '',
  respond: false,
  copy: false,
} as const;
const windows = {
  platform: 'win32',
  node: 'C:\\Program Files\\nodejs\\node.exe',
  program: 'C:\\Users\\a b\\AppData\\Roaming\\npm\\haetae-agent.js',
  packages: [{ name: 'koffi', path: 'C:\\x\\koffi' }],
  script: 'C:\\x\\haetae-respond.ps1',
  respond: false,
  copy: false,
} as const;
const lines = (steps: readonly Step[], platform: string): string[] =>
  steps.map((step) =>
    step.kind === 'run'
      ? shown(step.argv, platform)
      : step.kind === 'copy'
        ? `copy ${step.from} ${step.to}`
        : `write ${step.path}`,
  );
const textOf = (steps: readonly Step[], end: string): string => {
  const file = steps.find((step) => step.kind === 'file' && step.path.endsWith(end));
  return file?.kind === 'file' ? file.text : '';
};

describe('Linux', () => {
  const steps = installPlan({ ...linux, folder: '/var/lib/haetae-agent' });

  test('a folder for root alone, a unit, started', () => {
    expect(lines(steps, 'linux')).toEqual([
      'install -d -m 0700 -o root -g root /var/lib/haetae-agent',
      'write /etc/systemd/system/haetae-agent.service',
      'systemctl daemon-reload',
      'systemctl enable --now haetae-agent.service',
    ]);
  });

  test('paths are quoted', () => {
    expect(textOf(installPlan({ ...linux, folder: '/srv/my agent' }), '.service')).toContain(
      'ExecStart="/usr/bin/node" "/usr/lib/haetae-agent.js" run --dir "/srv/my agent"',
    );
  });

  test('a program that others may write is copied to where they may not', () => {
    expect(lines(installPlan({ ...linux, copy: true, folder: '/d' }), 'linux').slice(1, 4)).toEqual([
      'copy /usr/bin/node /d/program/node',
      'copy /usr/lib/haetae-agent.js /d/program/haetae-agent.js',
      'write /d/program/package.json',
    ]);
  });

  test('rights for responses are a file of their own, which the unit has before it starts anew', () => {
    const more = installPlan({ ...linux, respond: true, folder: '/d' });
    expect(lines(more, 'linux').slice(2)).toEqual([
      'install -d -m 0755 /etc/systemd/system/haetae-agent.service.d',
      'write /etc/systemd/system/haetae-agent.service.d/respond.conf',
      'systemctl daemon-reload',
      'systemctl enable --now haetae-agent.service',
      'systemctl restart haetae-agent.service',
    ]);
    expect(textOf(more, '.service')).toBe(textOf(installPlan({ ...linux, folder: '/d' }), '.service'));
    expect(textOf(more, 'respond.conf')).toMatch(/^CapabilityBoundingSet=CAP_KILL CAP_NET_ADMIN /m);
  });

  test.runIf(hasAnalyze())('systemd takes the unit, and finds it well guarded', () => {
    const folder = mkdtempSync(join(tmpdir(), 'haetae-unit-'));
    try {
      const path = join(folder, 'haetae-agent.service');
      writeFileSync(
        path,
        textOf(installPlan({ ...linux, node: process.execPath, program: '/etc/hostname', folder: '/var' }), '.service'),
      );
      const said = execFileSync('systemd-analyze', ['security', '--offline=true', '--no-pager', path], {
        encoding: 'utf8',
      });
      expect(Number(/exposure level for [^:]*: ([\d.]+)/.exec(said)?.[1])).toBeLessThan(4.5);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('Windows', () => {
  const steps = installPlan({ ...windows, folder: 'C:\\ProgramData\\Haetae\\Agent' });

  test('administrators alone, by SID; what SYSTEM runs lies there; a task at boot', () => {
    expect(lines(steps, 'win32')).toEqual([
      'cmd.exe /d /c "if not exist "C:\\ProgramData\\Haetae\\Agent" mkdir "C:\\ProgramData\\Haetae\\Agent""',
      'icacls.exe C:\\ProgramData\\Haetae\\Agent /setowner "*S-1-5-32-544" /T /C /Q',
      'icacls.exe C:\\ProgramData\\Haetae\\Agent /grant:r "*S-1-5-32-544:(OI)(CI)F" "*S-1-5-18:(OI)(CI)F"',
      'icacls.exe C:\\ProgramData\\Haetae\\Agent /inheritance:r',
      'copy C:\\Program Files\\nodejs\\node.exe C:\\ProgramData\\Haetae\\Agent\\program\\node.exe',
      'copy C:\\Users\\a b\\AppData\\Roaming\\npm\\haetae-agent.js C:\\ProgramData\\Haetae\\Agent\\program\\haetae-agent.js',
      'copy C:\\x\\koffi C:\\ProgramData\\Haetae\\Agent\\program\\node_modules\\koffi',
      'copy C:\\x\\haetae-respond.ps1 C:\\ProgramData\\Haetae\\Agent\\program\\haetae-respond.ps1',
      'write C:\\ProgramData\\Haetae\\Agent\\program\\package.json',
      'write C:\\ProgramData\\Haetae\\Agent\\task.xml',
      'schtasks.exe /Create /TN \\Haetae\\Agent /XML C:\\ProgramData\\Haetae\\Agent\\task.xml /F',
      'schtasks.exe /Run /TN \\Haetae\\Agent',
    ]);
  });

  test('the task runs as SYSTEM, from boot, again when it ended, with quoted paths', () => {
    const task = textOf(steps, 'task.xml');
    expect(task).toContain('<UserId>S-1-5-18</UserId>');
    expect(task).toContain('<BootTrigger>');
    expect(task).toContain('<RestartOnFailure>');
    expect(task).toContain('<ExecutionTimeLimit>PT0S</ExecutionTimeLimit>');
    expect(task).toContain('<Command>"C:\\ProgramData\\Haetae\\Agent\\program\\node.exe"</Command>');
    expect(task).toContain('run --dir "C:\\ProgramData\\Haetae\\Agent"</Arguments>');
  });
});

test.each(['/a"b', '/a\nb', '/a$b', '/a%b', '/a;b\0', 'C:\\a&b', ''])(
  'a path that cannot be quoted is refused: %j',
  (folder) => expect(() => installPlan({ ...linux, folder })).toThrow(RangeError),
);

function hasAnalyze(): boolean {
  try {
    execFileSync('systemd-analyze', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
