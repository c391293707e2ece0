/** What events take on disk: of topics divided by the events in them, and of a schema by those that are stored in it. */
import { Admin } from '@haetae/kafka';
import { connect } from '@haetae/postgres';

/** `prefix`: of topics that hold `sent` events; `schema`: one of `store` that holds `stored`. Bytes an event, of one replica. */
export async function bytesOf({ bus, prefix, sent, store, schema, stored }) {
  const admin = new Admin({ clientId: 'bench', bootstrapBrokers: [new URL(bus).host] });
  const topics = ['received', 'sifted'].map((name) => `${prefix}.${name}`);
  try {
    const asked = [];
    for (const [name, { partitionsCount }] of (await admin.metadata({ topics })).topics)
      asked.push({ name, partitions: Array.from({ length: partitionsCount }, (_, i) => i) });
    const sizes = new Map(topics.map((name) => [name, 0]));
    for (const { results } of await admin.describeLogDirs({ topics: asked }))
      for (const { topics: some } of results)
        for (const { name, partitions } of some)
          for (const { partitionSize } of partitions) sizes.set(name, sizes.get(name) + Number(partitionSize));
    const [busBytes, siftedBytes] = [...sizes.values()].map((size) => Math.round(size / sent));
    return { busBytes, siftedBytes, storeBytes: Math.round((await sizeOf(store, schema)) / stored) };
  } finally {
    await admin.close();
  }
}

async function sizeOf(store, schema) {
  const sql = connect(store, { max: 1 });
  try {
    const [{ size }] = await sql`SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::float8 AS size
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ${schema} AND c.relkind = 'r'`;
    return size;
  } finally {
    await sql.end();
  }
}
