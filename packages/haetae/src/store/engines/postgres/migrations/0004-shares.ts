import type { Migration } from '../../sql/migrate.ts';

/**
 * Which servers share the partitions of a log, who has which, and how far what is in them was passed on. A turn of one of them is one
 * statement, and turns of a log come one after the other: the server says how far it is, gives back what it left, says that it
 * is there, and takes what is free up to its share. The one that leads has the smallest.
 */
export const shares: Migration = {
  version: 4,
  name: 'shares',
  sql: `
CREATE TABLE sharers (
  log TEXT NOT NULL,
  holder TEXT NOT NULL,
  leads BIGINT NOT NULL,
  until_ms BIGINT NOT NULL,
  PRIMARY KEY (log, holder)
);
CREATE TABLE shares (
  log TEXT NOT NULL,
  partition BIGINT NOT NULL,
  holder TEXT NOT NULL,
  until_ms BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  received_ms BIGINT NOT NULL,
  PRIMARY KEY (log, partition)
);
CREATE FUNCTION share_turn(
  a_log TEXT, a_partitions BIGINT, a_holder TEXT, a_for BIGINT, a_leads BIGINT, a_at JSONB, a_left JSONB
) RETURNS TABLE (part BIGINT, at_seq BIGINT, at_ms BIGINT, own BOOLEAN, fair BIGINT, there BIGINT)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  now_ms BIGINT;
  place BIGINT;
  count_of BIGINT;
  share BIGINT;
  held BIGINT;
BEGIN
  INSERT INTO shares SELECT a_log, n, '', 0, 0, 0 FROM generate_series(0, a_partitions - 1) AS n ON CONFLICT DO NOTHING;
  PERFORM 1 FROM shares WHERE log = a_log ORDER BY partition FOR UPDATE;
  now_ms := extract(epoch FROM clock_timestamp()) * 1000;
  UPDATE shares SET seq = (x->>'seq')::BIGINT, received_ms = greatest(received_ms, (x->>'receivedMs')::BIGINT)
    FROM jsonb_array_elements(a_at || a_left) AS x
    WHERE log = a_log AND holder = a_holder AND partition = (x->>'partition')::BIGINT AND seq <= (x->>'seq')::BIGINT;
  UPDATE shares SET holder = '', until_ms = 0 FROM jsonb_array_elements(a_left) AS x
    WHERE log = a_log AND holder = a_holder AND partition = (x->>'partition')::BIGINT;
  DELETE FROM sharers WHERE log = a_log AND (until_ms < now_ms OR (holder = a_holder AND a_for = 0));
  IF a_for > 0 THEN
    INSERT INTO sharers VALUES (a_log, a_holder, a_leads, now_ms + a_for)
      ON CONFLICT (log, holder) DO UPDATE SET leads = excluded.leads, until_ms = excluded.until_ms;
  END IF;
  SELECT rank, total INTO place, count_of FROM (
    SELECT holder, row_number() OVER (ORDER BY leads, holder) - 1 AS rank, count(*) OVER () AS total
    FROM sharers WHERE log = a_log
  ) AS ranked WHERE holder = a_holder;
  share := CASE WHEN place IS NULL THEN 0
    ELSE a_partitions / count_of + CASE WHEN place < a_partitions % count_of THEN 1 ELSE 0 END END;
  SELECT count(*) INTO held FROM shares WHERE log = a_log AND holder = a_holder;
  UPDATE shares SET holder = a_holder WHERE log = a_log AND partition IN (
    SELECT partition FROM shares
    WHERE log = a_log AND holder <> a_holder AND (holder = '' OR until_ms < now_ms)
    ORDER BY partition LIMIT greatest(share - held, 0)
  );
  UPDATE shares SET until_ms = now_ms + a_for WHERE log = a_log AND holder = a_holder;
  RETURN QUERY SELECT partition, seq, received_ms, holder = a_holder, share, coalesce(count_of, 0)
    FROM shares WHERE log = a_log ORDER BY partition;
END $$;
`,
};
