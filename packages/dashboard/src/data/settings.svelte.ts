import { parseZone, UTC, type Zone } from '../../../haetae/src/locale/index.ts';

export type Lang = 'ko' | 'en';
export type Theme = 'light' | 'dark' | 'system';
export type ZoneName = 'KST' | 'UTC';

const KEY = 'haetae';
interface Kept {
  lang?: Lang;
  theme?: Theme;
  zone?: ZoneName;
  narrow?: boolean;
  /** When this browser last looked at the overview: what is new since then is marked. */
  seenMs?: number;
}

function read(): Kept {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Kept;
  } catch {
    return {};
  }
}
const kept = read();
const korean =
  navigator.languages
    .find((one) => /^(ko|en)\b/i.test(one))
    ?.toLowerCase()
    .startsWith('ko') ?? false;

/** What a person chose in this browser. */
class Settings {
  lang = $state<Lang>(kept.lang ?? (korean ? 'ko' : 'en'));
  theme = $state<Theme>(kept.theme ?? 'system');
  zone = $state<ZoneName>(kept.zone ?? (kept.lang === 'ko' || korean ? 'KST' : 'UTC'));
  narrow = $state(kept.narrow ?? false);
  seenMs = $state(kept.seenMs ?? 0);
  systemDark = $state(matchMedia('(prefers-color-scheme: dark)').matches);

  constructor() {
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', ({ matches }) => {
      this.systemDark = matches;
    });
  }

  get dark(): boolean {
    return this.theme === 'dark' || (this.theme === 'system' && this.systemDark);
  }

  keep(): void {
    const { lang, theme, zone, narrow, seenMs } = this;
    try {
      localStorage.setItem(KEY, JSON.stringify({ lang, theme, zone, narrow, seenMs } satisfies Kept));
    } catch {
      // A browser that keeps nothing asks again next time.
    }
  }
}
export const settings = new Settings();

const ZONES: Readonly<Record<ZoneName, Zone>> = { KST: parseZone('KST') ?? UTC, UTC };
/** The zone in which times are written, with its name. */
export const zoneNow = (): { zone: Zone; label: ZoneName } => ({ zone: ZONES[settings.zone], label: settings.zone });
export const zoneOf = (label: ZoneName): { zone: Zone; label: ZoneName } => ({ zone: ZONES[label], label });
