import { createServer } from 'node:https';
import { createInterface } from 'node:readline';
import { acceptor, newNonce, readIdentity, signTranscript } from '@haetae/agent/protocol';

/**
 * A server that was taken over: it has the certificate and the key by which agents know the server, and so speaks on their connection. What it
 * sends as commands is what it is given on standard input, a line each; what the agent answers is told on standard output. It
 * acknowledges nothing, so that the true server is told all of it later.
 */
let settled;
createInterface({ input: process.stdin }).on('line', (line) => {
  if (settled === undefined) settled = begin(JSON.parse(line));
  else settled.send(line);
});
const tell = (said) => process.stdout.write(`${JSON.stringify(said)}\n`);

function begin({ cert, key, identity: pem, host, port }) {
  const identity = readIdentity(pem);
  const accepting = acceptor();
  const server = createServer({ cert, key, ALPNProtocols: ['http/1.1'] });
  let link;
  server.on('upgrade', async (request, socket, head) => {
    const binding = request.socket
      .exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0))
      .toString('base64url');
    const one = await accepting.accept(request, socket, head);
    const serverNonce = newNonce();
    await one.send(JSON.stringify({ kind: 'challenge', nonce: serverNonce, serverKey: identity.publicKey }));
    const { nonce, agentKey } = JSON.parse((await one.receive()).text);
    const transcript = { agentNonce: nonce, serverNonce, agentKey, serverKey: identity.publicKey, binding };
    const signature = signTranscript({ side: 'server', ...transcript }, identity);
    await one.send(JSON.stringify({ kind: 'welcome', agent: 'any', signature, nowMs: Date.now() }));
    link = one;
    tell({ kind: 'connected', agentKey });
    for (;;) {
      const got = await one.receive();
      if (got.kind === 'closed') return;
      const said = got.kind === 'text' ? JSON.parse(got.text) : undefined;
      if (said?.kind === 'outcome') tell(said);
    }
  });
  server.listen(port, host, () => tell({ kind: 'listening' }));
  return {
    send: (line) => void link.send(JSON.stringify({ kind: 'command', ...JSON.parse(line) })),
  };
}
