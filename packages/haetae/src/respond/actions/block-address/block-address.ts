import { blockable } from '@haetae/agent/protocol';
import type { Action } from '../../action.ts';
import { candidateOf, indicated, refusedFor } from '../../candidates.ts';

/** `203.0.113.7:443` and `[2001:db8::1]:443` without their ports. */
const bare = (text: string): string =>
  /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? text.replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1');

/** Blocks single public addresses that the hosts of the incident spoke with: never a network, never one's own. */
export const blockAddress: Action = {
  name: 'block-address',
  needs: 'address',
  risk: 'medium',
  persons: 1,
  place: 40,
  reverse: 'unblock-address',
  candidates: (incident) =>
    indicated(incident, 'address', bare).map(({ host, value: address, findings }) => {
      const about = { host, about: address, findings };
      return blockable(address)
        ? candidateOf(about, { action: 'block-address', address })
        : refusedFor(about, 'own-network');
    }),
};
