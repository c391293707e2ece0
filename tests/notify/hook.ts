import { createHmac } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Hooked {
  readonly atMs: number;
  readonly key: string;
  /** Below the address that was given out, which is a secret. */
  readonly path: string;
  readonly signed: boolean;
  readonly body: {
    readonly kind: string;
    readonly title: string;
    readonly incident: { readonly id: string; readonly level: string; readonly findings: number } | null;
  };
}
export interface Hook {
  readonly url: string;
  readonly got: Hooked[];
  /** Statuses of the next answers; `lost`: taken, no answer. */
  readonly next: (number | 'lost')[];
  close(): Promise<void>;
}

const HOOK = '/hooks/planted-hook-path';

/** A receiver of the generic webhook that checks what is signed. */
export async function hookServer(secret: string): Promise<Hook> {
  const got: Hooked[] = [];
  const next: Hook['next'] = [];
  const server = http.createServer((request, response) => {
    let text = '';
    request.on('data', (bytes) => {
      text += bytes;
    });
    request.on('end', () => {
      const answer = next.shift() ?? 200;
      if (answer !== 'lost' && answer !== 200) {
        response.writeHead(answer, answer === 429 ? { 'retry-after': '1' } : {});
        response.end();
        return;
      }
      const timestamp = String(request.headers['x-haetae-timestamp']);
      const mac = createHmac('sha256', secret).update(`${timestamp}.${text}`).digest('hex');
      got.push({
        atMs: Date.now(),
        path: (request.url ?? '').replace(HOOK, ''),
        key: String(request.headers['idempotency-key']),
        signed: request.headers['x-haetae-signature'] === `v1=${mac}`,
        body: JSON.parse(text) as Hooked['body'],
      });
      if (answer === 'lost') request.socket.destroy();
      else response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${HOOK}`,
    ...{ got, next },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
