import type { RunningServer } from '../../../server/index.ts';
import type { PartitionStatus } from './protocol.ts';
import type { Sharing } from './sharing.ts';

/** Numbers of what a server shares with others: each server tells of the partitions that it has. */
export function watchShares(metrics: RunningServer['parts']['metrics'], sharing: () => Sharing | undefined): void {
  const each = (name: string, help: string, of: (partition: PartitionStatus) => number): void =>
    metrics.gauge(name, help, function* () {
      for (const one of sharing()?.partitions ?? []) yield [{ partition: String(one.partition) }, of(one)] as const;
    });
  each('haetae_partition_lag_frames', 'Frames of a partition that wait to be sifted.', ({ seq, end }) =>
    Math.max(0, end - seq),
  );
  each(
    'haetae_partition_lag_seconds',
    'Until when, by receipt, a partition is sifted: so long ago.',
    ({ receivedMs }) => (receivedMs === 0 ? 0 : Math.max(0, (Date.now() - receivedMs) / 1000)),
  );
  each('haetae_partition_frames_total', 'Frames sifted since this server took the partition.', ({ frames }) => frames);
  each('haetae_partition_events_total', 'Events sifted since this server took the partition.', ({ events }) => events);
  metrics.gauge('haetae_partitions', 'Partitions that this server has.', () => sharing()?.partitions.length ?? 0);
  metrics.gauge('haetae_detect_servers', 'Servers that share the partitions.', () => sharing()?.servers ?? 0);
  metrics.gauge('haetae_partition_hand_overs_total', 'Partitions that this server took, and gave back.', function* () {
    const { taken, left } = sharing()?.handOvers ?? { taken: 0, left: 0 };
    yield [{ way: 'taken' }, taken] as const;
    yield [{ way: 'left' }, left] as const;
  });
}
