/**
 * The one table of channels, event ids, fields and types: one file a family. To add a channel, add its rows to a family
 * (or a file beside these) and name the family here.
 */
import { APPCONTROL } from './appcontrol.ts';
import { APPLICATION } from './application.ts';
import { DEFENDER } from './defender.ts';
import { FIREWALL } from './firewall.ts';
import { NETWORK } from './network.ts';
import { OTHER } from './other.ts';
import { POWERSHELL } from './powershell.ts';
import { REMOTE } from './remote.ts';
import { SECURITY } from './security.ts';
import { SYSMON } from './sysmon.ts';
import { SYSTEM } from './system.ts';
import { TASKSCHEDULER } from './taskscheduler.ts';
import { WMI } from './wmi.ts';

export const TABLES = [
  ...SYSMON,
  ...SECURITY,
  ...SYSTEM,
  ...APPLICATION,
  ...POWERSHELL,
  ...DEFENDER,
  ...FIREWALL,
  ...TASKSCHEDULER,
  ...WMI,
  ...REMOTE,
  ...NETWORK,
  ...APPCONTROL,
  ...OTHER,
] as const;
