import type { Derive, FieldMapping } from '../mapping.ts';
import type { EventView } from '../view.ts';
import { INTEGRITY_LEVELS, SYSMON_FIELDS } from './facts.ts';
import { HASH_FIELDS } from './readings.ts';
import {
  account,
  DIRECTION,
  decimal,
  details,
  drivePath,
  isMessage,
  protocol,
  REGISTRY_CHANGE,
  registryPaths,
  told,
} from './values.ts';

const first = (event: EventView, field: string): string | undefined => event.values(field)?.[0];

/** The values of the first of these fields that tells something, each put through `change`. */
const from =
  (fields: readonly string[], change: (value: string) => string): Derive =>
  (event) => {
    for (const field of fields) {
      const values = event.values(field)?.filter(told);
      if (values !== undefined && values.length > 0) return values.map(change);
    }
    return undefined;
  };

const one = (value: string | undefined): readonly string[] | undefined => (value === undefined ? undefined : [value]);

const same = (value: string): string => value;

/** Fields of Sysmon's event that a mapping gives no value for. */
function lacking(ids: readonly (keyof typeof SYSMON_FIELDS)[], given: readonly string[]): readonly string[] {
  const known = new Set<string>(ids.flatMap((id) => SYSMON_FIELDS[id]));
  if (known.has('Hashes')) for (const name of HASH_FIELDS) known.add(name);
  for (const name of given) known.delete(name);
  return [...known];
}

const FIELDS_4688 = {
  Image: 'NewProcessName',
  ParentImage: 'ParentProcessName',
  ProcessId: 'NewProcessId',
  ParentProcessId: 'ProcessId',
  User: 'SubjectUserName',
  LogonId: 'SubjectLogonId',
  IntegrityLevel: 'MandatoryLabel',
} as const;

/**
 * Security 4688 "A new process has been created" under the names of Sysmon 1, as the reference of Sigma's tools reads it. Its
 * ProcessId is the creator's.
 * Source: https://learn.microsoft.com/windows/security/threat-protection/auditing/event-4688
 */
export const PROCESS_4688: FieldMapping = {
  name: 'mapped:4688',
  fields: FIELDS_4688,
  values: { IntegrityLevel: INTEGRITY_LEVELS },
  lacks: lacking([1], [...Object.keys(FIELDS_4688), 'CommandLine']),
};

/** The account of the new process: the target where 4688 version 2 tells one, else the creator. */
function processUser(event: EventView): readonly string[] | undefined {
  const sid = first(event, 'TargetUserSid');
  const target = told(sid) && sid !== 'S-1-0-0';
  const user = target
    ? account(sid, first(event, 'TargetDomainName'), first(event, 'TargetUserName'))
    : account(undefined, first(event, 'TargetDomainName'), first(event, 'TargetUserName'));
  return one(user) ?? creator(event);
}

const creator: Derive = (event) =>
  one(account(first(event, 'SubjectUserSid'), first(event, 'SubjectDomainName'), first(event, 'SubjectUserName')));

/** 4688 with its values in Sysmon's words too: accounts as `DOMAIN\name`, process ids in decimal. */
export const PROCESS_4688_VALUES: FieldMapping = {
  name: 'mapped:4688',
  fields: FIELDS_4688,
  values: { IntegrityLevel: INTEGRITY_LEVELS },
  derived: {
    User: processUser,
    ParentUser: creator,
    ProcessId: from(['NewProcessId'], decimal),
    ParentProcessId: from(['ProcessId'], decimal),
  },
  lacks: lacking([1], [...Object.keys(FIELDS_4688), 'CommandLine', 'ParentUser']),
};

const DERIVED_4657: Readonly<Record<string, Derive>> = {
  TargetObject: (event) => {
    const key = first(event, 'ObjectName');
    if (!told(key)) return undefined;
    const value = first(event, 'ObjectValueName');
    // The default value has no name; Sysmon calls it (Default).
    const name = value === undefined || value === '' || value === '-' ? '(Default)' : value;
    return registryPaths(key).map((path) => `${path}\\${name}`);
  },
  Details: (event) => one(details(first(event, 'NewValueType'), first(event, 'NewValue'))),
  EventType: (event) => {
    const operation = first(event, 'OperationType') ?? '';
    if (isMessage(REGISTRY_CHANGE.deleted, operation)) return ['DeleteValue'];
    return isMessage([...REGISTRY_CHANGE.created, ...REGISTRY_CHANGE.modified], operation) ? ['SetValue'] : undefined;
  },
  Image: from(['ProcessName'], same),
  ProcessId: from(['ProcessId'], decimal),
  User: creator,
};

/**
 * Security 4657 "A registry value was modified" under the names of Sysmon 12 to 14. It tells of values, never of keys.
 * Source: https://learn.microsoft.com/windows/security/threat-protection/auditing/event-4657
 */
export const REGISTRY_4657: FieldMapping = {
  name: 'mapped:4657',
  fields: {},
  derived: DERIVED_4657,
  lacks: lacking([12, 13, 14], Object.keys(DERIVED_4657)),
};

const isIpv6 =
  (field: string): Derive =>
  (event) => {
    const address = first(event, field);
    return told(address) ? [String(address.includes(':'))] : undefined;
  };

const DERIVED_5156: Readonly<Record<string, Derive>> = {
  Image: from(['Application'], drivePath),
  // Forwarders rename ProcessID, since the System section has one of its own.
  ProcessId: from(['ProcessID', 'ProcessId'], decimal),
  Protocol: from(['Protocol'], protocol),
  Initiated: (event) => {
    const direction = first(event, 'Direction') ?? '';
    if (isMessage(DIRECTION.outbound, direction)) return ['true'];
    return isMessage(DIRECTION.inbound, direction) ? ['false'] : undefined;
  },
  SourceIp: from(['SourceAddress'], same),
  SourcePort: from(['SourcePort'], same),
  SourceIsIpv6: isIpv6('SourceAddress'),
  DestinationIp: from(['DestAddress'], same),
  DestinationPort: from(['DestPort'], same),
  DestinationIsIpv6: isIpv6('DestAddress'),
};

/**
 * Security 5156 "The Windows Filtering Platform has permitted a connection" under the names of Sysmon 3.
 * Source: https://learn.microsoft.com/windows/security/threat-protection/auditing/event-5156
 */
export const NETWORK_5156: FieldMapping = {
  name: 'mapped:5156',
  fields: {},
  derived: DERIVED_5156,
  lacks: lacking([3], Object.keys(DERIVED_5156)),
};
