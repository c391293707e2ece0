import { createHash } from 'node:crypto';
import { techniqueUrl } from '../../attack/index.ts';
import { type Indicator, indicatorsOf, storyOf } from '../../incident/index.ts';
import type { ReportedIncident } from '../contract.ts';
import { techniqueRows } from '../facts-of.ts';

/**
 * Indicators and techniques as a bundle of STIX 2.1. Ids are made of what they name (UUID version 5), so that the same report
 * has the same bundle and a platform that imports it twice has everything once.
 * Source: docs.oasis-open.org/cti/stix/v2.1
 */
export function stixBundle(incidents: readonly ReportedIncident[], dateMs: number): string {
  const time = new Date(Math.max(0, dateMs)).toISOString();
  const times = { created: time, modified: time };
  const identity = {
    type: 'identity',
    spec_version: '2.1',
    id: idOf('identity', 'haetae'),
    ...times,
    name: 'Haetae',
    identity_class: 'system',
  };
  const objects = new Map<string, object>();
  const keep = <T extends { readonly id: string }>(object: T): string => {
    objects.set(object.id, object);
    return object.id;
  };
  const reports: object[] = [];
  for (const { incident } of incidents) {
    const since = new Date(incident.fromMs ?? Math.max(0, dateMs)).toISOString();
    const refs = indicatorsOf(incident).flatMap((indicator) => {
      const pattern = patternOf(indicator);
      if (pattern === undefined) return [];
      return keep({
        ...{
          type: 'indicator',
          spec_version: '2.1',
          id: idOf('indicator', `${indicator.kind}\0${indicator.value}\0${time}`),
          ...times,
        },
        ...{
          created_by_ref: identity.id,
          name: `${indicator.kind}: ${indicator.value}`,
          indicator_types: ['malicious-activity'],
        },
        ...{ pattern, pattern_type: 'stix', valid_from: since },
      });
    });
    const techniques = techniqueRows(incident).flatMap(({ id, name }) =>
      /^T\d{4}(?:\.\d{3})?$/.test(id) && name !== ''
        ? keep({
            ...{
              type: 'attack-pattern',
              spec_version: '2.1',
              id: idOf('attack-pattern', `${id}\0${time}`),
              ...times,
              name,
            },
            external_references: [{ source_name: 'mitre-attack', external_id: id, url: techniqueUrl(id) }],
          })
        : [],
    );
    const of = [...refs, ...techniques];
    reports.push({
      ...{ type: 'report', spec_version: '2.1', id: idOf('report', `${incident.id}\0${time}`), ...times },
      ...{
        created_by_ref: identity.id,
        name: storyOf(incident, 'en').title,
        report_types: ['threat-report'],
        published: time,
      },
      // A report without what it speaks of is not one.
      object_refs: of.length > 0 ? of : [identity.id],
    });
  }
  const all = [identity, ...objects.values(), ...reports];
  const id = idOf('bundle', all.map((one) => (one as { id: string }).id).join('\n'));
  return `${JSON.stringify({ type: 'bundle', id, objects: all }, null, 2)}\n`;
}

/** Of our own: a random UUID, written down once. */
const NAMESPACE = Buffer.from('5d0c2f6b7a1e4c0f9b3e8a6d2f417c59', 'hex');

function idOf(type: string, name: string): string {
  const hash = createHash('sha1').update(NAMESPACE).update(`${type}\0${name}`).digest().subarray(0, 16);
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return `${type}--${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const quoted = (text: string): string => `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;

/** What to look for, in STIX's own words; undefined for what STIX has no object for (scheduled tasks). */
function patternOf({ kind, value }: Indicator): string | undefined {
  switch (kind) {
    case 'address': {
      const [, v6, v4 = value] = /^\[([^\]]*)\](?::\d+)?$|^([^:]*)(?::\d+)?$/.exec(value) ?? [];
      if (v6 !== undefined || value.split(':').length > 2) return `[ipv6-addr:value = ${quoted(v6 ?? value)}]`;
      return /^[\d.]+$/.test(v4) ? `[ipv4-addr:value = ${quoted(v4)}]` : `[domain-name:value = ${quoted(v4)}]`;
    }
    case 'domain':
      return `[domain-name:value = ${quoted(value)}]`;
    case 'file': {
      const at = Math.max(value.lastIndexOf('\\'), value.lastIndexOf('/'));
      const name = `file:name = ${quoted(value.slice(at + 1))}`;
      return at < 0 ? `[${name}]` : `[${name} AND file:parent_directory_ref.path = ${quoted(value.slice(0, at))}]`;
    }
    case 'hash':
      return `[file:hashes.'SHA-256' = ${quoted(value.toLowerCase())}]`;
    case 'account':
      return `[user-account:account_login = ${quoted(value)}]`;
    case 'service':
      return `[process:extensions.'windows-service-ext'.service_name = ${quoted(value)}]`;
    case 'registry':
      return `[windows-registry-key:key = ${quoted(value)}]`;
    case 'task':
      return undefined;
    default:
      return kind satisfies never;
  }
}
