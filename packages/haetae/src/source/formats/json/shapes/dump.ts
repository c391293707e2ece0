import { Parts } from '../parts.ts';
import { isObject, type Shape } from '../shape.ts';

/** The lines of `haetae dump`, with `system` beside `data` where events are passed on whole. */
export const dump: Shape = {
  name: 'dump',
  fits: (value) =>
    typeof value.eventId === 'number' &&
    typeof value.channel === 'string' &&
    typeof value.provider === 'string' &&
    isObject(value.data),
  open:
    ({ ledger }) =>
    (value, entry) => {
      const parts = new Parts(entry, ledger);
      parts.channel = value.channel as string;
      parts.provider = value.provider as string;
      parts.computer = parts.text(value.computer, 'computer');
      parts.eventId = value.eventId;
      parts.eventRecordId = value.eventRecordId;
      parts.time = value.time === '' ? undefined : value.time;
      if (isObject(value.system)) for (const [name, item] of Object.entries(value.system)) parts.system(name, item);
      for (const [name, item] of Object.entries(value.data as object)) parts.field(unnumbered(name), item, name);
      return parts.event('eventRecordId');
    },
};

/** `Data[2]` is the second field called `Data`. */
const unnumbered = (name: string): string => (name.endsWith(']') ? name.replace(/\[[2-9]\d*\]$|\[1\d+\]$/, '') : name);
