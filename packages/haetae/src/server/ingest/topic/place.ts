import { TOPIC_FORMATS } from '../../../source/index.ts';
import { type Cluster, clusterOf, StoreError } from '../../../store/index.ts';

/** A topic that others write, whose records are events. */
export interface TopicSource {
  readonly cluster: Cluster;
  readonly topic: string;
  /** How its records are read: one of `TOPIC_FORMATS`. */
  readonly format: string;
  /** Servers of one group share the topic's partitions; how far they are the broker keeps. */
  readonly group: string;
  /** Where a group begins that was never there. */
  readonly from: 'earliest' | 'latest';
}

const FORM = `kafka://[user:password@]host:port[,host:port…]/topic[?format=${TOPIC_FORMATS.join('|')}&group=NAME&from=earliest|latest&tls=on&ca=FILE&cert=FILE&key=FILE&sasl=…]`;

/** What the URL of a source says; throws `invalid`. Files that it names are read. */
export function topicSourceOf(text: string): TopicSource {
  const bad = (why: string): StoreError =>
    new StoreError('invalid', `the URL of a source cannot be used: ${why}. Its form: ${FORM}`);
  const { cluster, path: topic, settings } = clusterOf(text, ['format', 'group', 'from'], bad);
  if (!/^[\w.-]{1,249}$/.test(topic)) throw bad(`“${topic}” is no name of a topic`);
  const format = settings.get('format') ?? 'auto';
  if (!TOPIC_FORMATS.includes(format)) throw bad(`“${format}” is none of ${TOPIC_FORMATS.join(', ')}`);
  const group = settings.get('group') ?? `haetae.${topic}`;
  if (!/^[\w.-]{1,249}$/.test(group)) throw bad(`“${group}” is no name of a group`);
  const from = settings.get('from') ?? 'earliest';
  if (from !== 'earliest' && from !== 'latest') throw bad(`from is earliest or latest, not “${from}”`);
  return { cluster, topic, format, group, from };
}
