import type { UnixMs } from '@haetae/event';
import type { Origin } from '../../source/index.ts';
import type { Token } from '../../store/index.ts';
import { secretsIn } from '../auth/secrets.ts';
import type { Parts } from '../context.ts';
import type { Accepted, Frame } from '../intake.ts';
import type { FrameParts, Gate, Shown } from './protocol.ts';

const ORIGINS: Readonly<Record<Token['kind'], Origin>> = {
  agent: 'agent',
  ingest: 'shipper',
  enrol: 'agent',
  api: 'import',
  setup: 'shipper',
};

/** What a token that came by this protocol, from this address, may do; its frames bear its name. */
export function gateOf(parts: Parts, protocol: string): Gate {
  return {
    elasticVersion: parts.elasticVersion,
    async authenticate(request, secrets = secretsIn(request.header('authorization'))): Promise<Shown> {
      const { address } = request;
      const shown = await parts.tokens.check(secrets, { kinds: ['ingest', 'agent'], scope: protocol, address });
      if (shown.kind !== 'refused') return shown;
      parts.counts.refused.add({ why: shown.why });
      const wait = parts.strangers.take(address, parts.now());
      return wait > 0 ? { kind: 'slow-down', retryMs: wait } : shown;
    },
    accept: (request, token, frame) => acceptFrame(parts, protocol, request.address, token, frame),
  };
}

/** Hands a frame to the intake; while that is busy, waits and asks again until the hold limit. */
export async function acceptFrame(
  parts: Parts,
  protocol: string,
  address: string,
  token: Token,
  { format, bytes, items, position = '' }: FrameParts,
): Promise<Accepted> {
  const frame: Frame = {
    format,
    origin: ORIGINS[token.kind],
    token: token.id,
    hosts: token.hosts,
    address,
    receivedMs: parts.now() as UnixMs,
    position,
    items,
    bytes,
  };
  const until = performance.now() + parts.limits.hold;
  let outcome = await parts.ports.intake.accept(frame);
  while (outcome.kind === 'busy' && performance.now() + outcome.retryMs < until) {
    await new Promise((resolve) => setTimeout(resolve, (outcome as { retryMs: number }).retryMs));
    outcome = await parts.ports.intake.accept(frame);
  }
  tellFull(parts, outcome);
  if (outcome.kind === 'durable') {
    parts.counts.items.add({ protocol }, items);
    parts.counts.bytes.add({ protocol }, bytes.length);
  } else parts.counts.refused.add({ why: outcome.kind });
  return outcome;
}

/** Servers that cannot keep what they are sent: the log tells it once, not for each request of a thousand senders. */
const full = new WeakSet<Parts>();

function tellFull(parts: Parts, outcome: Accepted): void {
  if (outcome.kind === 'full' && !full.has(parts)) {
    full.add(parts);
    parts.log({
      level: 'error',
      message: 'nothing can be kept: senders are told to come again later',
      reason: outcome.reason,
    });
  } else if (outcome.kind === 'durable' && full.delete(parts))
    parts.log({ level: 'warn', message: 'what is sent can be kept again' });
}
