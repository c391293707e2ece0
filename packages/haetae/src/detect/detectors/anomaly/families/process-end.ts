import { processGuid } from '@haetae/event';
import { type Family, SECURITY, SYSMON, twoDigits } from '../family.ts';
import { hosts, hour, imageOnHost, imageRarity, masquerade, number, pathRarity, writable } from '../features.ts';

const IMAGE = ['Image', 'ProcessName'];

export const processEnd: Family = {
  id: 'process_end',
  name: { en: 'end of a process', ko: '프로세스 종료' },
  kinds: [
    [SYSMON, [5]],
    [SECURITY, [4689]],
  ],
  numbers: ['lifetime', 'writable', 'masquerade'],
  keys: [
    { id: 'image', fields: IMAGE, show: 'name' },
    { id: 'path', fields: IMAGE },
    { id: 'hour', fields: [] },
  ],
  words: false,
  features: [
    number(
      'lifetime',
      ['ProcessGuid'],
      'lifetime of the process',
      '프로세스 수명',
      'seconds',
      'Tools that do one thing live for moments, implants for days; the start stands in the ProcessGuid.',
      { log: true },
    ),
    imageRarity(),
    imageOnHost,
    pathRarity,
    hosts('path', 'hosts with this program', '이 프로그램이 있는 호스트'),
    writable(IMAGE),
    masquerade(IMAGE),
    hour,
  ],
  read(event, reader, out, at) {
    const image = reader.path(event.get(event.eventId === 5 ? 'Image' : 'ProcessName'));
    if (image.path === 0) return false;
    const guid = event.eventId === 5 ? processGuid(event.get('ProcessGuid') ?? '') : undefined;
    out[at++] = guid?.ok === true ? lifetime(guid.startTime, event.timeMs) : Number.NaN;
    out[at++] = image.writable;
    out[at++] = image.masquerade;
    out[at++] = image.name;
    out[at++] = image.path;
    out[at++] = reader.hour(event);
    return true;
  },
};

/** Whole seconds, two digits that count. The guid’s clock and the log’s may differ by a second: never below 0. */
const lifetime = (start: number, end: number): number => twoDigits(Math.max(0, (end - start) / 1000));
