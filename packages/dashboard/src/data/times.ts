import { formatLocal } from '../../../haetae/src/locale/index.ts';
import { words } from '../words/index.svelte.ts';
import { settings, zoneNow, zoneOf } from './settings.svelte.ts';

/** `2026-03-17 14:09:44 KST`; `—` for a time that nobody tells. `ms`: with milliseconds. */
export function timeText(unixMs: number | null | undefined, how: 'full' | 'ms' | 'short' | 'clock' = 'full'): string {
  if (unixMs === null || unixMs === undefined || !Number.isFinite(unixMs)) return '—';
  const { zone, label } = zoneNow();
  const text = formatLocal(unixMs, zone);
  if (text === '') return '—';
  const shown =
    how === 'ms'
      ? text
      : how === 'short'
        ? text.slice(5, 16)
        : how === 'clock'
          ? text.slice(11, 19)
          : text.slice(0, 19);
  return `${shown} ${label}`;
}

/** In both zones, for a tooltip. */
export function bothZones(unixMs: number): string {
  const [kst, utc] = [zoneOf('KST'), zoneOf('UTC')];
  return `${formatLocal(unixMs, kst.zone)} KST · ${formatLocal(unixMs, utc.zone)} UTC`;
}

/** `3 min`, `2 h`, `5 d`: how long something lasts. */
export function spanText(ms: number): string {
  const w = words().span;
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return w.s(seconds);
  if (seconds < 3600) return w.m(Math.round(seconds / 60));
  if (seconds < 86_400) return w.h(Math.round(seconds / 3600));
  return w.d(Math.round(seconds / 86_400));
}

export function agoText(unixMs: number, nowMs: number): string {
  return words().span.ago(spanText(nowMs - unixMs));
}

export const count = (n: number): string => n.toLocaleString('en-US');

/** `12.4 k`, `3.1 M`: for places without room. */
export function short(n: number): string {
  return new Intl.NumberFormat(settings.lang === 'ko' ? 'ko-KR' : 'en-US', {
    notation: 'compact',
    maximumFractionDigits: 1,
  }).format(n);
}

export function bytesText(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let i = 0;
  let value = n;
  while (value >= 1000 && i < units.length - 1) {
    value /= 1000;
    i++;
  }
  return `${i === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[i]}`;
}

/** A host without its domain; addresses as they are. */
export const shortHost = (host: string): string =>
  /^[\d.]+$/.test(host) || host.includes(':') ? host : host.split('.')[0]!;
