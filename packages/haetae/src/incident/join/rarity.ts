import { shortName } from '../lineage/hosts.ts';
import type { Node } from '../lineage/node.ts';
import type { Anchor } from './anchors.ts';
import type { Context } from './context.ts';
import type { HostNames } from './hops.ts';
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
export interface Held {
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
  const sum = (all: readonly (Held | undefined)[]): number => all.reduce((n, held) => n + (held?.nodes ?? 0), 0);
  for (const { rare, across } of parts) {
    for (const [hash, { units }] of rare.hashes) {
      if (units.length === 0) continue;
      const all = parts.map((part) => part.rare.hashes.get(hash));
      if (!isRareHash(sum(all), all.filter((held) => held?.common).length)) continue;
      for (const unit of units) across.add(unit, hashAnchor(hash));
    }
    for (const [name, { units }] of rare.domains) {
      if (units.length === 0) continue;
      if (!isRareDomain(name, sum(parts.map((part) => part.rare.domains.get(name))), names)) continue;
      for (const unit of units) across.add(unit, domainAnchor(name));
    }
  }
}

/** `common`: in how many parts it is one of a program that is installed. */
export const isRareHash = (nodes: number, common: number): boolean => common === 0 && nodes <= RARE_PROCESSES;
export const isRareDomain = (name: string, nodes: number, names: HostNames): boolean =>
  nodes >= 2 && nodes <= RARE_PROCESSES && isOutside(name, names);

export const hashAnchor = (hash: string): Anchor => ({ key: `hash ${hash}`, kind: 'hash', by: hash });
export const domainAnchor = (name: string): Anchor => ({ key: `domain ${name}`, kind: 'domain', by: name });

function hashOf({ hashes }: Node): string {
  const match =
    /SHA256=([0-9a-f]{64})/i.exec(hashes) ?? /SHA1=([0-9a-f]{40})/i.exec(hashes) ?? /MD5=([0-9a-f]{32})/i.exec(hashes);
  return match?.[1]?.toLowerCase() ?? '';
}

/** Names that Windows and its users ask for all day. */
const EVERYDAY =
  /(^|\.)(microsoft|windows|windowsupdate|msftncsi|msftconnecttest|msedge|office|office365|live|skype|azure|azureedge|msn|bing|google|googleapis|gstatic|gvt1|mozilla|firefox|apple|akamai|akamaized|akamaiedge|digicert|verisign|symantec|globalsign|letsencrypt|cloudflare|cloudfront|amazonaws|github|githubusercontent|trafficmanager|windows-int|onenote|sharepoint|outlook|nvidia|adobe|facebook|youtube)\.(com|net|org|us)$/;

function isOutside(name: string, hosts: HostNames): boolean {
  if (!name.includes('.') || /^[\d.]+$/.test(name) || name.endsWith('.arpa') || name.endsWith('.local')) return false;
  if (EVERYDAY.test(name)) return false;
  if (hosts.has(name)) return false;
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1))
    if (hosts.has(name.slice(dot + 1))) return false;
  return !hosts.has(name.slice(0, name.indexOf('.')));
}
