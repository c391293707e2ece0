import { createHmac, timingSafeEqual } from 'node:crypto';

export type ButtonAction = 'acknowledge' | 'benign';
const ACTIONS: readonly string[] = ['acknowledge', 'benign'];

/** A button is good for so long. */
export const BUTTON_MS = 24 * 3_600_000;

/** What a button says when it is pressed: what, about which incident, in which channel of ours, until when, and that we made it. */
export function signButton(
  key: Uint8Array,
  {
    action,
    incident,
    channel,
    expiresMs,
  }: { action: ButtonAction; incident: string; channel: string; expiresMs: number },
): string {
  const said = `1.${action}.${incident}.${channel}.${expiresMs}`;
  return `${said}.${macOf(key, said)}`;
}

export type Pressed =
  | { readonly kind: 'good'; readonly action: ButtonAction; readonly incident: string }
  | { readonly kind: 'expired' }
  /** Not ours, or altered. */
  | { readonly kind: 'forged' };

export function readButton(key: Uint8Array, value: string, channel: string, nowMs: number): Pressed {
  const parts = value.length > 400 ? [] : value.split('.');
  if (parts.length !== 6) return { kind: 'forged' };
  const [version, action, incident, where, expires, mac] = parts as [string, string, string, string, string, string];
  const wanted = Buffer.from(macOf(key, parts.slice(0, 5).join('.')));
  const shown = Buffer.from(mac);
  if (shown.length !== wanted.length || !timingSafeEqual(shown, wanted)) return { kind: 'forged' };
  if (version !== '1' || where !== channel || !ACTIONS.includes(action)) return { kind: 'forged' };
  if (!/^\d{1,15}$/.test(expires) || Number(expires) <= nowMs) return { kind: 'expired' };
  return { kind: 'good', action: action as ButtonAction, incident };
}

const macOf = (key: Uint8Array, said: string): string =>
  createHmac('sha256', key).update(`haetae button ${said}`).digest('base64url');
