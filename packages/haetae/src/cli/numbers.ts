/** 1234567 as `1,234,567`: the grouping that Korean and English readers share. */
export function count(n: number): string {
  return n.toLocaleString('en-US');
}

/** Bytes in the unit that keeps the number short: `532 B`, `1.2 MB`. Decimal units, as disks and file managers count. */
export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = n / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** 0.123 as `12 %`; below one percent with one digit. */
export function percent(share: number): string {
  return share < 0.01 ? `${(share * 100).toFixed(1)} %` : `${Math.round(share * 100)} %`;
}

/** Milliseconds as the largest two units: `3 h 12 min`, `45 s`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const units: readonly (readonly [number, string])[] = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ];
  const first = units.findIndex(([size]) => seconds >= size);
  if (first < 0) return '0 s';
  const [size, name] = units[first]!;
  const whole = `${Math.floor(seconds / size)} ${name}`;
  const next = units[first + 1];
  const rest = next === undefined ? 0 : Math.floor((seconds % size) / next[0]);
  return rest === 0 ? whole : `${whole} ${rest} ${next![1]}`;
}
