import type { Settings } from '../channels/channel.ts';
import type { ChannelConfig, NotifyProblem, SecretPlace, Setting } from './config.ts';

/** Reads a secret where it is; undefined where it is not. */
export type ReadSecret = (place: SecretPlace) => string | undefined;

/** A place without its value. */
const isPlace = (value: Setting): value is SecretPlace =>
  typeof value === 'object' && !Array.isArray(value) && 'from' in value && 'name' in value;

/** A channel's settings with its secrets in their places, and the names of those that are not there. */
export function withSecrets(
  { settings }: Pick<ChannelConfig, 'settings'>,
  read: ReadSecret,
): { readonly settings: Settings; readonly secrets: readonly string[]; readonly missing: readonly string[] } {
  const whole: Record<string, Settings[string]> = {};
  const secrets: string[] = [];
  const missing: string[] = [];
  for (const [name, value] of Object.entries(settings)) {
    if (!isPlace(value)) {
      whole[name] = value as Settings[string];
      continue;
    }
    const secret = read(value);
    if (secret === undefined) {
      missing.push(`${name}: ${value.from} ${value.name}`);
      continue;
    }
    whole[name] = secret;
    secrets.push(secret);
  }
  return { settings: whole, secrets, missing };
}

/** A text without any of the secrets in it, whole or as they stand in an address. */
export function without(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    for (const form of formsOf(secret)) if (form.length > 3) clean = clean.split(form).join('[secret]');
  }
  return clean;
}

/** As it is, in an address, in base64; of an address what of it is secret by itself. */
function formsOf(secret: string): string[] {
  const forms = [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')];
  if (!URL.canParse(secret)) return forms;
  const { pathname, search } = new URL(secret);
  return [...forms, pathname + search, pathname, ...pathname.split('/').filter((part) => part.length >= 8)];
}

export const secretProblem = (about: string): NotifyProblem => ({
  severity: 'error',
  line: 1,
  column: 1,
  code: 'secret-missing',
  about,
});
