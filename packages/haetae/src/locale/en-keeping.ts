/** What the command line says of the store as a whole, and of its audit log. */
export const enKeeping = {
  commands: {
    store: { brief: 'what a server has stored: how much, backups, Parquet' },
    status: { brief: 'how much is stored, and since when' },
    backup: {
      brief: 'copy the whole store as of one moment',
      full: [
        'Writes events, findings, incidents, users and settings into a new folder, while the server runs or not. The copy is opened and',
        'its audit log verified before it is called done.',
        '',
        'Examples',
        '  haetae store backup /mnt/backup/2026-11-28',
        '',
        'Exit status: 0 done · 2 wrong usage, or there is no data · 130 interrupted',
      ].join('\n'),
    },
    restore: {
      brief: 'make a store of a backup, where there is none',
      full: [
        'Restores into a data folder that holds no store, or with --store (or HAETAE_STORE) into a PostgreSQL database that holds none:',
        'so a store that outgrew its folder moves.',
        '',
        'Examples',
        '  haetae store restore /mnt/backup/2026-11-28 --data /var/lib/haetae',
        '  HAETAE_STORE=postgres://haetae:…@db/haetae haetae store restore /mnt/backup/2026-11-28',
      ].join('\n'),
    },
    export: {
      brief: 'write events as Parquet, a file a day and host',
      full: [
        'Any tool that reads Parquet (DuckDB, Spark, Python …) reads them; `haetae store import` takes them into another store.',
        '',
        'Examples',
        '  haetae store export /mnt/archive/october --from 2026-10-01 --to 2026-11-01',
      ].join('\n'),
    },
    import: { brief: 'take in Parquet that such an export wrote; what is there already is left out' },
    audit: { brief: 'who did what on the server: list it, prove it whole' },
    verify: {
      brief: 'whether the audit log is whole, from its first entry to its last',
      full: [
        'Each entry covers the one before with its hash: an entry that was changed, taken out or cut off is told. Write the last line',
        'down elsewhere; given back with --head it proves that the log still holds what it held then.',
        '',
        'Examples',
        '  haetae audit verify',
        '  haetae audit verify --head 1042:9f2c…',
        '',
        'Exit status: 0 whole · 1 broken · 2 wrong usage, or there is no data',
      ].join('\n'),
    },
    list: { brief: 'the newest entries' },
  },
  flags: {
    folder: 'folder that is empty or not there',
    backup: 'folder of a backup',
    store: 'PostgreSQL database in place of the data folder (or set HAETAE_STORE)',
    host: 'of this host only',
    parquet: 'file or folder of Parquet',
    head: 'NUMBER:HASH that an earlier run printed',
    limit: 'entries at most (default 50)',
  },
  rows: {
    events: 'Events',
    findings: 'Findings',
    incidents: 'Incidents',
    oldest: 'Oldest event',
    newest: 'Newest event',
    bytes: 'On disk',
    free: 'Free within',
    schema: 'Schema',
  },
  audit: { number: 'No.', time: 'TIME', actor: 'WHO', action: 'WHAT', object: 'OBJECT', address: 'FROM' },
  backedUp: (folder: string, events: string, size: string) =>
    `haetae: ${folder} holds the store now: ${events} events, ${size}; opened again and found whole`,
  restored: (folder: string, events: string) => `haetae: restored: ${events} events; data folder ${folder}`,
  exported: (folder: string, events: string, files: string) =>
    `haetae: ${events} events in ${files} files below ${folder}`,
  imported: (events: string, known: string) => `haetae: ${events} events taken in; ${known} were there already`,
  nothingAt: (path: string) => `there is no ${path}`,
  badHead: (text: string) =>
    `--head ${text}: a number, a colon and 64 hex digits are wanted, as haetae audit verify prints them.`,
  whole: (entries: number) =>
    `The audit log is whole: ${entries} ${entries === 1 ? 'entry' : 'entries'}. Its head, to be written down elsewhere:`,
  broken: (number: number, reason: string) => `The audit log is broken at entry ${number}: ${reason}.`,
  breaks: {
    changed: 'it was changed',
    missing: 'it is missing',
    'cut-off': 'it and what followed were cut off',
    'not-the-head': 'it is not what was written down',
  },
};
