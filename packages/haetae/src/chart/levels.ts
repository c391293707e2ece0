import { type Mark, mark } from './drawing.ts';

export type Level = 'informational' | 'low' | 'medium' | 'high' | 'critical';
/** The least first. */
export const LEVELS: readonly Level[] = ['informational', 'low', 'medium', 'high', 'critical'];

/** On paper; the order of lightness is that of the levels, so that they stay apart without colour. */
export const LEVEL_COLOURS: Readonly<Record<Level, string>> = {
  informational: '#8a94a0',
  low: '#4878a8',
  medium: '#b98900',
  high: '#d2571b',
  critical: '#a8123c',
};
export const INK = '#14181b';
export const MUTED = '#5b6670';
export const LINE = '#d9dee3';
export const ACCENT = '#0f766e';

/** The shape that a level has everywhere: ■ ▲ ◆ ● ○. Around 0,0; `r` is half its height. */
export function levelPath(level: Level, r: number): string {
  const n = (value: number): string => String(Math.round(value * 100) / 100);
  switch (level) {
    case 'critical':
      return `M${n(-r * 0.9)} ${n(-r * 0.9)}H${n(r * 0.9)}V${n(r * 0.9)}H${n(-r * 0.9)}Z`;
    case 'high':
      return `M0 ${n(-r)}L${n(r * 1.05)} ${n(r * 0.85)}H${n(-r * 1.05)}Z`;
    case 'medium':
      return `M0 ${n(-r * 1.1)}L${n(r * 1.1)} 0L0 ${n(r * 1.1)}L${n(-r * 1.1)} 0Z`;
    case 'low':
    case 'informational':
      return `M${n(-r * 0.9)} 0a${n(r * 0.9)} ${n(r * 0.9)} 0 1 0 ${n(r * 1.8)} 0a${n(r * 0.9)} ${n(r * 0.9)} 0 1 0 ${n(-r * 1.8)} 0Z`;
    default:
      return level satisfies never;
  }
}

/** A level's shape at a place. The least of them is hollow. */
export function levelMark(level: Level, x: number, y: number, r: number, attrs: Record<string, string> = {}): Mark {
  const colour = LEVEL_COLOURS[level];
  const paint = level === 'informational' ? { fill: '#ffffff', stroke: colour, 'stroke-width': 1.5 } : { fill: colour };
  return mark('path', {
    ...attrs,
    class: `level ${level}`,
    d: levelPath(level, r),
    transform: `translate(${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10})`,
    ...paint,
  });
}
