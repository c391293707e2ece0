/** Times as the record tells them → Unix milliseconds and the 100 ns ticks within. */
const ISO = /^(\d{4,5})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|\+00:00)$/;

export type Time = { ms: number; ticks: number };

/** `ms` is NaN where the text tells no UTC time. */
export function parseTime(text: string): Time {
  const iso = ISO.exec(text);
  if (iso === null) return { ms: Number.NaN, ticks: 0 };
  const fraction = `${iso[7] ?? ''}0000000`.slice(0, 7);
  const [year, month, day, hour, minute, second] = iso.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, Number(fraction.slice(0, 3)));
  return { ms: date.getTime(), ticks: Number(fraction.slice(3)) };
}
