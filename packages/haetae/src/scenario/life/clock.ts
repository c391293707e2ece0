/** When a host is busy: shares of a day's events by hour in Korea, for people and for machines. */
import type { Role } from '../campaign/campaign.ts';

const DESK = [2, 2, 2, 2, 2, 2, 3, 5, 24, 70, 78, 74, 38, 72, 80, 78, 70, 52, 22, 10, 6, 4, 3, 2];
const SERVER = [30, 34, 42, 26, 20, 20, 24, 32, 52, 66, 70, 68, 56, 66, 70, 70, 66, 60, 44, 36, 32, 30, 30, 30];
/** Of a working day's events. */
const WEEKEND: Readonly<Record<Role, number>> = {
  office: 0.07,
  developer: 0.1,
  server: 0.55,
  'domain-controller': 0.5,
};

const KST_MS = 9 * 3_600_000;
const share = (profile: readonly number[]): number[] => {
  const sum = profile.reduce((a, b) => a + b, 0);
  return profile.map((one) => one / sum);
};
const SHARES: Readonly<Record<Role, readonly number[]>> = {
  office: share(DESK),
  developer: share([4, 2, 2, 2, 2, 2, 2, 4, 12, 48, 74, 78, 40, 74, 82, 82, 78, 66, 44, 34, 26, 18, 12, 6]),
  server: share(SERVER),
  'domain-controller': share(SERVER),
};

/** The part of a working day's events that the hour from `ms` has. */
export function activity(role: Role, ms: number): number {
  const local = new Date(ms + KST_MS);
  const day = local.getUTCDay();
  return SHARES[role][local.getUTCHours()]! * (day === 0 || day === 6 ? WEEKEND[role] : 1);
}
