import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a button does. A vote is about a response as it was when the button was shown: one that changed since is looked at again. */
export type ButtonDeed =
  | { readonly action: 'acknowledge' | 'benign'; readonly incident: string }
  | {
      readonly action: 'approve' | 'deny';
      readonly incident: string;
      readonly response: string;
      readonly version: number;
    };
export type ButtonAction = ButtonDeed['action'];

/** A button is good for so long. */
export const BUTTON_MS = 24 * 3_600_000;

/** What a button says when it is pressed: what, about what, in which channel of ours, until when, and that we made it. */
export function signButton(
  key: Uint8Array,
  { deed, channel, expiresMs }: { readonly deed: ButtonDeed; readonly channel: string; readonly expiresMs: number },
): string {
  const about = 'response' in deed ? `${deed.incident}:${deed.response}:${deed.version}` : deed.incident;
  const said = `1.${deed.action}.${about}.${channel}.${expiresMs}`;
  return `${said}.${macOf(key, said)}`;
}

export type Pressed =
  | { readonly kind: 'good'; readonly deed: ButtonDeed }
  | { readonly kind: 'expired' }
  /** Not ours, or altered. */
  | { readonly kind: 'forged' };

export function readButton(key: Uint8Array, value: string, channel: string, nowMs: number): Pressed {
  const parts = value.length > 400 ? [] : value.split('.');
  if (parts.length !== 6) return { kind: 'forged' };
  const [version, action, about, where, expires, mac] = parts as [string, string, string, string, string, string];
  const wanted = Buffer.from(macOf(key, parts.slice(0, 5).join('.')));
  const shown = Buffer.from(mac);
  if (shown.length !== wanted.length || !timingSafeEqual(shown, wanted)) return { kind: 'forged' };
  const deed = deedOf(action, about.split(':'));
  if (version !== '1' || where !== channel || deed === undefined) return { kind: 'forged' };
  if (!/^\d{1,15}$/.test(expires) || Number(expires) <= nowMs) return { kind: 'expired' };
  return { kind: 'good', deed };
}

function deedOf(action: string, about: readonly string[]): ButtonDeed | undefined {
  const [incident = '', response = '', version = ''] = about;
  switch (action) {
    case 'acknowledge':
    case 'benign':
      return about.length === 1 ? { action, incident } : undefined;
    case 'approve':
    case 'deny':
      return about.length === 3 && /^\d{1,9}$/.test(version)
        ? { action, incident, response, version: Number(version) }
        : undefined;
    default:
      return undefined;
  }
}

const macOf = (key: Uint8Array, said: string): string =>
  createHmac('sha256', key).update(`haetae button ${said}`).digest('base64url');
