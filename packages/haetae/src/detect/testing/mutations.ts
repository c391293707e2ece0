/** What attackers change about a command without changing what it does. */

/** The fields of a process creation. */
export type ProcessFields = Readonly<Record<string, string>>;

export interface Mutation {
  readonly name: string;
  /** The changed fields; undefined where there is nothing to change. */
  apply(fields: ProcessFields): ProcessFields | undefined;
}

const changed = (fields: ProcessFields, more: ProcessFields): ProcessFields | undefined => {
  const next = { ...fields, ...more };
  return Object.keys(more).some((name) => more[name] !== fields[name]) ? next : undefined;
};

const commandLine = (name: string, change: (line: string, fields: ProcessFields) => string): Mutation => ({
  name,
  apply: (fields) =>
    fields.CommandLine === undefined ? undefined : changed(fields, { CommandLine: change(fields.CommandLine, fields) }),
});

const fileName = (path: string): string => path.slice(path.lastIndexOf('\\') + 1);

/** Words as they stand, quoted ones whole. */
const words = (line: string): string[] => line.match(/(?:"[^"]*"|[^\s"])+/g) ?? [];

/** Programs that take `-` and `/` alike. */
const EITHER_DASH =
  /^(?:bitsadmin|certutil|cipher|cmstp|ftp|mshta|msiexec|nltest|powershell|regsvr32|sdbinst|wusa)(?:\.exe)?$/i;

/** Shorter beginnings that PowerShell and netsh take for the whole word. */
const SHORTER: readonly (readonly [RegExp, string])[] = [
  [/(?<=\s[-/])EncodedCommand\b/i, 'enc'],
  [/(?<=\s[-/])ExecutionPolicy\b/i, 'ep'],
  [/(?<=\s[-/])WindowStyle\b/i, 'w'],
  [/(?<=\s[-/])NoProfile\b/i, 'nop'],
  [/(?<=\s[-/])NonInteractive\b/i, 'noni'],
  [/(?<=\s[-/])Command\b/i, 'c'],
  [/\binterface\b/i, 'int'],
  [/\bportproxy\b/i, 'portp'],
  [/\badvfirewall\b/i, 'advf'],
  [/\bfirewall (?=add|set)/i, 'firew '],
];

const PLACES: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z]:\\users\\[^\\\s"]+\\appdata\\local\\temp\b/gi, '%TEMP%'],
  [/\b[a-z]:\\users\\public\b/gi, '%PUBLIC%'],
  [/\b[a-z]:\\programdata\b/gi, '%ALLUSERSPROFILE%'],
  [/\b[a-z]:\\windows\b/gi, '%SystemRoot%'],
  [/\b[a-z]:\\users\\[^\\\s"]+\\appdata\\roaming\b/gi, '%APPDATA%'],
  [/\b[a-z]:\\users\\[^\\\s"]+(?=\\)/gi, '%USERPROFILE%'],
];

const SHORT_NAMES: readonly (readonly [RegExp, string])[] = [
  [/\\program files \(x86\)(?=\\)/gi, '\\PROGRA~2'],
  [/\\program files(?=\\)/gi, '\\PROGRA~1'],
  [/\\programdata(?=\\)/gi, '\\PROGRA~3'],
  [/\\appdata(?=\\)/gi, '\\APPDAT~1'],
  [/\\windowspowershell(?=\\)/gi, '\\WINDOW~1'],
];

const replaced = (line: string, pairs: readonly (readonly [RegExp, string])[]): string =>
  pairs.reduce((text, [from, to]) => text.replace(from, to), line);

/** Within the first words of letters only, behind every second letter. */
const split = (line: string, by: string): string =>
  line.replace(/\b[a-z]{4,}\b/gi, (word, at: number) => (at > 60 ? word : word.slice(0, 2) + by + word.slice(2)));

/** Groups of a switch and what belongs to it, in another order; what stands before the first switch stays. */
function reordered(line: string): string {
  const all = words(line);
  const first = all.findIndex((word, i) => i > 0 && /^[-/]\w/.test(word));
  if (first < 0) return line;
  const groups: string[][] = [];
  for (const word of all.slice(first)) {
    if (/^[-/]\w/.test(word) || groups.length === 0) groups.push([word]);
    else groups.at(-1)!.push(word);
  }
  // What follows the last switch may be the object of the command: it stays at the end.
  const last = groups.at(-1)!;
  const objects = last.splice(Math.min(2, last.length));
  return [...all.slice(0, first), ...groups.reverse().flat(), ...objects].join(' ');
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'renamed program',
    apply: (fields) => {
      const { Image: image, CommandLine: line = '' } = fields;
      if (image === undefined) return undefined;
      const name = fileName(image);
      const escaped = name.replace(/\.exe$/i, '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      return changed(fields, {
        Image: 'C:\\Users\\kim\\AppData\\Roaming\\Vendor\\update.exe',
        CommandLine: line.replace(
          new RegExp(`^(\\s*"?)(?:[^"\\s]*\\\\)?${escaped}(?:\\.exe)?(?="?(?:\\s|$))`, 'i'),
          '$1update.exe',
        ),
        OriginalFileName: fields.OriginalFileName ?? name,
      });
    },
  },
  commandLine('switches in another order', reordered),
  commandLine('shorter switches', (line) => replaced(line, SHORTER)),
  commandLine('other dash', (line, { Image: image = '' }) =>
    EITHER_DASH.test(fileName(image))
      ? line.replace(/(?<=\s)[-/](?=[a-z?])/gi, (dash) => (dash === '-' ? '/' : '-'))
      : line,
  ),
  commandLine('carets', (line, { Image: image = '' }) => (/\\cmd\.exe$/i.test(image) ? split(line, '^') : line)),
  commandLine('quotes within words', (line) => split(line, '""')),
  commandLine('letter case', (line) =>
    line.replace(/[a-z]/gi, (letter, at: number) => (at % 2 === 0 ? letter.toUpperCase() : letter.toLowerCase())),
  ),
  commandLine('blanks', (line) => line.replace(/ (?=[-/a-z])/gi, '   ')),
  commandLine('environment variables', (line) => replaced(line, PLACES)),
  commandLine('short names', (line) => replaced(line, SHORT_NAMES)),
  commandLine('path over the own host', (line) =>
    line.replace(/(?<=[\s"'=,])([a-z]):\\(?=\w)/gi, '\\\\127.0.0.1\\$1$$\\'),
  ),
  commandLine('full path of the program', (line, { Image: image = '' }) => {
    const [head, ...rest] = words(line);
    return head === undefined || head.includes('\\') ? line : [`"${image}"`, ...rest].join(' ');
  }),
  { name: 'another parent', apply: (fields) => changed(fields, { ParentImage: 'C:\\Windows\\explorer.exe' }) },
];
