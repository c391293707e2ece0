import { expect, test } from 'vitest';
import type { DetectingFlags } from './flags.ts';
import { seeMore } from './see-more.ts';

const NONE: DetectingFlags = { builtin: true, strictSigma: false, cache: true, carve: false, checksums: false };

test.each<[string[], Partial<DetectingFlags & { readonly assets: string }>, string]>([
  [['logs/'], {}, 'haetae incident logs/ --id 3f9c2a17'],
  [['C:\\case 7\\a.evtx', 'b'], {}, 'haetae incident "C:\\case 7\\a.evtx" b --id 3f9c2a17'],
  [
    ['logs'],
    { rules: ['r'], builtin: false, minLevel: 'high', timezone: 'KST', exceptions: ['e e'] },
    'haetae incident logs --rules r --no-builtin --exceptions "e e" --min-level high --timezone KST --id 3f9c2a17',
  ],
  [['a'], { assets: 'weights.yml', carve: true }, 'haetae incident a --assets weights.yml --carve --id 3f9c2a17'],
  // A password is not shown again.
  [['case.zip'], { password: 'infected' }, 'haetae incident case.zip --password … --id 3f9c2a17'],
])('%j %j', (paths, flags, command) => {
  expect(seeMore(paths, { ...NONE, ...flags })('3f9c2a17')).toBe(command);
});
