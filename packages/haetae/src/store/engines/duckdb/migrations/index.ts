import type { Migration } from '../../sql/migrate.ts';
import { accounts } from './0001-accounts.ts';
import { events } from './0002-events.ts';
import { records } from './0003-records.ts';
import { strays } from './0004-strays.ts';
import { hunts } from './0005-hunts.ts';
import { marks } from './0006-marks.ts';
import { bodies } from './0007-bodies.ts';
import { listed } from './0008-listed.ts';

/** In order, without a gap. Forward only: a store goes back by restoring a backup. */
export const MIGRATIONS: readonly Migration[] = [accounts, events, records, strays, hunts, marks, bodies, listed];
