/** What is used of `ws` 8.23.0, which brings no types of its own. */
declare module 'ws' {
  import type { EventEmitter } from 'node:events';
  import type { IncomingMessage } from 'node:http';
  import type { Duplex } from 'node:stream';

  interface Options {
    readonly maxPayload?: number;
    readonly perMessageDeflate?: boolean;
    readonly skipUTF8Validation?: boolean;
    readonly handshakeTimeout?: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly createConnection?: () => Duplex;
    readonly followRedirects?: boolean;
  }
  export class WebSocket extends EventEmitter {
    constructor(url: string, protocols: readonly string[], options?: Options);
    readonly bufferedAmount: number;
    readonly isPaused: boolean;
    send(data: string | Uint8Array, done?: (error?: Error) => void): void;
    ping(): void;
    pause(): void;
    resume(): void;
    close(code?: number, reason?: string): void;
    terminate(): void;
  }
  export class WebSocketServer extends EventEmitter {
    constructor(
      options: Options & {
        readonly noServer: true;
        readonly handleProtocols?: (offered: Set<string>) => string | false;
      },
    );
    handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, done: (socket: WebSocket) => void): void;
    close(): void;
  }
}
