/**
 * Claim: what several servers need costs one that needs none of it nothing. `haetae serve` of a plain installation (without @haetae/kafka,
 * @haetae/postgres and @haetae/opensearch) is ready within 5 % of the CPU that it takes with them installed, and imports nothing of them in either.
 *
 * Input: two prefixes made of this build, that differ in the optional packages alone; one rule; an empty folder each time, so that what
 * differs is the program. CPU of the process with all its threads until /readyz says yes: what a busy machine changes least. Runs alternate.
 * Usage: node bench/startup.mjs [--runs 9]
 */
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const MOST_PERCENT = 5;
/** By the name of whoever imports them they are found in a prefix or not. */
const OPTIONAL = [
  ...['@haetae/kafka', '@haetae/postgres', '@haetae/opensearch'],
  ...['@platformatic/kafka', 'postgres', '@opensearch-project/opensearch'],
];
const { values } = parseArgs({ options: { runs: { type: 'string', default: '9' } } });
const folder = mkdtempSync(join(tmpdir(), 'haetae-bench-startup-'));

const namesIn = (modules) =>
  readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((one) => `${name}/${one}`) : [name],
    );

/** A folder with a copy of the program, and all that is installed here but what `without` names. */
function prefix(name, without) {
  const modules = join(folder, name, 'node_modules');
  const own = join(modules, 'haetae');
  for (const part of ['bin', 'dist', 'content', 'package.json'])
    cpSync(here(`../packages/haetae/${part}`), join(own, part), { recursive: true });
  for (const one of namesIn(here('../node_modules'))) {
    if (one === 'haetae' || without.includes(one)) continue;
    mkdirSync(join(modules, one, '..'), { recursive: true });
    symlinkSync(here(`../node_modules/${one}`), join(modules, one));
  }
  return { name, bin: join(own, 'bin', 'haetae.js'), cpu: [], wall: [] };
}

/** Each file that is loaded, by whichever thread, is written down. */
const hook = join(folder, 'hook.mjs');
writeFileSync(
  hook,
  `import { appendFileSync } from 'node:fs';
import { register } from 'node:module';
if (process.env.HAETAE_LOADED !== undefined)
  register('data:text/javascript,' + encodeURIComponent(\`
    import { appendFileSync } from 'node:fs';
    export async function load(url, context, next) {
      appendFileSync(process.env.HAETAE_LOADED, url + '\\\\n');
      return next(url, context);
    }\`));
`,
);
const rules = join(folder, 'rule.yml');
writeFileSync(
  rules,
  'title: One\nid: 6f1b2b0a-0000-4000-8000-000000000002\nlevel: low\nlogsource: { product: windows, service: security }\ndetection: { sel: { EventID: 1102 }, condition: sel }\n',
);
const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Starts it and ends it: ms of CPU and of the clock until it was ready. */
async function start({ bin }, loaded) {
  const [data, port] = [mkdtempSync(join(folder, 'data-')), await freePort()];
  const env = { ...process.env, ...(loaded !== undefined && { HAETAE_LOADED: loaded }) };
  delete env.HAETAE_BUS;
  delete env.HAETAE_STORE;
  const begun = performance.now();
  const execArgv = loaded === undefined ? [] : ['--import', hook];
  const args = ['serve', '--data', data, '--port', String(port), '--no-builtin', '--rules', rules, '--no-cache'];
  const child = spawn(process.execPath, [...execArgv, bin, ...args], { stdio: 'ignore', env });
  while (!(await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => ({ ok: false }))).ok) {
    if (child.exitCode !== null) throw new Error(`haetae serve ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const wall = performance.now() - begun;
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
  const [, , , , , , , , , , , , user, system] = stat.slice(stat.lastIndexOf(')') + 1).split(' ');
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('exit', resolve));
  rmSync(data, { recursive: true });
  return { cpu: (Number(user) + Number(system)) * 10, wall };
}

const middle = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];
try {
  const plain = prefix('plain', OPTIONAL);
  const whole = prefix('whole', []);
  let imported = 0;
  for (const one of [plain, whole]) {
    const loaded = join(folder, `${one.name}.txt`);
    await start(one, loaded);
    const files = existsSync(loaded) ? readFileSync(loaded, 'utf8').split('\n') : [];
    if (files.length < 10) throw new Error('what is loaded was not written down');
    const theirs = files.filter((url) =>
      /@haetae\/(?:kafka|postgres)|packages\/(?:kafka|postgres)\/|@platformatic|node_modules\/postgres\//.test(url),
    );
    console.log(
      `${one.name}: ${files.length} files loaded, ${theirs.length} of the optional packages ${theirs.join(' ')}`,
    );
    imported += theirs.length;
  }
  for (let run = 0; run < Number(values.runs); run++)
    for (const one of run % 2 === 0 ? [plain, whole] : [whole, plain]) {
      const { cpu, wall } = await start(one);
      one.cpu.push(cpu);
      one.wall.push(wall);
    }
  for (const { name, cpu, wall } of [plain, whole])
    console.log(
      `${name}: ready after ${middle(cpu)} ms of CPU, ${middle(wall).toFixed(0)} ms (middle of ${cpu.length})`,
    );
  const percent = (middle(whole.cpu) / middle(plain.cpu) - 1) * 100;
  const good = Math.abs(percent) <= MOST_PERCENT && imported === 0;
  console.log(
    `${good ? 'ok' : 'NOT MET'}: ${percent.toFixed(1)} % more with them installed (at most ${MOST_PERCENT} %), ${imported} of their files imported`,
  );
  process.exitCode = good ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
