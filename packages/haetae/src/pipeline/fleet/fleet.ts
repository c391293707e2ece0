import {
  type BusLog,
  type BusPlace,
  busBounds,
  joinedOf,
  openBusLog,
  type Store,
  StoreError,
} from '../../store/index.ts';

export const ROLES = ['ingest', 'detect', 'web'] as const;
export type Role = (typeof ROLES)[number];

/** What one of several servers does, and where it meets the others. */
export interface FleetOptions {
  readonly roles: ReadonlySet<Role>;
  readonly bus: BusPlace;
}

/** The log on the bus, held against the store: frames with numbers that are stored already would be passed over. */
export async function openSharedLog(
  { bus }: FleetOptions,
  { intake, duties }: Pick<Store, 'intake' | 'duties'>,
): Promise<BusLog> {
  const log = await openBusLog(bus, (id) => duties.baseOf(id));
  try {
    const [{ end }, committed] = [await busBounds(bus, joinedOf(bus)), await intake.committed()];
    if (log.base + end < committed)
      throw new StoreError(
        'damaged',
        `the topic of the bus ends at frame ${log.base + end}, but ${committed} are stored: the broker lost what it had acknowledged. Give the bus another prefix, and senders what they still have`,
      );
    return log;
  } catch (error) {
    await log.close();
    throw error;
  }
}
