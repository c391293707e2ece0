import type { ProcessRef } from '../../protocol/index.ts';
import {
  back,
  type Check,
  collectTriage,
  KILL_MS,
  none,
  RUN_MS,
  type Step,
  type StepsOf,
  signedScript,
  type Verification,
} from './step.ts';

const SYSTEM = 'C:\\Windows\\System32';
const run = (program: string, ...args: string[]): Step => ({ kind: 'run', argv: [`${SYSTEM}\\${program}`, ...args] });
const check = (fails: boolean, program: string, ...args: string[]): Verification => ({
  kind: 'run',
  argv: [`${SYSTEM}\\${program}`, ...args],
  fails,
});
const script = (verb: string, data: Readonly<Record<string, unknown>>): Step => ({ kind: 'script', verb, data });
const onProcess = (process: ProcessRef): readonly Check[] => [
  { kind: 'same-process', process },
  { kind: 'not-protected' },
  { kind: 'not-own-agent' },
];
const FINAL_MS = KILL_MS * 2;

/**
 * What each order is on Windows, after Microsoft's documentation of the programs named. What needs a handle to one object (processes,
 * files, sessions) or an answer that `net.exe` only gives in the system's language is a verb of haetae-respond.ps1.
 */
export const WINDOWS: StepsOf = {
  'kill-process': ({ process }) => ({
    guard: onProcess(process),
    steps: [script('kill-process', { process })],
    verify: [{ kind: 'process-gone', process, tree: false }],
    undo: none('final'),
    timeoutMs: FINAL_MS,
  }),
  'kill-tree': ({ process }) => ({
    guard: onProcess(process),
    steps: [script('kill-tree', { process })],
    verify: [{ kind: 'process-gone', process, tree: true }],
    undo: none('final'),
    timeoutMs: FINAL_MS,
  }),
  'suspend-process': ({ process }) => ({
    guard: onProcess(process),
    steps: [script('suspend-process', { process })],
    verify: [{ kind: 'process-stopped', process }],
    undo: back(script('resume-process', { process })),
    timeoutMs: FINAL_MS,
  }),
  'isolate-host': ({ minutes }, server) =>
    server === undefined
      ? undefined
      : {
          guard: [{ kind: 'own-firewall' }],
          // The way back is there before the first rule is: a task that survives a restart and a killed agent.
          steps: [
            run('netsh.exe', 'advfirewall', 'export', '{state}\\firewall.wfw'),
            script('isolation-release-task', { minutes }),
            script('isolate-host', { server }),
          ],
          verify: [{ kind: 'only-server-reachable' }],
          undo: back(
            run('netsh.exe', 'advfirewall', 'import', '{state}\\firewall.wfw'),
            script('isolation-release-task-remove', {}),
          ),
          timeoutMs: 60_000,
        },
  'block-address': ({ address }) => {
    const rule = (direction: string): Step =>
      run(
        'netsh.exe',
        'advfirewall',
        'firewall',
        'add',
        'rule',
        `name=Haetae block ${address}`,
        `dir=${direction}`,
        'action=block',
        `remoteip=${address}`,
        'profile=any',
      );
    const named = ['advfirewall', 'firewall'];
    return {
      guard: [{ kind: 'own-firewall' }, { kind: 'not-own-network', address }],
      steps: [rule('out'), rule('in')],
      verify: [check(false, 'netsh.exe', ...named, 'show', 'rule', `name=Haetae block ${address}`)],
      undo: back(run('netsh.exe', ...named, 'delete', 'rule', `name=Haetae block ${address}`)),
      timeoutMs: RUN_MS,
    };
  },
  'block-domain': ({ domain }) => ({
    guard: [],
    steps: [{ kind: 'hosts-line', domain, add: true }, run('ipconfig.exe', '/flushdns')],
    verify: [{ kind: 'line-there', domain }],
    undo: back({ kind: 'hosts-line', domain, add: false }, run('ipconfig.exe', '/flushdns')),
    timeoutMs: RUN_MS,
  }),
  'disable-account': ({ account }) => ({
    guard: [
      { kind: 'local-account', account },
      { kind: 'not-last-admin', account },
    ],
    steps: [script('disable-account', { account })],
    verify: [{ kind: 'script', verb: 'account-is-disabled', data: { account } }],
    undo: back(script('enable-account', { account })),
    timeoutMs: RUN_MS,
  }),
  'disable-domain-account': ({ domain, account }) => ({
    guard: [{ kind: 'domain-account', domain, account }],
    steps: [script('disable-domain-account', { domain, account })],
    verify: [{ kind: 'script', verb: 'domain-account-is-disabled', data: { domain, account } }],
    undo: back(script('enable-domain-account', { domain, account })),
    timeoutMs: RUN_MS,
  }),
  'log-off-session': ({ account, logonId }) => ({
    guard: [{ kind: 'is-there', what: logonId }],
    steps: [script('log-off-session', { account, logonId })],
    verify: [{ kind: 'script', verb: 'session-is-gone', data: { logonId } }],
    undo: none('final'),
    timeoutMs: RUN_MS,
  }),
  'quarantine-file': ({ path, sha256 }) => ({
    guard: [{ kind: 'plain-file', path, sha256 }],
    steps: [script('quarantine-file', { path, sha256 })],
    verify: [{ kind: 'file-gone', path }],
    undo: back(script('restore-file', { path })),
    timeoutMs: RUN_MS,
  }),
  'remove-task': ({ name }) => ({
    guard: [{ kind: 'is-there', what: name }],
    steps: [script('export-task', { name }), run('schtasks.exe', '/Delete', '/TN', name, '/F')],
    verify: [check(true, 'schtasks.exe', '/Query', '/TN', name)],
    undo: back(run('schtasks.exe', '/Create', '/TN', name, '/XML', '{state}\\task.xml', '/F')),
    timeoutMs: RUN_MS,
  }),
  'remove-service': ({ name }) => {
    const key = `HKLM\\SYSTEM\\CurrentControlSet\\Services\\${name}`;
    return {
      guard: [{ kind: 'is-there', what: name }, { kind: 'not-protected' }, { kind: 'not-own-agent' }],
      steps: [
        run('reg.exe', 'export', key, '{state}\\service.reg', '/y'),
        script('stop-service', { name }),
        run('sc.exe', 'delete', name),
      ],
      verify: [check(true, 'sc.exe', 'query', name)],
      // The service control manager reads it again when Windows starts.
      undo: back(run('reg.exe', 'import', '{state}\\service.reg')),
      timeoutMs: RUN_MS * 2,
    };
  },
  'remove-run-key': ({ key, value }) => ({
    guard: [{ kind: 'is-there', what: `${key}\\${value}` }],
    steps: [script('export-run-value', { key, value }), run('reg.exe', 'delete', key, '/v', value, '/f')],
    verify: [check(true, 'reg.exe', 'query', key, '/v', value)],
    undo: back(script('restore-run-value', { key, value })),
    timeoutMs: RUN_MS,
  }),
  'collect-triage': collectTriage,
  'run-script': ({ name, text }) =>
    signedScript(name, name.endsWith('.ps1') ? [script('run-signed', { name, text })] : []),
};
