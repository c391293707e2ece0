/** What a field tells of an event, and how it may be written in an exception. */
export interface ProposedField {
  readonly name: string;
  /**
   * `what`: what was done, the best of separators. `who`: the program that did it. `where`: the account, host or address;
   * alone it never makes an exception, since it would hide everything that happens there.
   */
  readonly tells: 'what' | 'who' | 'where';
  /** How its value is read: a path loses profile names, a command line also numbers of processes and the like. */
  readonly kind: 'path' | 'command' | 'text' | 'hashes';
  /** What it costs to need it: lasting, telling fields are cheap, brittle ones dear. */
  readonly cost: number;
}

const field = (
  name: string,
  tells: ProposedField['tells'],
  kind: ProposedField['kind'],
  cost: number,
): ProposedField => ({ name, tells, kind, cost });

/** Fields that exceptions are made of, under the names that rules use; any other is too volatile or says nothing. */
export const PROPOSED_FIELDS: readonly ProposedField[] = [
  field('CommandLine', 'what', 'command', 3),
  field('TargetObject', 'what', 'path', 3),
  field('TargetFilename', 'what', 'path', 3),
  field('ImageLoaded', 'what', 'path', 3),
  field('PipeName', 'what', 'path', 3),
  field('QueryName', 'what', 'text', 3),
  field('DestinationHostname', 'what', 'text', 4),
  field('ServiceName', 'what', 'text', 3),
  field('TaskName', 'what', 'path', 3),
  field('ImagePath', 'what', 'command', 4),
  field('ServiceFileName', 'what', 'command', 4),
  field('Path', 'what', 'path', 3),
  field('TargetImage', 'what', 'path', 4),
  field('ShareName', 'what', 'path', 4),
  field('RelativeTargetName', 'what', 'path', 4),
  field('ObjectName', 'what', 'path', 4),
  field('ThreatName', 'what', 'text', 4),
  field('Details', 'what', 'command', 5),
  field('DestinationIp', 'what', 'text', 5),
  field('MemberName', 'what', 'text', 5),
  field('ScriptBlockText', 'what', 'command', 6),
  field('Payload', 'what', 'command', 7),
  field('Image', 'who', 'path', 2),
  field('SourceImage', 'who', 'path', 2),
  field('ProcessName', 'who', 'path', 3),
  field('Application', 'who', 'path', 3),
  field('ParentImage', 'who', 'path', 1.9),
  field('ParentCommandLine', 'who', 'command', 4.5),
  field('GrantedAccess', 'who', 'text', 5),
  field('Signature', 'who', 'text', 5),
  field('Hashes', 'who', 'hashes', 7),
  field('DestinationPort', 'where', 'text', 6),
  field('User', 'where', 'text', 5),
  field('SubjectUserName', 'where', 'text', 5),
  field('TargetUserName', 'where', 'text', 5),
  field('IpAddress', 'where', 'text', 5.5),
  field('WorkstationName', 'where', 'text', 6),
  field('LogonType', 'where', 'text', 7),
  field('Computer', 'where', 'text', 5),
  field('EventID', 'where', 'text', 8),
];
