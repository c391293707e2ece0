/**
 * Every kind of thing a receipt can say, with its English words. The locale room holds the Korean ones; a test keeps the
 * two lists equal. `detail` (a position's own words) follows behind a colon.
 */
export const NOTICES = {
  'unknown-format': 'the content is no log format known here',
  'read-error': 'the file could not be read to its end',
  'empty-file': 'the file is empty',
  // archives
  'archive-damaged': 'the archive is damaged',
  'archive-encrypted': 'the archive member is encrypted; give --password',
  'archive-wrong-password': 'the password does not open the archive member',
  'archive-unsupported': 'the archive uses a method that is not supported; unpack it first',
  'archive-bomb': 'the archive unpacks to more than the limit',
  'archive-too-deep': 'archives are nested deeper than the limit',
  'archive-path': 'the name of the archive member is unsafe; it was read under a cleaned name',
  'archive-member-skipped': 'not a log',
  // text
  'encoding-cp949': 'read as CP949 (Korean Windows)',
  'encoding-utf-16': 'read as UTF-16',
  'encoding-invalid': 'bytes that are not valid in the encoding became U+FFFD',
  'encoding-destroyed': 'letters had been replaced by ? before the file came here; they cannot be recovered',
  'line-too-long': 'the line is longer than the limit',
  'nesting-too-deep': 'nested deeper than the limit',
  // evtx
  'evtx-header': 'the EVTX file header is damaged; chunks were found by their signature',
  'evtx-chunk': 'an EVTX chunk could not be read',
  'evtx-record': 'an EVTX record could not be read',
  'evtx-checksum': 'an EVTX checksum does not fit',
  'evtx-carved': 'deleted records were recovered from slack space',
  'evtx-truncated': 'the EVTX file ends in the middle of a chunk',
  // structured text
  'xml-syntax': 'the XML is not well formed',
  'json-syntax': 'the JSON is not valid',
  'not-an-event': 'the entry holds no event',
  'csv-quote': 'a quote in the CSV is not closed as it should be',
  'csv-columns': 'the row has fewer or more cells than the header',
  'csv-header-names': 'the header names fewer columns than the rows have; the unnamed column is the message',
  'syslog-line': 'the line is not a Sysmon event in syslog form',
  // meaning
  'time-offset': 'the offset of the local times',
  'time-zone-assumed': 'nothing tells the offset of the local times; --timezone was taken',
  'date-order': 'nothing tells whether day or month comes first; it was assumed',
  'time-unreadable': 'the time could not be read',
  'time-missing': 'the event tells no time',
  host: 'the host name',
  channel: 'the channel was concluded from the provider',
  'event-id-unreadable': 'the event id could not be read',
  'message-label': 'a label that is repeated or out of order stays inside the value before it',
  'message-position': 'a label in words not known was read by its place among the others',
  'message-unknown': 'the rendered message has no known layout; it is kept whole as Message',
  'value-restored': 'the message shows a name for it; what Windows stores was put back',
} as const;

export type NoticeCode = keyof typeof NOTICES;
