/**
 * Sends the bodies of a pool to a server at a steady rate over several connections, and every second one attack on a host of its own.
 * Told by its parent over IPC: { url, path, token, rate, seconds, senders, mark }; tells it what was acknowledged each second and,
 * in the end, all together. One pass over the pool is of other hosts than the one before.
 */
import http from 'node:http';
import { HOSTS, poolOf, stamper } from './pool.mjs';

const [file, size, limit] = process.argv.slice(2);
const pool = await poolOf(file, Number(size), Number(limit));
const stamp = stamper(pool.channels);
let order = 0;
let marks = 0;
process.send({ kind: 'ready', events: pool.events, bodies: pool.bodies.length, hosts: HOSTS });
process.on('message', async (job) => {
  process.send({ kind: 'done', ...(await run(job)) });
});
process.on('disconnect', () => process.exit());

async function run({ url, path, headers, rate, seconds, senders, mark }) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: senders + 2 });
  const begin = performance.now();
  const cpu = process.cpuUsage();
  const total = { events: 0, bytes: 0, requests: 0, retries: 0, broken: 0, waits: [], late: 0 };
  let sent = 0;
  const post = (bytes) =>
    new Promise((resolve, reject) => {
      const request = http.request(
        url + path,
        { method: 'POST', agent, headers: { ...headers, 'content-length': bytes.length } },
        (response) => {
          response.resume();
          response.on('end', () => resolve(response));
        },
      );
      request.on('error', reject);
      request.end(bytes);
    });
  const deliver = async (bytes) => {
    for (;;) {
      const asked = performance.now();
      const answered = await post(bytes).catch(() => undefined);
      if (answered === undefined) {
        // A connection kept open was closed in the same moment.
        if (++total.broken > 100) throw new Error(`${url}${path} does not answer`);
        continue;
      }
      const { statusCode, headers: answer } = answered;
      if (statusCode === 200) {
        total.waits.push(performance.now() - asked);
        return;
      }
      if (statusCode === 413) {
        // rsigma takes a megabyte at most.
        const middle = bytes.indexOf(10, bytes.length >> 1) + 1;
        await deliver(bytes.subarray(0, middle));
        return deliver(bytes.subarray(middle));
      }
      if (statusCode !== 429 && statusCode !== 503) throw new Error(`${path} answered ${statusCode}`);
      total.retries++;
      await pause(1000 * Number(answer['retry-after'] ?? 0.25));
    }
  };
  const send = async () => {
    for (;;) {
      const due = begin + (sent / rate) * 1000;
      if (due >= begin + seconds * 1000 || performance.now() >= begin + seconds * 1000) return;
      const number = order++;
      const body = pool.bodies[number % pool.bodies.length];
      sent += body.lines.length;
      const wait = due - performance.now();
      if (wait > 0) await pause(wait);
      stamp(body, Math.floor(number / pool.bodies.length), Date.now());
      await deliver(body.bytes);
      total.events += body.lines.length;
      total.bytes += body.bytes.length;
      total.requests++;
    }
  };
  const marking = mark
    ? setInterval(() => {
        const host = `MARK-${String(++marks).padStart(5, '0')}`;
        const bytes = Buffer.from(`${JSON.stringify(attackOn(host))}\n`);
        process.send({ kind: 'mark', host, at: Date.now() });
        deliver(bytes).then(
          () => total.events++,
          () => {},
        );
      }, 1000)
    : undefined;
  await Promise.all(Array.from({ length: senders }, send));
  clearInterval(marking);
  const took = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  agent.destroy();
  const waits = total.waits.sort((a, b) => a - b);
  return {
    ...total,
    waits: undefined,
    took,
    cpu: (user + system) / 1e6,
    p50: waits[waits.length >> 1],
    p99: waits[Math.floor(waits.length * 0.99)],
  };
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Shadow copies deleted: nobody misses that one, so what is measured is time alone. */
function attackOn(host) {
  const time = new Date().toISOString();
  const image = 'C:\\Windows\\System32\\vssadmin.exe';
  return {
    Hostname: host,
    RecordNumber: 1,
    '@timestamp': time,
    TimeCreated: time,
    UtcTime: time.slice(0, -1).replace('T', ' '),
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    SourceName: 'Microsoft-Windows-Sysmon',
    EventID: 1,
    Image: image,
    OriginalFileName: 'VSSADMIN.EXE',
    CommandLine: 'vssadmin.exe delete shadows /all /quiet',
    ProcessId: '4242',
    ProcessGuid: '{00000000-0000-0000-0000-000000004242}',
    ParentProcessGuid: '{00000000-0000-0000-0000-000000004241}',
    ParentImage: 'C:\\Windows\\System32\\cmd.exe',
    ParentCommandLine: 'cmd.exe',
    User: 'CORP\\kim',
  };
}
