import { CLOSE } from '@haetae/agent/protocol';
import type { Parts } from '../context.ts';

/** Ends the connection of one that is an agent no more, wherever it is. */
export async function dropAgent({ agents, sharedAgents }: Parts, id: string): Promise<void> {
  agents.drop(id, CLOSE.revoked, 'revoked');
  await sharedAgents?.drop(id);
}
