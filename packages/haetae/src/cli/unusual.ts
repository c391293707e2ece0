import type { OrdinaryIf, ScorePart, UnusualReason } from '../detect/index.ts';
import type { Words } from '../locale/index.ts';
import { count } from './numbers.ts';

/** How many parts a title or a list names before it says "and more". */
const IN_TITLE = 2;

/** `Unusual process creation: parent → child rarity, command line length` */
export function unusualTitle({ familyName, parts }: UnusualReason, { lang, anomaly }: Words): string {
  const telling = parts.filter(({ contribution }) => contribution > 0).slice(0, IN_TITLE);
  return anomaly.title(familyName[lang], telling.map(({ name }) => name[lang]).join(', '));
}

/** A line for the score, one for each part that raised it, one for what would be ordinary. */
export function unusualText(reason: UnusualReason, words: Words): string[] {
  const { score, p, among, parts, equal, ordinaryIf } = reason;
  const { anomaly: w, lang } = words;
  return [
    w.score(score.toFixed(3), probability(p), count(among)),
    ...(equal.count > 1 ? [w.equal(count(equal.count))] : []),
    ...parts
      .filter(({ contribution }) => contribution > 0)
      .map((part) => `${part.name[lang]}: ${partValue(part, words)} (+${part.contribution.toFixed(2)})`),
    ...(ordinaryIf.length > 0 ? [w.ordinaryIf(ordinaryText(reason, words))] : []),
  ];
}

/** `12.3 bits (winword.exe → powershell.exe)` */
export function partValue({ value, unit, of }: ScorePart, { anomaly }: Words): string {
  const shown = value === null ? anomaly.untold : measure(value, unit, anomaly);
  return of === undefined || of === '' ? shown : `${shown} (${of})`;
}

/** `command line length ≤ 180 characters` */
export function ordinaryText({ ordinaryIf, parts }: UnusualReason, words: Words): string {
  const said = ({ feature, op, value }: OrdinaryIf): string => {
    const part = parts.find((one) => one.feature === feature);
    const name = part?.name[words.lang] ?? feature;
    if (part?.unit === '' && part.value === 1 && op === '<=' && value === 0) return words.anomaly.notSo(name);
    return `${name} ${op === '<=' ? '≤' : '≥'} ${measure(value, part?.unit ?? '', words.anomaly)}`;
  };
  return ordinaryIf.map(said).join(', ');
}

/** Two digits that count: 0.00031, 0.012. */
export const probability = (p: number): string => (p >= 0.001 ? p.toFixed(3) : p.toPrecision(2));

function measure(value: number, unit: string, { units }: Words['anomaly']): string {
  const number = Number.isInteger(value) ? count(value) : value.toFixed(Math.abs(value) < 10 ? 2 : 1);
  const name = (units as Readonly<Record<string, string>>)[unit] ?? unit;
  return name === '' ? number : name === '%' ? `${number} %` : `${number} ${name}`;
}
