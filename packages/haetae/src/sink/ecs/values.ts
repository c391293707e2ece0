import { isIP } from 'node:net';
import { logonType, parseHashes } from '@haetae/event';

/** What a field's text becomes in a document; undefined where it says nothing of the kind, and then it is not written there. */
export type As = (text: string) => string | number | boolean | readonly string[] | undefined;

/** Windows writes `-` where it has nothing to say. */
export const said = (text: string | undefined): text is string => text !== undefined && text !== '' && text !== '-';

export const text: As = (value) => value;
/** The last part of a path. */
export const base: As = (path) => path.slice(Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1) || undefined;
export const folder: As = (path) => {
  const end = Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/'));
  return end <= 0 ? undefined : path.slice(0, end);
};
/** Without its dot, in lower case. */
export const extension: As = (path) => /\.([^.\\/]{1,32})$/.exec(path)?.[1]?.toLowerCase();

/** `4711`, or `0x1267` as Security writes it. */
export const pid: As = (value) => {
  const number = /^(?:\d{1,10}|0x[\da-f]{1,8})$/i.test(value) ? Number(value) : Number.NaN;
  return number <= 0xffff_ffff ? number : undefined;
};
export const port: As = (value) => (/^\d{1,5}$/.test(value) && Number(value) <= 65_535 ? Number(value) : undefined);
/** Without a zone; IPv4 within IPv6 as IPv4. */
export const ip: As = (value) => {
  const address = value.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(address) === 0 ? undefined : address;
};
/** `type:  5 name;::ffff:10.0.0.1;` as Sysmon 22 tells results. */
export const ips: As = (value) => {
  const all = value.split(';').flatMap((part) => (ip(part.trim()) as string | undefined) ?? []);
  return all.length === 0 ? undefined : [...new Set(all)];
};
export const flag: As = (value) => (/^(?:true|false)$/i.test(value) ? value.toLowerCase() === 'true' : undefined);

/** Of `CORP\alice` the second part, or the first. */
export const account: As = (value) => value.slice(value.indexOf('\\') + 1) || undefined;
export const domain: As = (value) => value.slice(0, Math.max(0, value.indexOf('\\'))) || undefined;

/** One of `SHA1=…,MD5=…`. */
export const hash =
  (algorithm: 'MD5' | 'SHA1' | 'SHA256' | 'IMPHASH'): As =>
  (value) => {
    const parsed = parseHashes(value);
    return parsed.ok ? parsed.hashes.get(algorithm)?.toLowerCase() : undefined;
  };

const PROTOCOLS: Readonly<Record<string, string>> = { '1': 'icmp', '6': 'tcp', '17': 'udp', '58': 'ipv6-icmp' };
export const transport: As = (value) =>
  PROTOCOLS[value] ?? (/^[a-z][\w-]{1,15}$/i.test(value) ? value.toLowerCase() : undefined);
/** Sysmon's `Initiated`. */
export const direction: As = (value) =>
  flag(value) === undefined ? undefined : flag(value) === true ? 'egress' : 'ingress';
export const logon: As = (value) => logonType(value)?.en;

/** What Security calls an object may be of any kind. */
export const onlyFile =
  (as: As): As =>
  (value) =>
    /^(?:[a-z]:\\|\\Device\\|\\\\)/i.test(value) ? as(value) : undefined;
export const onlyRegistry =
  (as: As): As =>
  (value) =>
    /^\\REGISTRY\\|^HK/i.test(value) ? as(value) : undefined;

const HIVES: readonly (readonly [RegExp, string])[] = [
  [/^(?:HKLM|HKEY_LOCAL_MACHINE|\\REGISTRY\\MACHINE)\\/i, 'HKLM'],
  [/^(?:HKU|HKEY_USERS|\\REGISTRY\\USER)\\/i, 'HKU'],
  [/^(?:HKCR|HKEY_CLASSES_ROOT)\\/i, 'HKCR'],
  [/^(?:HKCU|HKEY_CURRENT_USER)\\/i, 'HKCU'],
];
export const hive: As = (path) => HIVES.find(([prefix]) => prefix.test(path))?.[1];
/** Below its hive. */
export const key: As = (path) => {
  const prefix = HIVES.find(([one]) => one.test(path))?.[0];
  return prefix === undefined ? undefined : path.replace(prefix, '') || undefined;
};
export const one: As = (value) => [value];
