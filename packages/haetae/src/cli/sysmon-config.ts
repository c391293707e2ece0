import { type Profile, printSysmonConfig } from '../sysmon/index.ts';
import type { Context } from './flags.ts';
import { checkLanguage } from './options.ts';
import { openFile } from './rules-run.ts';
import { EXIT } from './usage.ts';

export interface SysmonConfigFlags {
  readonly lang?: string;
  readonly output?: string;
  readonly profile: Profile;
}

export async function sysmonConfigCommand(this: Context, flags: SysmonConfigFlags): Promise<void> {
  const { console } = this;
  checkLanguage(flags.lang, console.words);
  const text = printSysmonConfig(flags.profile, console.words.lang);
  const file = flags.output === undefined ? undefined : openFile(flags.output, console);
  (file ?? console.stdout).write(text);
  file?.commit();
  console.exit(EXIT.done);
}
