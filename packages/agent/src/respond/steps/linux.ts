import type { ProcessRef } from '../../protocol/index.ts';
import {
  back,
  collectTriage,
  KILL_MS,
  none,
  RUN_MS,
  type ServerAt,
  type Step,
  type StepsOf,
  signedScript,
} from './step.ts';

const NFT = '/usr/sbin/nft';
export const nft = (stdin: string): Step => ({ kind: 'run', argv: [NFT, '-f', '-'], stdin });

export const ISOLATION = 'haetae_isolation';
const BLOCK = 'haetae_block';

/**
 * Everything but our server is cut: both families, both directions, what is forwarded too. The rules stand before connection tracking and
 * ask no state, so that flows which were there are cut as well. Neighbour discovery stays, or an IPv6 server would be lost.
 */
export function isolationRules({ address, port }: ServerAt): string {
  const family = address.includes(':') ? 'ip6' : 'ip';
  return [
    `table inet ${ISOLATION}`,
    `delete table inet ${ISOLATION}`,
    `table inet ${ISOLATION} {`,
    '  chain input {',
    '    type filter hook input priority -310; policy drop;',
    '    iifname "lo" accept',
    `    ${family} saddr ${address} tcp sport ${port} accept`,
    '    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } accept',
    '  }',
    '  chain output {',
    '    type filter hook output priority -310; policy drop;',
    '    oifname "lo" accept',
    `    ${family} daddr ${address} tcp dport ${port} accept`,
    '    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit } accept',
    '  }',
    '  chain forward {',
    '    type filter hook forward priority -310; policy drop;',
    '  }',
    '}',
    '',
  ].join('\n');
}

export const RELEASE = `table inet ${ISOLATION}\ndelete table inet ${ISOLATION}\n`;

const setOf = (address: string): string => (address.includes(':') ? 'v6' : 'v4');

/** Once more makes no second rule: the chains are emptied and written whole, the sets keep what they hold. */
function blockRules(address: string): string {
  const rules = (chain: string, side: string): string[] => [
    `add chain inet ${BLOCK} ${chain} { type filter hook ${chain} priority -305; policy accept; }`,
    `flush chain inet ${BLOCK} ${chain}`,
    `add rule inet ${BLOCK} ${chain} ip ${side} @v4 counter drop`,
    `add rule inet ${BLOCK} ${chain} ip6 ${side} @v6 counter drop`,
  ];
  return [
    `add table inet ${BLOCK}`,
    `add set inet ${BLOCK} v4 { type ipv4_addr; }`,
    `add set inet ${BLOCK} v6 { type ipv6_addr; }`,
    ...rules('input', 'saddr'),
    ...rules('output', 'daddr'),
    ...rules('forward', 'daddr'),
    `add element inet ${BLOCK} ${setOf(address)} { ${address} }`,
    '',
  ].join('\n');
}

const onProcess = (process: ProcessRef) =>
  [{ kind: 'same-process', process }, { kind: 'not-protected' }, { kind: 'not-own-agent' }] as const;

/** What each order is on Linux; undefined where the system has no such thing. */
export const LINUX: StepsOf = {
  'kill-process': ({ process }) => ({
    guard: onProcess(process),
    steps: [{ kind: 'signal', signal: 'SIGKILL', process, tree: false }],
    verify: [{ kind: 'process-gone', process, tree: false }],
    undo: none('final'),
    timeoutMs: KILL_MS,
  }),
  'kill-tree': ({ process }) => ({
    guard: onProcess(process),
    // Stopped first, from the root down, so that none of them starts another meanwhile.
    steps: [
      { kind: 'signal', signal: 'SIGSTOP', process, tree: true },
      { kind: 'signal', signal: 'SIGKILL', process, tree: true },
    ],
    verify: [{ kind: 'process-gone', process, tree: true }],
    undo: none('final'),
    timeoutMs: KILL_MS,
  }),
  'suspend-process': ({ process }) => ({
    guard: onProcess(process),
    steps: [{ kind: 'signal', signal: 'SIGSTOP', process, tree: false }],
    verify: [{ kind: 'process-stopped', process }],
    undo: back({ kind: 'signal', signal: 'SIGCONT', process, tree: false }),
    timeoutMs: KILL_MS,
  }),
  'isolate-host': (_, server) =>
    server === undefined
      ? undefined
      : {
          guard: [{ kind: 'own-firewall' }],
          steps: [nft(isolationRules(server))],
          verify: [{ kind: 'only-server-reachable' }],
          undo: back(nft(RELEASE)),
          timeoutMs: 60_000,
        },
  'block-address': ({ address }) => ({
    guard: [{ kind: 'not-own-network', address }],
    steps: [nft(blockRules(address))],
    verify: [
      { kind: 'run', argv: [NFT, 'get', 'element', 'inet', BLOCK, setOf(address), `{ ${address} }`], fails: false },
    ],
    undo: back(nft(`delete element inet ${BLOCK} ${setOf(address)} { ${address} }\n`)),
    timeoutMs: RUN_MS,
  }),
  'block-domain': ({ domain }) => ({
    guard: [],
    steps: [{ kind: 'hosts-line', domain, add: true }],
    verify: [{ kind: 'line-there', domain }],
    undo: back({ kind: 'hosts-line', domain, add: false }),
    timeoutMs: RUN_MS,
  }),
  'disable-account': ({ account }) => ({
    guard: [
      { kind: 'local-account', account },
      { kind: 'not-last-admin', account },
    ],
    // An account that has expired lets nobody in, by password or by key; the password itself stays as it was. One with a date of its own is
    // refused by the guard: the way back would not know it.
    steps: [{ kind: 'run', argv: ['/usr/bin/chage', '--expiredate', '1', account] }],
    verify: [],
    undo: back({ kind: 'run', argv: ['/usr/bin/chage', '--expiredate', '-1', account] }),
    timeoutMs: RUN_MS,
  }),
  'disable-domain-account': () => undefined,
  'log-off-session': ({ account }) => ({
    guard: [{ kind: 'local-account', account }],
    steps: [{ kind: 'run', argv: ['/usr/bin/loginctl', 'terminate-user', account] }],
    verify: [],
    undo: none('final'),
    timeoutMs: RUN_MS,
  }),
  'quarantine-file': ({ path, sha256 }) => ({
    guard: [{ kind: 'plain-file', path, sha256 }],
    steps: [{ kind: 'quarantine', path, sha256 }],
    verify: [{ kind: 'file-gone', path }],
    undo: back({ kind: 'restore', path }),
    timeoutMs: RUN_MS,
  }),
  'remove-task': () => undefined,
  'remove-service': () => undefined,
  'remove-run-key': () => undefined,
  'collect-triage': collectTriage,
  'run-script': ({ name, text }) =>
    signedScript(name, name.endsWith('.sh') ? [{ kind: 'run', argv: ['/bin/sh', '-s'], stdin: text }] : []),
};
