import type { Migration } from '../../sql/migrate.ts';
import { first } from './0001-first.ts';
import { shared } from './0002-shared.ts';
import { files } from './0003-files.ts';
import { shares } from './0004-shares.ts';
import { changes } from './0005-changes.ts';
import { agents } from './0006-agents.ts';

/** In order, without a gap. Forward only: a store goes back by restoring a backup. */
export const MIGRATIONS: readonly Migration[] = [first, shared, files, shares, changes, agents];
