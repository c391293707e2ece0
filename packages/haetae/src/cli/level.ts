import type { Ansis } from 'ansis';
import { padEnd, type Words, width } from '../locale/index.ts';
import { LEVELS, type Level } from './options.ts';

/** A shape beside each level's colour, for those who see no colours and for paper. */
export const SHAPES: Readonly<Record<Level, string>> = {
  informational: '·',
  low: '▪',
  medium: '◆',
  high: '▲',
  critical: '■',
};

export interface LevelCells {
  /** Columns of a cell. */
  readonly width: number;
  /** Shape and name, filled to the width. */
  cell(level: Level): string;
  paint(level: Level, text: string): string;
}

export function levelCells({ levels, table }: Words, color: Ansis): LevelCells {
  const cell = Math.max(width(table.level), ...LEVELS.map((level) => width(levels[level]) + 2));
  const paints: Readonly<Record<Level, (text: string) => string>> = {
    informational: (text) => color.dim(text),
    low: (text) => color.cyan(text),
    medium: (text) => color.yellow(text),
    high: (text) => color.redBright(text),
    critical: (text) => color.bold.white.bgRed(text),
  };
  const paint = (level: Level, text: string): string => paints[level](text);
  return { width: cell, paint, cell: (level) => paint(level, padEnd(`${SHAPES[level]} ${levels[level]}`, cell)) };
}
