import { shortName } from '../lineage/hosts.ts';
import type { Node } from '../lineage/node.ts';
import type { Context } from './context.ts';
import type { Part } from './part.ts';
import { isCommonFolder, plainPath } from './paths.ts';

/** Processes of one program that are so many that it is no rare one. */
const RARE_PROCESSES = 8;

/** Which processes have what few have. */
export interface Rare {
  /** How many processes have a hash, whether one of them lies where programs are installed, and units of those that have. */
  readonly hashes: ReadonlyMap<string, Held & { readonly common: boolean }>;
  /** How many processes asked for a name, and units of those that did. */
  readonly domains: ReadonlyMap<string, Held>;
  /** Names of hosts, in short, and of domains. */
  readonly names: ReadonlySet<string>;
}
interface Held {
  readonly nodes: number;
  readonly units: readonly number[];
}

export function rareOf({ lineage, unitsOf }: Context): Rare {
  const hashes = new Map<string, { nodes: number; units: number[]; common: boolean }>();
  const domains = new Map<string, Set<Node>>();
  const names = new Set<string>();
  let last = '';
  for (const node of lineage.nodes) {
    const hash = hashOf(node);
    if (hash !== '') {
      let held = hashes.get(hash);
      if (held === undefined) {
        held = { nodes: 0, units: [], common: false };
        hashes.set(hash, held);
      }
      held.nodes++;
      if (!held.common && isCommonFolder(plainPath(node.image))) held.common = true;
    }
    if (node.host !== last) {
      last = node.host;
      names.add(shortName(node.host));
      const dot = node.host.indexOf('.');
      if (dot > 0) names.add(node.host.slice(dot + 1).toLowerCase());
    }
    for (const { of } of node.traces)
      for (const { kind, what } of of.acts) {
        if (kind !== 'dns') continue;
        const name = what.toLowerCase().replace(/\.$/, '');
        const nodes = domains.get(name);
        if (nodes === undefined) domains.set(name, new Set([node]));
        else nodes.add(node);
      }
  }
  for (const [node, units] of unitsOf) {
    const hash = hashOf(node);
    if (hash !== '') hashes.get(hash)!.units.push(...units);
  }
  return {
    hashes,
    domains: new Map(
      [...domains].map(([name, nodes]) => [
        name,
        { nodes: nodes.size, units: [...nodes].flatMap((node) => unitsOf.get(node) ?? []) },
      ]),
    ),
    names,
  };
}

/** Joins by rare hash and rare domain. */
export function joinByRarity(parts: readonly Part[]): void {
  const names = new Set<string>();
  for (const { rare } of parts) for (const name of rare.names) names.add(name);
  const done = new Set<string>();
  for (const { rare } of parts)
    for (const [hash, { units }] of rare.hashes) {
      if (units.length === 0 || done.has(hash)) continue;
      done.add(hash);
      const all = parts.map((part) => part.rare.hashes.get(hash));
      if (all.some((held) => held?.common) || all.reduce((sum, held) => sum + (held?.nodes ?? 0), 0) > RARE_PROCESSES)
        continue;
      parts.forEach(({ across }, i) => {
        for (const unit of all[i]?.units ?? []) across.add(unit, { key: `hash ${hash}`, kind: 'hash', by: hash });
      });
    }
  done.clear();
  for (const { rare } of parts)
    for (const [name, { units }] of rare.domains) {
      if (units.length === 0 || done.has(name)) continue;
      done.add(name);
      const all = parts.map((part) => part.rare.domains.get(name));
      const nodes = all.reduce((sum, held) => sum + (held?.nodes ?? 0), 0);
      if (nodes < 2 || nodes > RARE_PROCESSES || !isOutside(name, names)) continue;
      parts.forEach(({ across }, i) => {
        for (const unit of all[i]?.units ?? []) across.add(unit, { key: `domain ${name}`, kind: 'domain', by: name });
      });
    }
}

function hashOf({ hashes }: Node): string {
  const match =
    /SHA256=([0-9a-f]{64})/i.exec(hashes) ?? /SHA1=([0-9a-f]{40})/i.exec(hashes) ?? /MD5=([0-9a-f]{32})/i.exec(hashes);
  return match?.[1]?.toLowerCase() ?? '';
}

/** Names that Windows and its users ask for all day. */
const EVERYDAY =
  /(^|\.)(microsoft|windows|windowsupdate|msftncsi|msftconnecttest|msedge|office|office365|live|skype|azure|azureedge|msn|bing|google|googleapis|gstatic|gvt1|mozilla|firefox|apple|akamai|akamaized|akamaiedge|digicert|verisign|symantec|globalsign|letsencrypt|cloudflare|cloudfront|amazonaws|github|githubusercontent|trafficmanager|windows-int|onenote|sharepoint|outlook|nvidia|adobe|facebook|youtube)\.(com|net|org|us)$/;

function isOutside(name: string, hosts: ReadonlySet<string>): boolean {
  if (!name.includes('.') || /^[\d.]+$/.test(name) || name.endsWith('.arpa') || name.endsWith('.local')) return false;
  if (EVERYDAY.test(name)) return false;
  for (const host of hosts) if (name === host || name.endsWith(`.${host}`)) return false;
  return !hosts.has(name.slice(0, name.indexOf('.')));
}
