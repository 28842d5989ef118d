-- What the log says about itself: a statement is a leaf whose content is one JSON text. Its kind is that of its leaf.

create table audit_log.statements (
  leaf_index      bigint  primary key,
  topic_id        uuid,
  topic           text,
  kafka_partition integer,
  kafka_offset    bigint,
  delivery_id     text,
  received_at     timestamptz not null,
  content         text        not null
);
comment on column audit_log.statements.topic is 'Null where the statement does not come from Kafka.';
comment on column audit_log.statements.received_at is 'When the statement was made.';
create index on audit_log.statements (delivery_id);

create trigger append_only before update or delete on audit_log.statements for each row execute function audit_log.refuse_change();
create trigger append_only_truncate before truncate on audit_log.statements for each statement execute function audit_log.refuse_change();

-- The hash of the leaf of a statement, as consumers/audit-log/leaf/row-leaf.ts computes it.
create function audit_log.statement_hash(kind integer, topic_id uuid, topic text, kafka_partition bigint, kafka_offset bigint, delivery_id text,
  received_at timestamptz, content text) returns bytea
language sql immutable
return sha256('\x0001'::bytea || set_byte('\x00'::bytea, 0, kind) || audit_log.field(topic_id) || audit_log.field(topic)
  || audit_log.field(kafka_partition) || audit_log.field(kafka_offset) || audit_log.field(delivery_id) || audit_log.field(received_at)
  || audit_log.field(content));

-- Adds a statement of the log itself. Returns the index of its leaf.
create function audit_log.add_statement(kind integer, content text) returns bigint
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  place bigint;
  at    timestamptz := date_trunc('milliseconds', clock_timestamp());
  leaf  bytea := audit_log.statement_hash(kind, null, null, null, null, null, at, content);
begin
  select head.size into strict place from audit_log.head for update;
  insert into audit_log.leaves (index, kind, hash) values (place, kind, leaf);
  insert into audit_log.statements (leaf_index, received_at, content) values (place, at, content);
  perform audit_log.add_leaves(array[leaf]);
  return place;
end $$;
revoke all on function audit_log.add_statement(integer, text) from public;

-- The times in which an ingress was down or refused hooks.
create view audit_log.intervals as
select s.leaf_index, s.content::json ->> 'kind' as kind, (s.content::json ->> 'from')::timestamptz as began_at,
  (s.content::json ->> 'to')::timestamptz as ended_at, s.content::json ->> 'ingress' as ingress, (s.content::json ->> 'refused')::bigint as refused,
  s.delivery_id, s.topic, s.kafka_partition, s.kafka_offset
from audit_log.statements as s join audit_log.leaves as l on l.index = s.leaf_index and l.kind = 3;
comment on view audit_log.intervals is 'Times in which an ingress was down, or refused hooks with 503.';

-- Appends a batch of one worker: all rows, their leaves and tiles, and the positions behind them.
-- `batch` is an array of rows. `bytes` holds for each row, one after the other, 208 bytes and the body: three salts with 16
-- bytes, three commitments with 32 bytes, the hash of the leaf of an event and the hash of the leaf of a repeat. A record that
-- became a dead letter has no delivery_id, and the hash of its leaf is in the place of that of a repeat. A row with `interval` is an
-- interval of the ingress: this text is the content of its statement.
-- The lock of the head orders all appends, so the index of a leaf is known in the transaction that inserts the row.
create or replace function audit_log.append(batch json, bytes bytea, out size bigint, out events integer, out repeats integer)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  start  bigint;
  hashes bytea[];
begin
  perform audit_log.ensure_month(month)
    from (select distinct date_trunc('month', received_at, 'UTC') as month
          from json_to_recordset(batch) as item(received_at timestamptz, "interval" text) where "interval" is null) as months
    where month is not null;
  select head.size into strict start from audit_log.head for update;

  with given as (
    select *, sum(208 + body_length) over (order by place) - body_length - 207 as at
    from rows from (json_to_recordset(batch) as (
      topic_id uuid, topic text, kafka_partition integer, kafka_offset bigint, received_at timestamptz, delivery_id text,
      event_type text, source text, instance text, occurred_at timestamptz, project_id bigint, group_id bigint,
      user_id bigint, user_username text, user_name text, subject_id bigint, subject_username text, subject_name text,
      fact_id text, fact_basis text, project_path text, group_path text, ref text, object_kind text, object_id bigint,
      object_iid bigint, object_title text, summary text, body_sha256 text, body_length integer, "interval" text
    )) with ordinality as item(
      topic_id, topic, kafka_partition, kafka_offset, received_at, delivery_id, event_type, source, instance, occurred_at,
      project_id, group_id, user_id, user_username, user_name, subject_id, subject_username, subject_name, fact_id, fact_basis,
      project_path, group_path, ref, object_kind, object_id, object_iid, object_title, summary, body_sha256, body_length, "interval", place
    )
  ), unread as (
    -- A record that is read again has a leaf. Nothing is written for it.
    select given.* from given left join audit_log.leaves as known using (topic, kafka_partition, kafka_offset, topic_id)
    where known.index is null
  ), sorted as (
    select unread.*, start + row_number() over (order by place) - 1 as leaf_index,
      case
        when delivery_id is null then 9
        when row_number() over (partition by delivery_id, received_at order by place) > 1
          or exists (select from audit_log.events as e where e.delivery_id = unread.delivery_id and e.received_at = unread.received_at)
          or exists (select from audit_log.statements as s where s.delivery_id = unread.delivery_id and s.received_at = unread.received_at) then 2
        when "interval" is not null then 3
        else 1
      end as kind
    from unread
  ), new_leaves as (
    insert into audit_log.leaves (index, kind, hash, topic_id, topic, kafka_partition, kafka_offset)
    select leaf_index, kind,
      case when kind = 3 then audit_log.statement_hash(3, topic_id, topic, kafka_partition, kafka_offset, delivery_id, received_at, "interval")
        else substring(bytes from (at + case kind when 1 then 144 else 176 end)::integer for 32) end,
      topic_id, topic, kafka_partition, kafka_offset
    from sorted returning index, kind, hash
  ), new_events as (
    insert into audit_log.events (
      leaf_index, topic_id, topic, kafka_partition, kafka_offset, received_at, delivery_id, event_type, source, instance, occurred_at,
      project_id, group_id, user_id, user_username, user_name, subject_id, subject_username, subject_name, fact_id, fact_basis,
      project_path, group_path, ref, object_kind, object_id, object_iid, object_title, summary, body_sha256, raw,
      identity_salt, content_salt, raw_salt, identity_commitment, content_commitment, raw_commitment)
    select leaf_index, topic_id, topic, kafka_partition, kafka_offset, received_at, delivery_id, event_type, source, instance, occurred_at,
      project_id, group_id, user_id, user_username, user_name, subject_id, subject_username, subject_name, fact_id, fact_basis,
      project_path, group_path, ref, object_kind, object_id, object_iid, object_title, summary, body_sha256,
      substring(bytes from (at + 208)::integer for body_length), substring(bytes from at::integer for 16),
      substring(bytes from (at + 16)::integer for 16), substring(bytes from (at + 32)::integer for 16),
      substring(bytes from (at + 48)::integer for 32), substring(bytes from (at + 80)::integer for 32), substring(bytes from (at + 112)::integer for 32)
    from sorted where kind = 1
  ), new_repeats as (
    insert into audit_log.repeats (leaf_index, topic_id, topic, kafka_partition, kafka_offset, delivery_id, received_at)
    select leaf_index, topic_id, topic, kafka_partition, kafka_offset, delivery_id, received_at from sorted where kind = 2
  ), new_statements as (
    insert into audit_log.statements (leaf_index, topic_id, topic, kafka_partition, kafka_offset, delivery_id, received_at, content)
    select leaf_index, topic_id, topic, kafka_partition, kafka_offset, delivery_id, received_at, "interval" from sorted where kind = 3
  ), new_dead_letters as (
    insert into audit_log.dead_letters (leaf_index, topic_id, topic, kafka_partition, kafka_offset)
    select leaf_index, topic_id, topic, kafka_partition, kafka_offset from sorted where kind = 9
  ), new_positions as (
    insert into audit_log.positions as old (topic_id, topic, kafka_partition, next_offset)
    select topic_id, topic, kafka_partition, max(kafka_offset) + 1 from given group by topic_id, topic, kafka_partition
    on conflict (topic_id, topic, kafka_partition) do update set next_offset = greatest(old.next_offset, excluded.next_offset)
  )
  select array_agg(hash order by index), count(*) filter (where kind = 1), count(*) filter (where kind = 2)
    into hashes, events, repeats from new_leaves;

  if hashes is not null then perform audit_log.add_leaves(hashes); end if;
  size := start + coalesce(array_length(hashes, 1), 0);
end $$;
