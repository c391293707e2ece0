import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

/**
 * What `deploy/` holds is what it says: with the tools themselves where they are installed (systemd-analyze, helm: on PATH, or HAETAE_HELM),
 * and by what must be true of each file everywhere. Nothing is started.
 */
const DEPLOY = fileURLToPath(new URL('../deploy', import.meta.url));
const read = (...path: string[]): string => readFileSync(join(DEPLOY, ...path), 'utf8');
const runs = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;
const files = readdirSync(DEPLOY, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));

test('flags that are given are flags of haetae serve', () => {
  const known = readFileSync(new URL('../packages/haetae/src/cli/flags.ts', import.meta.url), 'utf8');
  const theirs = ['build-arg', 'scale', 'now', 'global', 'omit', 'no-audit', 'no-fund', 'force', 'system', 'uid'];
  const others = new Set([...theirs, 'home-dir', 'create-home']);
  const given = new Set(
    files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/--([a-z-]{2,})/g)].map(([, name]) => name!)),
  );
  expect([...given].filter((name) => ['role', 'host', 'tls-cert', 'keep-days', 'config'].includes(name)).length).toBe(
    5,
  );
  for (const name of given) {
    const property = name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    if (!others.has(name)) expect(known, `--${name}`).toMatch(new RegExp(`readonly ${property}\\??:`));
  }
});

test('no host of a registry is named, and no password', () => {
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    for (const [, image] of text.matchAll(/^\s*(?:image|repository): *["']?([^\s"'{]+)/gm))
      expect(image, file).toMatch(/^(?:haetae:[\d.]+|REGISTRY\/haetae)$/);
    expect(text, file).not.toMatch(/:\/\/[^\s:@/]+:(?!…)[^\s@/]+@/);
  }
});

describe('systemd', () => {
  test.each(['haetae.service', 'haetae@.service'])('%s: confined, and its secrets come from a file', (name) => {
    const unit = read('systemd', name);
    for (const line of ['NoNewPrivileges=yes', 'ProtectSystem=strict', 'CapabilityBoundingSet=', 'DynamicUser=yes'])
      expect(unit).toMatch(new RegExp(`^${line}$`, 'm'));
    expect(unit).toMatch(/^EnvironmentFile=-?\/etc\/haetae\/secrets\.env$/m);
  });

  test.skipIf(!runs('systemd-analyze', '--version'))('systemd-analyze finds nothing wrong', () => {
    const folder = mkdtempSync(join(tmpdir(), 'haetae-units-'));
    try {
      // The program need not be installed here.
      for (const name of ['haetae.service', 'haetae@.service'])
        writeFileSync(join(folder, name), read('systemd', name).replace('/usr/bin/haetae', process.execPath));
      const units = [join(folder, 'haetae.service'), join(folder, 'haetae@detect.service')];
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...units], { encoding: 'utf8' });
      expect([status, stderr.split('\n').filter((line) => line.includes('haetae'))]).toEqual([0, []]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

interface Service {
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly ports?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly environment?: unknown;
}

describe.each([
  ['single.yaml', ['haetae']],
  ['roles.yaml', ['detect', 'ingest', 'web']],
])('compose: %s', (name, expected) => {
  const { services } = parse(read('compose', name), { merge: true }) as { services: Record<string, Service> };

  test('its services are confined, are asked how they are, and are reached from this machine alone', () => {
    expect(Object.keys(services).sort()).toEqual(expected);
    for (const { user, read_only, cap_drop, security_opt, ports = [], healthcheck, environment } of Object.values(
      services,
    )) {
      expect({ user, read_only, cap_drop, security_opt }).toEqual({
        ...{ user: '10001:10001', read_only: true },
        ...{ cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] },
      });
      expect(healthcheck?.test.join(' ')).toContain('/readyz');
      expect(environment).toBeUndefined();
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    }
  });
});

test('compose: the shell hands secrets and arguments on as they are', () => {
  const { services } = parse(read('compose', 'roles.yaml'), { merge: true }) as {
    services: Record<string, { entrypoint: string[]; command: string[] }>;
  };
  const folder = mkdtempSync(join(tmpdir(), 'haetae-compose-'));
  try {
    writeFileSync(join(folder, 'bus'), 'kafka://k1/x?a=$HOME&b="c"');
    writeFileSync(join(folder, 'store'), "postgres://d'b/\n");
    writeFileSync(
      join(folder, 'haetae'),
      '#!/bin/sh\nprintf "%s|" "$HAETAE_BUS" "$HAETAE_STORE" "$HAETAE_OPENSEARCH" "$@"\n',
      {
        mode: 0o755,
      },
    );
    const { entrypoint, command } = services.detect!;
    // As Compose reads it.
    const [shell, ...args] = entrypoint.map((word) => word.replaceAll('$$', '$').replaceAll('/run/secrets', folder));
    const said = (): string =>
      execFileSync(shell!, [...args, ...command], {
        encoding: 'utf8',
        env: { PATH: `${folder}:${process.env.PATH}` },
      });
    const rest = 'serve|--host|0.0.0.0|--role|detect|--keep-days|90|';
    expect(said()).toBe(`kafka://k1/x?a=$HOME&b="c"|postgres://d'b/||${rest}`);
    writeFileSync(join(folder, 'opensearch'), 'https://s/$x');
    expect(said()).toBe(`kafka://k1/x?a=$HOME&b="c"|postgres://d'b/|https://s/$x|${rest}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const HELM = process.env.HAETAE_HELM ?? 'helm';

describe.skipIf(!runs(HELM, 'version'))('helm', () => {
  const chart = join(DEPLOY, 'helm', 'haetae');
  interface Doc {
    readonly kind: string;
    readonly metadata: { readonly name: string };
    readonly spec: never;
  }
  const rendered = (...set: string[]): Doc[] =>
    parseAllDocuments(
      execFileSync(
        HELM,
        ['template', 'x', chart, '--kube-version', '1.29.0', ...set.flatMap((one) => ['--set', one])],
        {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      ),
    )
      .map((doc) => doc.toJS() as Doc | null)
      .filter((doc) => doc !== null);
  const kinds = (docs: readonly Doc[]): string[] => docs.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort();
  interface Pod {
    readonly securityContext: object;
    readonly automountServiceAccountToken: boolean;
    readonly containers: readonly {
      readonly args: readonly string[];
      readonly env?: readonly { readonly name: string; readonly value?: string }[];
      readonly securityContext: object;
      readonly livenessProbe: { readonly httpGet: object };
      readonly readinessProbe: { readonly httpGet: object };
      readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
    }[];
    readonly volumes: readonly { readonly name: string }[];
  }
  const pods = (docs: readonly Doc[]): Pod[] =>
    docs
      .filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
      .map(({ spec }) => (spec as { template: { spec: Pod } }).template.spec);
  const TWICE = ['mode=roles', 'secret.name=urls', 'tls.secretName=tls', 'identity.secretName=id'];
  const FILES = ['files[0].name=rules', 'files[0].mountPath=/etc/haetae/rules', 'files[0].configMap.name=mine'];

  test('finds nothing wrong', () => {
    expect(execFileSync(HELM, ['lint', '--strict', chart], { encoding: 'utf8' })).toContain('0 chart(s) failed');
  });

  test('one server: a volume, and nothing that several need', () => {
    expect(kinds(rendered())).toEqual(['Service x-haetae', 'ServiceAccount x-haetae', 'StatefulSet x-haetae']);
    expect(pods(rendered())[0]!.containers[0]!.args).toEqual(['serve', '--host', '0.0.0.0']);
  });

  test('several: each role has its servers, its budget of disruption and, where it is asked, its address', () => {
    expect(kinds(rendered(...TWICE, ...FILES))).toEqual(
      [
        ...['detect', 'ingest', 'web'].flatMap((role) => [
          `Deployment x-haetae-${role}`,
          `PodDisruptionBudget x-haetae-${role}`,
        ]),
        ...['Service x-haetae-ingest', 'Service x-haetae-web', 'ServiceAccount x-haetae'],
      ].sort(),
    );
    const [detect] = pods(rendered(...TWICE));
    expect(detect!.containers[0]!.args.join(' ')).toBe(
      'serve --host 0.0.0.0 --role detect --tls-cert /etc/haetae/tls/tls.crt --tls-key /etc/haetae/tls/tls.key --keep-days 90',
    );
    expect(() => rendered('mode=roles')).toThrow(/needs secret.name/);
  });

  test('several over several partitions: what stands behind the URL of the bus is seen in the values', () => {
    for (const pod of pods(rendered(...TWICE, 'bus.settings=?partitions=4'))) {
      const env = new Map(pod.containers[0]!.env!.map(({ name, value }) => [name, value]));
      expect(env.get('HAETAE_BUS')).toBe('$(HAETAE_BUS_URL)?partitions=4');
      // What stands in a value is put in only if it was told before.
      expect([...env.keys()].indexOf('HAETAE_BUS_URL')).toBeLessThan([...env.keys()].indexOf('HAETAE_BUS'));
    }
  });

  test.each([[[]], [[...TWICE, ...FILES]]])(
    'pods are confined, are asked how they are, and hold no secret: %j',
    (set) => {
      for (const pod of pods(rendered(...set))) {
        const { securityContext, env = [], livenessProbe, readinessProbe, volumeMounts } = pod.containers[0]!;
        expect(pod).toMatchObject({ automountServiceAccountToken: false, securityContext: { runAsNonRoot: true } });
        expect(securityContext).toEqual({
          ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
          capabilities: { drop: ['ALL'] },
        });
        expect(env.filter(({ value }) => value !== undefined)).toEqual([]);
        expect(livenessProbe.httpGet).toMatchObject({ path: '/healthz' });
        expect(readinessProbe.httpGet).toMatchObject({ path: '/readyz', scheme: set.length > 0 ? 'HTTPS' : 'HTTP' });
        const volumes = pod.volumes.map(({ name }) => name);
        for (const { name } of volumeMounts) if (set.length > 0) expect(volumes).toContain(name);
      }
    },
  );
});
