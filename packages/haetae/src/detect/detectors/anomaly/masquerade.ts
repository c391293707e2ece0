/** Programs of Windows whose names attackers borrow, and the folders below `c:\windows` where they live. */
const HOMES: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  [
    'svchost.exe lsass.exe csrss.exe smss.exe wininit.exe winlogon.exe services.exe lsaiso.exe spoolsv.exe taskhostw.exe',
    'taskhost.exe dllhost.exe conhost.exe rundll32.exe regsvr32.exe mshta.exe wscript.exe cscript.exe cmd.exe sihost.exe',
    'dwm.exe ctfmon.exe fontdrvhost.exe runtimebroker.exe searchindexer.exe userinit.exe logonui.exe wuauclt.exe msiexec.exe',
    'schtasks.exe certutil.exe bitsadmin.exe net.exe net1.exe sc.exe reg.exe whoami.exe taskmgr.exe wsmprovhost.exe',
    'audiodg.exe backgroundtaskhost.exe smartscreen.exe consent.exe dashost.exe wermgr.exe werfault.exe userinit.exe',
    'lsm.exe dllhst3g.exe mmc.exe control.exe sppsvc.exe vssadmin.exe wevtutil.exe ntoskrnl.exe securityhealthservice.exe',
  ]
    .flatMap((line) => line.split(' '))
    .map((name): [string, string[]] => [name, ['system32', 'syswow64', 'winsxs', 'sysnative']])
    .concat([
      ['explorer.exe', ['', 'syswow64', 'winsxs']],
      ['notepad.exe', ['', 'system32', 'syswow64', 'winsxs']],
      ['regedit.exe', ['', 'syswow64', 'winsxs']],
      ['powershell.exe', ['system32', 'syswow64', 'winsxs', 'sysnative']],
      ['wmiprvse.exe', ['system32', 'syswow64', 'winsxs']],
      ['wmic.exe', ['system32', 'syswow64', 'winsxs']],
      ['ntdll.dll', ['system32', 'syswow64', 'winsxs']],
      ['kernel32.dll', ['system32', 'syswow64', 'winsxs']],
      ['version.dll', ['system32', 'syswow64', 'winsxs']],
      ['wbemcomn.dll', ['system32', 'syswow64', 'winsxs']],
    ]),
);

const BY_LENGTH = new Map<number, string[]>();
for (const name of Object.keys(HOMES)) {
  const group = BY_LENGTH.get(name.length) ?? [];
  BY_LENGTH.set(name.length, group);
  group.push(name);
}

/** Shorter names are a slip away from too many others. */
const SHORTEST = 9;

/**
 * How much a path (plain, lower case) looks like a program of Windows without being it: 0 not at all, or it is that program in
 * its place; 4 its very name elsewhere; 3 one edit from its name (`svch0st.exe`); 2 two edits.
 */
export function likeness(path: string, name: string): number {
  const homes = HOMES[name];
  if (homes !== undefined && Object.hasOwn(HOMES, name)) return path.includes('\\') && !atHome(path, homes) ? 4 : 0;
  if (name.length < SHORTEST) return 0;
  let best = 3;
  for (let length = name.length - 2; length <= name.length + 2; length++) {
    for (const known of BY_LENGTH.get(length) ?? []) {
      if (known.length < SHORTEST) continue;
      const distance = edits(name, known, best - 1);
      if (distance < best) best = distance;
    }
  }
  return best === 1 ? 3 : best === 2 && name.length > SHORTEST + 1 ? 2 : 0;
}

function atHome(path: string, homes: readonly string[]): boolean {
  const inside = /^[a-z]:\\windows\\(.*\\)?[^\\]*$/.exec(path)?.[1];
  if (inside === undefined) return homes.includes('') && /^[a-z]:\\windows\\[^\\]*$/.test(path);
  return homes.some((home) => home !== '' && (inside.startsWith(`${home}\\`) || inside === `${home}\\`));
}

const row = new Uint8Array(3 * 61);

/**
 * Optimal string alignment distance (a swap of neighbours is one edit); `most + 1` where it is more than `most`. The ends
 * before `.exe` decide: equal extensions cost nothing, others are edits like any.
 */
export function edits(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most || a.length > 60 || b.length > 60) return most + 1;
  const width = b.length + 1;
  const cells = row;
  let [before, last, now] = [0, width, 2 * width];
  for (let j = 0; j < width; j++) cells[last + j] = j;
  for (let i = 1; i <= a.length; i++) {
    cells[now] = i;
    let least = i;
    for (let j = 1; j < width; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1;
      let cost = Math.min(cells[last + j]! + 1, cells[now + j - 1]! + 1, cells[last + j - 1]! + same);
      const swapped =
        i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1);
      if (swapped) cost = Math.min(cost, cells[before + j - 2]! + 1);
      cells[now + j] = cost;
      if (cost < least) least = cost;
    }
    if (least > most) return most + 1;
    [before, last, now] = [last, now, before];
  }
  return Math.min(cells[last + b.length]!, most + 1);
}
