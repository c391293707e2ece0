/**
 * A server for agents as a process of its own, to be killed: over the real store and log, in the folder and on the port that it is given; any
 * free one for 0. It says on a line where it listens. `HAETAE_TEST_SECRET` becomes an enrolment token for ten hosts.
 */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { logIntake, serverIdentity, startServer } from '../../packages/haetae/dist/server/index.js';
import { openLog, openStore } from '../../packages/haetae/dist/store/index.js';

const [folder, port] = process.argv.slice(2);
const store = await openStore({ directory: join(folder, 'store') });
mkdirSync(join(folder, 'log'), { recursive: true });
const log = await openLog({ directory: join(folder, 'log') });
const secret = process.env.HAETAE_TEST_SECRET;
const hash = createHash('sha256').update(secret).digest('hex');
if ((await store.tokens.byHash(hash)) === undefined)
  await store.tokens.create({
    id: 'enrolment',
    name: 'test',
    hash,
    hint: '',
    kind: 'enrol',
    role: null,
    scopes: [],
    hosts: [],
    networks: [],
    createdBy: 'test',
    createdMs: Date.now(),
    expiresMs: null,
    revokedMs: null,
    usedMs: null,
    usesLeft: 10,
  });
const server = await startServer({
  ports: { accounts: store, intake: logIntake(log), ready: async () => ({ ready: true, checks: [] }) },
  version: '0.0.0',
  log: ({ level, message, ...more }) => {
    if (level === 'error') console.error(message, more);
  },
  now: Date.now,
  port: Number(port),
  identity: serverIdentity(join(folder, 'identity.pem')),
});
console.log(server.url);
