/**
 * What of an event is stored in columns of their own, and so found fast. A field feeds at most one column; of the fields of a
 * column the first in this order that the event tells (neither '' nor `-`) fills it. Everything else, and all names and their
 * order, stand in `fields`: an event comes back as it was.
 */
export interface EventColumn {
  readonly name: string;
  /** Microsoft's names, the most telling first. */
  readonly fields: readonly string[];
  /** Free text is sought in it. */
  readonly text: boolean;
}

export const EVENT_COLUMNS = [
  {
    name: 'user_name',
    fields: ['User', 'TargetUserName', 'AccountName', 'SourceUser', 'UserName', 'UserID'],
    text: true,
  },
  { name: 'subject_user', fields: ['SubjectUserName', 'ParentUser', 'TargetUser'], text: true },
  { name: 'logon_id', fields: ['LogonId', 'TargetLogonId', 'SubjectLogonId'], text: false },
  { name: 'process_guid', fields: ['ProcessGuid', 'SourceProcessGUID', 'SourceProcessGuid'], text: false },
  { name: 'parent_guid', fields: ['ParentProcessGuid', 'TargetProcessGUID', 'TargetProcessGuid'], text: false },
  {
    name: 'image',
    fields: ['Image', 'NewProcessName', 'SourceImage', 'ProcessName', 'Application', 'CallerProcessName'],
    text: true,
  },
  { name: 'command_line', fields: ['CommandLine', 'ProcessCommandLine', 'ServiceFileName', 'ImagePath'], text: true },
  { name: 'parent_image', fields: ['ParentImage', 'ParentProcessName'], text: true },
  { name: 'parent_command_line', fields: ['ParentCommandLine'], text: true },
  { name: 'target_image', fields: ['TargetImage', 'ImageLoaded'], text: true },
  { name: 'original_name', fields: ['OriginalFileName'], text: true },
  { name: 'hashes', fields: ['Hashes', 'Hash', 'FileHash'], text: true },
  { name: 'file', fields: ['TargetFilename', 'RelativeTargetName', 'FileName', 'Path', 'Filename'], text: true },
  { name: 'object', fields: ['TargetObject', 'ObjectName'], text: true },
  { name: 'object_value', fields: ['Details', 'NewValue', 'ObjectValueName'], text: true },
  { name: 'script', fields: ['ScriptBlockText', 'Payload', 'HostApplication', 'Data'], text: true },
  {
    name: 'named',
    fields: ['ServiceName', 'TaskName', 'PipeName', 'ShareName', 'Destination', 'Query', 'TaskContent'],
    text: true,
  },
  {
    name: 'remote_name',
    fields: ['QueryName', 'DestinationHostname', 'WorkstationName', 'TargetServerName'],
    text: true,
  },
  { name: 'message', fields: ['Message'], text: false },
  { name: 'source_ip', fields: ['SourceIp', 'IpAddress', 'SourceAddress', 'ClientAddress'], text: true },
  { name: 'source_port', fields: ['SourcePort', 'IpPort'], text: false },
  { name: 'destination_ip', fields: ['DestinationIp', 'DestAddress', 'DestinationAddress'], text: true },
  { name: 'destination_port', fields: ['DestinationPort', 'DestPort'], text: false },
] as const satisfies readonly EventColumn[];

/** Words of a search that stand for several columns. */
export const SEARCH_WORDS = {
  user: ['user_name', 'subject_user'],
  ip: ['source_ip', 'destination_ip'],
  port: ['source_port', 'destination_port'],
  process: ['image', 'parent_image', 'target_image'],
  path: ['image', 'target_image', 'parent_image', 'file', 'object'],
} as const satisfies Readonly<Record<string, readonly (typeof EVENT_COLUMNS)[number]['name'][]>>;

/** Where a field goes: the column, by index into {@link EVENT_COLUMNS}, and its place among those that feed it. */
export const COLUMN_OF: ReadonlyMap<string, { readonly column: number; readonly rank: number }> = new Map(
  EVENT_COLUMNS.flatMap(({ fields }, column) => fields.map((field, rank) => [field, { column, rank }] as const)),
);

/** Columns that every event has, or may. */
export const HEAD_COLUMNS = ['host', 'channel', 'provider', 'record_id', 'origin', 'event_id', 'decoded'] as const;
export type StoredColumn = (typeof HEAD_COLUMNS)[number] | (typeof EVENT_COLUMNS)[number]['name'];

/**
 * Of every event it is kept for which columns a told value of one of their fields stands elsewhere: another field was more
 * telling, or the value holds a NUL. The highest bit is for all: a name is repeated or has a blank in it, or a member of System
 * bears the name of a field. Events that were stored before this was kept have all bits.
 */
export const STRAYS = { all: 0x8000_0000, unknown: 0xffff_ffff } as const;

/** The bits for which something of a column may stand elsewhere. */
export function strayMask(column: string): number {
  const at = EVENT_COLUMNS.findIndex(({ name }) => name === column);
  return at < 0 ? STRAYS.unknown : STRAYS.all + 2 ** at;
}

/** UTF-16 units of decoded text that are stored with an event; one of that length may have been cut. */
export const MOST_DECODED = 65_536;
