import type { Words } from '../locale/index.ts';
import { readSecret } from '../notify/index.ts';
import type { ServeOptions } from '../pipeline/index.ts';
import { isObject, jsonObjectAt } from './json-file.ts';
import { UsageError } from './usage.ts';

type OidcSettings = NonNullable<ServeOptions['oidc']>;
const ROLES: readonly NonNullable<OidcSettings['defaultRole']>[] = ['viewer', 'analyst', 'responder', 'admin'];
const NAMES = ['issuer', 'clientId', 'clientSecret', 'groupsClaim', 'roles', 'defaultRole'];
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Who may log in through an identity provider, of `--oidc FILE` (JSON). The client secret is named by its place, never written there. */
export function oidcAt(path: string, words: Words): OidcSettings {
  const { serve: w } = words;
  const value = jsonObjectAt('--oidc', path, words);
  const wrong = (name: string, wanted: string) => new UsageError(w.configValue(path, name, wanted));
  const text = (name: string): string => {
    const one = value[name];
    if (typeof one !== 'string' || one.trim() === '') throw wrong(name, '"…"');
    return one;
  };
  const role = (name: string, one: unknown) => {
    const known = ROLES.find((each) => each === one);
    if (known === undefined) throw wrong(name, ROLES.join(', '));
    return known;
  };
  for (const name of Object.keys(value))
    if (!NAMES.includes(name)) throw new UsageError(w.configName(path, name, NAMES.join(', ')));

  const issuer = text('issuer');
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  const insecure = url?.protocol === 'http:' && LOOPBACK.test(url.hostname);
  if (url?.protocol !== 'https:' && !insecure) throw wrong('issuer', 'https://…');

  const { file, env } = isObject(value.clientSecret) ? value.clientSecret : {};
  const place =
    typeof file === 'string'
      ? ({ from: 'file', name: file } as const)
      : typeof env === 'string' && ({ from: 'env', name: env } as const);
  if (!place) throw wrong('clientSecret', '{"file": "…"}, {"env": "…"}');
  const clientSecret = readSecret(place);
  if (clientSecret === undefined) throw new UsageError(w.oidcSecret(path, place.name));

  const { roles, defaultRole } = value;
  if (roles !== undefined && !isObject(roles)) throw wrong('roles', '{"…": "analyst"}');
  return {
    issuer,
    clientId: text('clientId'),
    clientSecret,
    ...(value.groupsClaim !== undefined && { groupsClaim: text('groupsClaim') }),
    ...(roles !== undefined && {
      roles: Object.fromEntries(Object.entries(roles).map(([group, one]) => [group, role(`roles.${group}`, one)])),
    }),
    defaultRole: defaultRole === undefined || defaultRole === null ? null : role('defaultRole', defaultRole),
    ...(insecure && { insecure }),
  };
}
