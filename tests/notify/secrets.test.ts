import { execFile, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HAETAE, PLANTED, place, root, roots, SECRETS, settled, until } from './place.ts';

/** Every file below a folder. */
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : statSync(path).isFile() ? [path] : [];
  });

const command = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      [HAETAE, ...args],
      { env: { ...process.env, ...SECRETS, ...env }, maxBuffer: 1 << 28 },
      (_, stdout, stderr) => resolve(stdout + stderr),
    );
  });

/** As it is, and as it would stand in an address, in base64 and in JSON. */
const formsOf = (secret: string): string[] => [
  ...new Set([
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    JSON.stringify(secret).slice(1, -1),
  ]),
];

test('no secret is in a log, an error, a report, an answer or what is kept', async () => {
  const key = join(root, 'signing.pem');
  execFileSync(process.execPath, [HAETAE, 'respond', 'key', key], { stdio: 'ignore' });
  const here = await place('secrets', 'digest: { over: 100 }', ['--respond-key', key, '--verbose']);
  const data = join(root, 'secrets');
  const passwords = {
    kim: 'planted password of kim 1',
    wrong: 'planted wrong password 2',
    next: 'planted next password 3',
  };
  const answers: string[] = [];
  const ask = async (path: string, init: RequestInit = {}, token = here.api): Promise<Response> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...init.headers };
    const answer = await fetch(`${here.server.url}${path}`, { ...init, headers });
    const body = Buffer.from(await answer.clone().arrayBuffer());
    answers.push(`${path} ${[...answer.headers].join('\n')}\n${body.toString('utf8')}\n${body.toString('latin1')}`);
    return answer;
  };
  const post = (path: string, body: object): Promise<Response> =>
    ask(path, { method: 'POST', body: JSON.stringify(body) });

  // People and tokens, and those who try.
  expect(
    (await post('/api/users', { name: 'kim', displayName: 'kim', role: 'responder', password: passwords.kim })).status,
  ).toBe(201);
  await post('/api/users', { name: 'kim', displayName: 'kim', role: 'nobody', password: passwords.wrong });
  await post('/api/login', { name: 'kim', password: passwords.wrong });
  const loggedIn = await fetch(`${here.server.url}/api/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: here.server.url },
    body: JSON.stringify({ name: 'kim', password: passwords.kim }),
  });
  const cookie = /=([^;]+)/.exec(loggedIn.headers.get('set-cookie') ?? '')?.[1] ?? '';
  expect(cookie.length).toBeGreaterThan(16);
  const forged = `${here.api.slice(0, -6)}zzzzzz`;
  await ask('/api/incidents', {}, forged);
  await ask('/ingest/ndjson', { method: 'POST', body: 'no json at all' }, here.ingest);
  await ask('/ingest/ndjson', { method: 'POST', body: '{' }, forged);

  // Incidents, told through failures of every kind.
  here.slack.trouble.push(
    { kind: 'lost' },
    { kind: 'status', status: 500 },
    { kind: 'error', error: 'internal_error' },
  );
  here.hook.next.push(500, 'lost', 429);
  here.mail.defer = 1;
  here.mail.lose = 1;
  await here.send(2, 1);
  await until(
    () => roots(here).length === 2,
    240_000,
    () => here.said(),
  );
  const [message] = roots(here);
  const incident = message!.metadata.event_payload.incident!;
  await post(`/api/incidents/${incident}/responses`, { actions: ['collect-triage', 'isolate-host'] });
  await post(`/api/incidents/${incident}/awareness`, { atMs: Date.now() - 1000, by: '홍길동', reason: null });
  await post(`/api/incidents/${incident}/reports`, { stage: 'first' });
  await here.crash();
  await until(
    () => settled(here),
    400_000,
    () => here.said(),
  );

  // Whatever can be asked for.
  const { paths } = (await (await ask('/api/openapi.json')).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const reads = Object.entries(paths).flatMap(([path, methods]) => ('get' in methods ? [path] : []));
  expect(reads.length).toBeGreaterThan(30);
  for (const path of reads)
    if (!/live|\{(?!id\})/.test(path))
      await ask(path.replace('{id}', path.startsWith('/api/incidents') ? incident : '1'));
  for (const format of ['pdf', 'html', 'md'])
    for (const part of ['report', 'iocs', 'stix', 'manifest'])
      for (const template of ['analyst', 'kisa'])
        await ask(
          `/api/incidents/${incident}/report?format=${format}&part=${part}&template=${template}&stage=supplement`,
        );
  await ask('/metrics');
  await ask('/readyz');

  // The commands, with what is wrong too.
  const file = join(data, 'notify.yml');
  const inline = join(root, 'inline.yml');
  const slack = `{ type: slack, token: ${SECRETS.HAETAE_T_BOT}, channel: C0000001 }`;
  writeFileSync(
    inline,
    `channels:\n  slack: ${slack}\n  : [\nproxy: "http://u:${SECRETS.HAETAE_T_MAIL}@proxy.example"\n`,
  );
  const said: string[] = [];
  for (const args of [
    ['notify', 'lint', file],
    ['notify', 'lint', inline],
    ['notify', 'test', '--file', file],
    ['token', 'list', '--data', data],
    ['report', '--incident', incident, '--data', data, '-o', join(root, 'secrets.html')],
    ['respond', 'plan', incident, '--data', data],
    ['search', 'vssadmin', '--data', data],
    ['serve', '--data', data, '--port', '0', '--notify', inline],
  ])
    said.push(await command([...args, '--lang', 'en']));
  said.push(await command(['notify', 'test', '--file', file], { HAETAE_T_BOT: `${SECRETS.HAETAE_T_BOT}x` }));
  expect(await here.server.stop()).toBe(0);

  const pem = readFileSync(key, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('-----'))
    .join('');
  const own = (name: string): string => readFileSync(join(data, name), 'utf8');
  const secrets: Record<string, string> = {
    ...Object.fromEntries(PLANTED.map((secret) => [`planted: ${secret}`, secret])),
    ...Object.fromEntries(Object.entries(passwords).map(([name, password]) => [`password: ${name}`, password])),
    'API token': here.api,
    'token of a shipper': here.ingest,
    'token that was made up': forged,
    'cookie of a session': cookie,
    'signing key': pem,
    'key of buttons': own('notify-key').trim(),
    'key of the server': own('identity.pem')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('-----'))
      .join(''),
  };
  // Buttons are signed, and their key is not in them; where a secret lies by its owner's wish it may lie.
  const lies = new Set(['notify-key', 'identity.pem', 'hook-url', 'notify.yml'].map((name) => join(data, name)));
  const places: [string, string][] = [
    ['what the server said', here.said()],
    ['answers', answers.join('\n')],
    ['commands', said.join('\n')],
    ['messages', JSON.stringify([here.slack.messages, here.slack.whispers, here.mail.mails, here.hook.got])],
    ['report of the command', readFileSync(join(root, 'secrets.html'), 'utf8')],
    ...filesIn(data)
      .filter((path) => !lies.has(path))
      .map((path): [string, string] => [path, readFileSync(path, 'latin1')]),
  ];
  const found = Object.entries(secrets).flatMap(([name, secret]) => {
    expect(secret.length, name).toBeGreaterThan(10);
    return places.flatMap(([where, text]) =>
      formsOf(secret).some((form) => text.includes(form)) ? [`${name}: ${where}`] : [],
    );
  });
  expect(found).toEqual([]);
}, 1_200_000);
