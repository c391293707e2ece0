import type { Incident } from '../incident.ts';
import { deedsOf } from '../story/collect.ts';
import { first } from '../story/kinds.ts';

export type IndicatorKind = 'file' | 'hash' | 'domain' | 'address' | 'account' | 'service' | 'task' | 'registry';

/** Something to look for on other hosts. */
export interface Indicator {
  readonly kind: IndicatorKind;
  readonly value: string;
  /** Hosts on which it was seen. */
  readonly hosts: readonly string[];
}

const ORDER: readonly IndicatorKind[] = ['address', 'domain', 'file', 'hash', 'account', 'service', 'task', 'registry'];
/** Programs that come with Windows: their paths and hashes tell nothing of an attack. */
const SYSTEM = /^[a-z]:\\(?:windows\\(?!temp\\)|program files)/i;

/** What an incident leaves to look for elsewhere: addresses, names, files and accounts that its facts name, each once. */
export function indicatorsOf(incident: Incident): Indicator[] {
  const found = new Map<string, { kind: IndicatorKind; value: string; hosts: Set<string> }>();
  const add = (kind: IndicatorKind, value: string | undefined, host: string): void => {
    const text = value?.trim() ?? '';
    if (text === '' || text === '-') return;
    const key = `${kind}\0${text.toLowerCase()}`;
    const known = found.get(key) ?? { kind, value: text, hosts: new Set<string>() };
    found.set(key, known);
    known.hosts.add(host);
  };
  for (const { kind, what, host } of deedsOf(incident)) {
    const [one, two] = what;
    switch (kind) {
      case 'connection':
        add('address', isLocal(one ?? '') ? '' : one, host);
        add('domain', isName(two ?? '') ? two : '', host);
        break;
      case 'dns':
        add('domain', isName(one ?? '') ? one : '', host);
        break;
      case 'reached':
      case 'logon':
      case 'logon-failed':
        add('address', isLocal(one ?? '') ? '' : one, host);
        break;
      case 'file':
      case 'download':
      case 'module':
      case 'driver':
        add('file', SYSTEM.test(one ?? '') ? '' : one, host);
        break;
      case 'service':
      case 'task':
        add(kind, one, host);
        break;
      case 'registry':
        add('registry', one, host);
        break;
      case 'account-made':
      case 'account-used':
        add('account', one, host);
        break;
      case 'group':
        add('account', two, host);
        break;
      default:
        break;
    }
  }
  for (const { image, host, findings } of incident.tree)
    if (findings.length > 0 && !SYSTEM.test(image)) add('file', image, host);
  for (const { fields, host } of incident.findings) {
    const image = first(fields, 'Image', 'ImageLoaded', 'TargetFilename');
    const sha256 = /SHA256=([0-9a-f]{64})/i.exec(first(fields, 'Hashes', 'Hash'))?.[1];
    if (sha256 !== undefined && image !== '' && !SYSTEM.test(image)) add('hash', sha256.toUpperCase(), host);
  }
  return [...found.values()]
    .map(({ kind, value, hosts }) => ({ kind, value, hosts: [...hosts].sort() }))
    .sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

/** Loopback and unspecified addresses, with or without a port. */
const isLocal = (address: string): boolean =>
  /^(?:127\.|\[?::1\]?(?::|$)|0\.0\.0\.0|\[?::\]?(?::|$)|localhost)/i.test(address);

/** A name with a domain: neither a bare host nor an address. */
const isName = (name: string): boolean => name.includes('.') && !/^[\d.]+$/.test(name) && !name.endsWith('.local');
