import type { Order } from '../../protocol/index.ts';
import { LINUX } from './linux.ts';
import type { ServerAt, Steps, System } from './step.ts';
import { WINDOWS } from './windows.ts';

/** What an order is on a system; undefined where the system has no such thing, or the order needs the server's address and there is none. */
export function stepsOf(order: Order, system: System, server?: ServerAt): Steps | undefined {
  const table = system === 'windows' ? WINDOWS : LINUX;
  const steps = (table[order.action] as (order: Order, server: ServerAt | undefined) => Steps | undefined)(
    order,
    server,
  );
  return steps?.steps.length === 0 ? undefined : steps;
}
