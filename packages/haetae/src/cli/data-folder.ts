import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where a server keeps its data when nobody says: the system's own place for it. */
export function dataFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, uid: number | undefined): string {
  if (env.HAETAE_DATA_DIR !== undefined && env.HAETAE_DATA_DIR !== '') return env.HAETAE_DATA_DIR;
  const home = homedir();
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'haetae', 'data');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'haetae');
  if (uid === 0) return '/var/lib/haetae';
  const data = env.XDG_DATA_HOME;
  return data !== undefined && data !== '' ? join(data, 'haetae') : join(home, '.local', 'share', 'haetae');
}
