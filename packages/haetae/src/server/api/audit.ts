import type { UnixMs } from '@haetae/event';
import type { Json } from '../../store/index.ts';
import type { Ctx, Parts } from '../context.ts';
import type { Actor } from '../ports.ts';

export const actorOf = (c: Ctx): Actor => ({ id: c.get('principal').id, name: c.get('principal').name });

/** Writes down that somebody changed something. An answer that says it was done comes after this. */
export async function audited(
  parts: Parts,
  c: Ctx,
  action: string,
  object: string,
  detail: Json = {},
  actor: Actor = c.get('principal') ?? { id: '', name: '' },
): Promise<void> {
  await parts.ports.accounts.audit.append({
    timeMs: parts.now() as UnixMs,
    actor: actor.id,
    actorName: actor.name,
    action,
    object,
    address: c.get('address'),
    detail,
  });
  parts.log({ level: 'info', message: 'audit', action, object, actor: actor.id, request: c.get('requestId') });
}
