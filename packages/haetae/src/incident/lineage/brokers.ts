import { baseName } from '../text.ts';
import type { Node } from './node.ts';

/**
 * Processes of Windows that start others on behalf of whoever asks: that two processes come from one of them joins
 * nothing. What they start is joined by what shows who asked (a session, a service, a task, a remote host).
 */
const BROKERS: ReadonlySet<string> = new Set([
  'system',
  'registry',
  'smss.exe',
  'csrss.exe',
  'wininit.exe',
  'winlogon.exe',
  'services.exe',
  'lsass.exe',
  'lsm.exe',
  'svchost.exe',
  'userinit.exe',
  'explorer.exe',
  'sihost.exe',
  'dwm.exe',
  'logonui.exe',
  'fontdrvhost.exe',
  'runtimebroker.exe',
  'applicationframehost.exe',
  'shellexperiencehost.exe',
  'startmenuexperiencehost.exe',
  'shellhost.exe',
  'searchui.exe',
  'searchapp.exe',
  'searchhost.exe',
  'searchindexer.exe',
  'taskeng.exe',
  'taskhost.exe',
  'taskhostex.exe',
  'taskhostw.exe',
  'ctfmon.exe',
  'dllhost.exe',
  'wmiprvse.exe',
  'trustedinstaller.exe',
  'spoolsv.exe',
  'msiexec.exe',
  'wsqmcons.exe',
  'consent.exe',
  'atbroker.exe',
  'gpscript.exe',
]);

/**
 * Brokers of which there is one on each host, or one for each desktop, and through which everybody's doings go: that two
 * things were done by one of them says nothing. Others host one service, or serve one caller.
 */
const DISPATCHERS: ReadonlySet<string> = new Set([
  'smss.exe',
  'csrss.exe',
  'wininit.exe',
  'winlogon.exe',
  'services.exe',
  'lsass.exe',
  'explorer.exe',
]);

export const isDispatcher = (node: Pick<Node, 'image' | 'children' | 'pid'>): boolean =>
  isBroker(node) && DISPATCHERS.has(baseName(node.image));

/** Children from which on a process is taken for one that starts things for others (a management agent, a build server). */
const MANY_CHILDREN = 500;

/** Whether a process starts others on behalf of whoever asks. One that only bears the name, in another folder, does not. */
export function isBroker({ image, children, pid }: Pick<Node, 'image' | 'children' | 'pid'>): boolean {
  if (pid !== null && pid <= 4) return true;
  if (children >= MANY_CHILDREN) return true;
  const name = baseName(image);
  if (!BROKERS.has(name)) return false;
  return name === image.toLowerCase() || /\\windows\\/i.test(image) || /^\\systemroot\\/i.test(image);
}
