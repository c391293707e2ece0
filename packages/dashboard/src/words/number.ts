export const count = (n: number): string => n.toLocaleString('en-US');
export const some = (n: number, thing: string, things = `${thing}s`): string =>
  `${count(n)} ${n === 1 ? thing : things}`;
