import { type Context, nearest } from './context.ts';
import { isClearing } from './said.ts';
import type { Unit } from './unit.ts';

/** A log tells of a thing within this of the command or script that names it. */
const SAID_MS = 15_000;
/** Accounts made, changed or put into groups. */
const ACCOUNTS: ReadonlySet<number> = new Set([4720, 4722, 4723, 4724, 4725, 4726, 4738]);
const GROUPS: ReadonlySet<number> = new Set([4728, 4732, 4756]);
/** Shorter names stand in too many commands. */
const TELLING = 4;
const MOST_TEXT = 20_000;

/**
 * Findings whose event names no process but a thing that some command or script of the same moment names: an account or its group, a
 * WMI subscription, a BITS job's address, a log that was cleared, a protection that was switched off or set otherwise (in the registry,
 * too), a rule of the firewall. Where the command ran as the system, the log names the computer alone, and its session joins nothing.
 */
export function joinByNamed(context: Context): void {
  const { units, anchors } = context;
  const told = new Map<number, readonly string[]>();
  units.forEach((unit, i) => {
    if (unit.node !== undefined) return;
    const names = namesOf(unit).filter((name) => name.length >= TELLING);
    if (names.length > 0) told.set(i, names);
  });
  if (told.size === 0) return;
  const wanted = new Set([...told.values()].flat());
  // Taking texts apart costs more than all else here: only those of such a moment are.
  const moments = new Set([...told.keys()].flatMap((i) => [-1, 0, 1].map((n) => momentOf(units[i]!.first) + n)));
  const named = new Map<string, Naming[]>();
  units.forEach(({ host, node, fields, decoded, first }, i) => {
    if (node === undefined || !moments.has(momentOf(first))) return;
    for (const word of wordsOf(`${node.commandLine} ${fields.ScriptBlockText ?? ''} ${decoded ?? ''}`))
      if (wanted.has(word)) add(named, `${host}|${word}`, { unit: i, timeMs: first });
  });
  namingActs(context, named, wanted, moments);
  for (const [i, names] of told) {
    const { host, first } = units[i]!;
    for (const name of names) {
      const found = nearestOf(named.get(`${host}|${name}`) ?? [], first);
      if (found === undefined) continue;
      const anchor = { key: `named ${host}|${name} ${found} ${i}`, kind: 'subject' as const, by: name };
      anchors.add(i, anchor);
      anchors.add(found, anchor);
      break;
    }
  }
}

/** A unit of a process whose command, or a script or a value of the registry that is no finding, names a thing. */
interface Naming {
  readonly unit: number;
  readonly timeMs: number;
}

const momentOf = (timeMs: number): number => Math.floor(timeMs / SAID_MS);

function namingActs(
  context: Context,
  named: Map<string, Naming[]>,
  wanted: ReadonlySet<string>,
  moments: ReadonlySet<number>,
): void {
  for (const node of context.lineage.nodes)
    for (const { of } of node.traces)
      for (const act of of.acts) {
        if ((act.kind !== 'script' && act.kind !== 'registry') || !moments.has(momentOf(act.timeMs))) continue;
        for (const word of wordsOf(act.what)) {
          if (!wanted.has(word)) continue;
          const unit = nearest(context, node);
          if (unit === undefined) continue;
          context.through.add(node);
          add(named, `${node.host}|${word}`, { unit, timeMs: act.timeMs });
        }
      }
}

function add(named: Map<string, Naming[]>, key: string, naming: Naming): void {
  const list = named.get(key);
  if (list === undefined) named.set(key, [naming]);
  else list.push(naming);
}

function nearestOf(namings: readonly Naming[], timeMs: number): number | undefined {
  let best: Naming | undefined;
  for (const one of namings) {
    const apart = Math.abs(one.timeMs - timeMs);
    if (apart <= SAID_MS && (best === undefined || apart < Math.abs(best.timeMs - timeMs))) best = one;
  }
  return best?.unit;
}

/** Words, paths, and what stands in quotes. */
function wordsOf(text: string): Set<string> {
  const lower = text.slice(0, MOST_TEXT).toLowerCase();
  return new Set([...lower.split(/[\s"']+/), ...lower.split(/[\s"',;=\\/(){}]+/), ...lower.split(/["']/)]);
}

/** In lower case, the most telling first. */
function namesOf(unit: Unit): string[] {
  const { channel, eventId, fields } = unit;
  const log = channel.toLowerCase();
  const text = (name: string): string => (fields[name] ?? '').toLowerCase();
  if (isClearing(unit)) return ['wevtutil', 'wevtutil.exe', 'clear-eventlog', 'remove-eventlog'];
  if (log === 'security' && ACCOUNTS.has(eventId)) return [text('TargetUserName')];
  if (log === 'security' && GROUPS.has(eventId))
    return [/^cn=([^,]+)/.exec(text('MemberName'))?.[1] ?? '', text('TargetUserName')];
  if (log.endsWith('sysmon/operational') && eventId >= 19 && eventId <= 21)
    return ['Name', 'Consumer', 'Filter'].map((name) => part(text(name)));
  if (log.endsWith('wmi-activity/operational') && eventId === 5861) return [part(text('ESS')), part(text('CONSUMER'))];
  if (log.endsWith('bits-client/operational')) return [text('url')];
  if (log.endsWith('advanced security/firewall'))
    return [text('RuleName'), ...changersOf(text('ModifyingApplication'))];
  if (log.endsWith('windows defender/operational') && eventId >= 5000) {
    // `HKLM\…\DisableAntiSpyware = 0x1`
    const set = /([^\\]+?) = [^\\]*$/.exec(text('New Value') || text('NewValue'))?.[1] ?? '';
    const setting = set === '' ? 'disablerealtimemonitoring' : set;
    return [setting, `-${setting}`, 'set-mppreference'];
  }
  return [];
}

/** By what commands a program is told to change the firewall: WMI does so for PowerShell. */
function changersOf(application: string): string[] {
  if (application.endsWith('\\netsh.exe')) return ['netsh', 'netsh.exe'];
  if (!/\\(wmiprvse|powershell|pwsh)\.exe$/.test(application)) return [];
  return ['new', 'set', 'enable', 'disable', 'remove'].flatMap((verb) => [
    `${verb}-netfirewallrule`,
    `${verb}-netfirewallprofile`,
  ]);
}

/** `"Up"` and `"CommandLineEventConsumer.Name=\"Up\""` → `up`. */
const part = (text: string): string =>
  (/(?:name|consumer)=([^,]*)/.exec(text)?.[1] ?? text).replace(/[\\"]/g, '').trim();
