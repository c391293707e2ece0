import { createServer, request } from 'node:http';

export const MANY = 'a-million-rows';
function rowsOf(from, n) {
  const events = Array.from({ length: n }, (_, i) => ({
    ...{ id: String(from + i), timeMs: 1.79e12 - (from + i) * 1000, timeTicks: 0, receivedMs: 1.79e12, host: 'PC-01' },
    ...{
      computer: 'PC-01',
      channel: 'Security',
      provider: 'P',
      eventId: 4688,
      recordId: String(from + i),
      origin: 'b',
    },
    ...{
      marks: [],
      decoded: '',
      fields: { NewProcessName: 'C:\\Windows\\cmd.exe', CommandLine: `cmd /c ${from + i}` },
    },
    system: {},
  }));
  return `${JSON.stringify({ kind: 'events', events })}\n`;
}
/** A proxy before a server: one search is answered by so many rows. */
export async function proxy(url, rows) {
  const to = new URL(url);
  const server = createServer((asked, answer) => {
    const forward = (body) => {
      const headers = { ...asked.headers, host: to.host };
      if (headers.origin !== undefined) headers.origin = to.origin;
      const sent = request(
        { host: to.hostname, port: to.port, path: asked.url, method: asked.method, headers },
        (got) => {
          answer.writeHead(got.statusCode, got.headers);
          got.pipe(answer);
        },
      );
      sent.on('error', () => answer.destroy());
      if (body === undefined) asked.pipe(sent);
      else sent.end(body);
    };
    if (asked.url !== '/api/events/search') return forward();
    const chunks = [];
    asked.on('data', (chunk) => chunks.push(chunk));
    asked.on('end', async () => {
      const body = Buffer.concat(chunks);
      if (!body.includes(MANY)) return forward(body);
      answer.writeHead(200, { 'content-type': 'application/x-ndjson' });
      for (let at = 0; at < rows; at += 1000)
        if (!answer.write(rowsOf(at, Math.min(1000, rows - at))))
          await new Promise((resolve) => answer.once('drain', resolve));
      answer.end(`${JSON.stringify({ kind: 'end', reason: 'done', next: null })}\n`);
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
