import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A rule that the shippers of the tests meet now and then: without any rule a server is not ready. */
export const SHADOWS = `title: Shadow copies deleted
id: 6f1b2b0a-0000-4000-8000-000000000001
status: test
level: high
logsource: { product: windows, category: process_creation }
detection:
  selection:
    Image|endswith: '\\vssadmin.exe'
    CommandLine|contains|all: [delete, shadows]
  condition: selection
tags: [attack.t1490]
`;

/** A folder below `root` that holds {@link SHADOWS} alone, made where it is not there. */
export function shadowsIn(root: string): string {
  const folder = join(root, 'rules');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'shadows.yml'), SHADOWS);
  return folder;
}
