-- The audit log becomes one Merkle tree: RFC 6962, kept as tiles of C2SP tlog-tiles.
-- The worker calls audit_log.append and nothing else that writes.

-- What a row says now. Columns of one group are committed together, so that they can be erased together.
alter table audit_log.events
  -- Never erased: where Kafka holds the record, and what the record is. topic_id tells a topic from one that was created anew.
  add column leaf_index      bigint,
  add column topic_id        uuid,
  add column topic           text,
  add column kafka_partition integer,
  add column kafka_offset    bigint,
  add column group_id        bigint,
  add column sealed_at       timestamptz,
  -- The group identity, with user_id, user_username and user_name.
  add column subject_id       bigint,
  add column subject_username text,
  add column subject_name     text,
  -- The group content, with fact_id, fact_basis and project_path.
  add column group_path   text,
  add column ref          text,
  add column object_kind  text,
  add column object_id    bigint,
  add column object_iid   bigint,
  add column object_title text,
  add column summary      text,
  -- The commitments stay when a group is erased. The salts do not.
  add column identity_salt       bytea,
  add column content_salt        bytea,
  add column raw_salt            bytea,
  add column identity_commitment bytea,
  add column content_commitment  bytea,
  add column raw_commitment      bytea,
  alter column fact_id     drop not null,
  alter column fact_basis  drop not null,
  alter column body_sha256 drop not null,
  alter column raw         drop not null;

comment on column audit_log.events.leaf_index is 'The place of the row in the tree.';
comment on column audit_log.events.sealed_at is 'When a row that is older than the tree became a part of it. Before this time nothing proves the row.';
comment on column audit_log.events.subject_id is 'The user whom the event is about, where that is not the actor.';
comment on column audit_log.events.summary is 'The event in one sentence.';

create index on audit_log.events (leaf_index);

-- One row for each leaf of the tree. The coordinates tell a record that is read again.
create table audit_log.leaves (
  index           bigint   primary key,
  kind            smallint not null,
  hash            bytea    not null,
  topic_id        uuid,
  topic           text,
  kafka_partition integer,
  kafka_offset    bigint,
  unique (topic, kafka_partition, kafka_offset, topic_id)
);
comment on column audit_log.leaves.kind is '1 event, 2 repeat, 3 interval, 4 erasure, 5 seal, 6 dropped month, 7 key change, 8 epoch, 9 dead letter.';

-- A delivery that Kafka holds twice: the event is one row, and the second place is accounted for here.
create table audit_log.repeats (
  leaf_index      bigint      primary key,
  topic_id        uuid        not null,
  topic           text        not null,
  kafka_partition integer     not null,
  kafka_offset    bigint      not null,
  delivery_id     text        not null,
  received_at     timestamptz not null
);

-- A record that the worker could not handle. Its place is accounted for; a redrive brings it from another topic.
create table audit_log.dead_letters (
  leaf_index      bigint  primary key,
  topic_id        uuid    not null,
  topic           text    not null,
  kafka_partition integer not null,
  kafka_offset    bigint  not null
);

-- Hashes of the tree, 256 in a full tile. Only the last tile of each level changes.
create table audit_log.tiles (
  level  smallint not null,
  index  bigint   not null,
  hashes bytea    not null,
  primary key (level, index)
);
alter table audit_log.tiles alter column hashes set storage external;

-- The newest state of the tree. roots[n + 1] is the root of a complete subtree with 2^n leaves where the size has the bit n.
create table audit_log.head (
  id     boolean primary key default true check (id),
  origin text    not null,
  size   bigint  not null default 0,
  roots  bytea[] not null default '{}'
);
insert into audit_log.head (origin) values ('gitlab-kafka-bridge/audit-log/' || gen_random_uuid());

-- How far each partition has been handled. Kafka's group may be ahead, after a restore of this database.
create table audit_log.positions (
  topic_id        uuid    not null,
  topic           text    not null,
  kafka_partition integer not null,
  next_offset     bigint  not null,
  primary key (topic_id, topic, kafka_partition)
);

create or replace function audit_log.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'audit_log.% is append-only: % is refused', tg_table_name, tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger append_only before update or delete on audit_log.leaves for each row execute function audit_log.refuse_change();
create trigger append_only_truncate before truncate on audit_log.leaves for each statement execute function audit_log.refuse_change();
create trigger append_only before update or delete on audit_log.repeats for each row execute function audit_log.refuse_change();
create trigger append_only_truncate before truncate on audit_log.repeats for each statement execute function audit_log.refuse_change();
create trigger append_only before update or delete on audit_log.dead_letters for each row execute function audit_log.refuse_change();
create trigger append_only_truncate before truncate on audit_log.dead_letters for each statement execute function audit_log.refuse_change();

-- Attaching a partition does not wait for queries that read the other partitions; creating it in its place would.
create or replace function audit_log.ensure_month(at timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  first timestamptz := date_trunc('month', at, 'UTC');
  name  text := 'events_' || to_char(first at time zone 'UTC', 'YYYY_MM');
begin
  if to_regclass('audit_log.' || name) is not null then return; end if;
  perform pg_advisory_xact_lock(hashtext('audit_log.ensure_month'));
  if exists (select from pg_class where relnamespace = 'audit_log'::regnamespace and relname = name) then return; end if;
  execute format('create table audit_log.%I (like audit_log.events including defaults including comments)', name);
  execute format('create trigger append_only_truncate before truncate on audit_log.%I for each statement execute function audit_log.refuse_change()', name);
  execute format('alter table audit_log.events attach partition audit_log.%I for values from (%L) to (%L)',
                 name, first, date_trunc('month', first + interval '32 days', 'UTC'));
end $$;

-- The bytes of one value, as consumers/audit-log/leaf/field-bytes.ts writes them.
create function audit_log.field(value bytea) returns bytea language sql immutable
return case when value is null then '\x00'::bytea else '\x01'::bytea || int4send(length(value)) || value end;
create function audit_log.field(value text) returns bytea language sql immutable
return audit_log.field(convert_to(value, 'UTF8'));
create function audit_log.field(value bigint) returns bytea language sql immutable
return audit_log.field(int8send(value));
create function audit_log.field(value timestamptz) returns bytea language sql immutable
return audit_log.field((extract(epoch from value) * 1000)::bigint);
create function audit_log.field(value uuid) returns bytea language sql immutable
return audit_log.field(uuid_send(value));

-- Adds hashes behind the last ones of a level. `present` is how many the level has.
create function audit_log.add_to_tiles(tile_level integer, present bigint, added bytea) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  tile  bigint := present / 256;
  rest  bytea  := added;
  room  integer := (256 - present % 256) * 32;
begin
  while length(rest) > 0 loop
    insert into audit_log.tiles as old (level, index, hashes) values (tile_level, tile, substring(rest from 1 for room))
      on conflict (level, index) do update set hashes = old.hashes || excluded.hashes;
    rest := substring(rest from room + 1);
    tile := tile + 1;
    room := 256 * 32;
  end loop;
end $$;

-- Adds leaf hashes to the tree. The caller holds the lock of the head.
create function audit_log.add_leaves(hashes bytea[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  start  bigint;
  total  bigint;
  tops   bytea[];
  fresh  bytea[] := '{}';
  node   bytea;
  bits   bigint;
  height integer;
begin
  select head.size, head.roots into strict start, tops from audit_log.head;
  total := start;
  foreach node in array hashes loop
    bits := total;
    height := 1;
    while bits & 1 = 1 loop
      node := sha256('\x01'::bytea || tops[height] || node);
      bits := bits >> 1;
      if height % 8 = 0 then fresh[height / 8] := coalesce(fresh[height / 8], '') || node; end if;
      height := height + 1;
    end loop;
    tops[height] := node;
    total := total + 1;
  end loop;
  perform audit_log.add_to_tiles(0, start, string_agg(hash, '' order by place)) from unnest(hashes) with ordinality as leaf(hash, place);
  for height in 1 .. coalesce(array_length(fresh, 1), 0) loop
    perform audit_log.add_to_tiles(height, start >> (8 * height), fresh[height]);
  end loop;
  update audit_log.head set size = total, roots = tops;
end $$;

-- Appends a batch of one worker: all rows, their leaves and tiles, and the positions behind them.
-- `batch` is an array of rows. `bytes` holds for each row, one after the other, 208 bytes and the body: three salts with 16
-- bytes, three commitments with 32 bytes, the hash of the leaf of an event and the hash of the leaf of a repeat. A record that
-- became a dead letter has no delivery_id, and the hash of its leaf is in the place of that of a repeat.
-- The lock of the head orders all appends, so the index of a leaf is known in the transaction that inserts the row.
create function audit_log.append(batch json, bytes bytea, out size bigint, out events integer, out repeats integer)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  start  bigint;
  hashes bytea[];
begin
  perform audit_log.ensure_month(month)
    from (select distinct date_trunc('month', received_at, 'UTC') as month from json_to_recordset(batch) as item(received_at timestamptz)) as months
    where month is not null;
  select head.size into strict start from audit_log.head for update;

  with given as (
    select *, sum(208 + body_length) over (order by place) - body_length - 207 as at
    from rows from (json_to_recordset(batch) as (
      topic_id uuid, topic text, kafka_partition integer, kafka_offset bigint, received_at timestamptz, delivery_id text,
      event_type text, source text, instance text, occurred_at timestamptz, project_id bigint, group_id bigint,
      user_id bigint, user_username text, user_name text, subject_id bigint, subject_username text, subject_name text,
      fact_id text, fact_basis text, project_path text, group_path text, ref text, object_kind text, object_id bigint,
      object_iid bigint, object_title text, summary text, body_sha256 text, body_length integer
    )) with ordinality as item(
      topic_id, topic, kafka_partition, kafka_offset, received_at, delivery_id, event_type, source, instance, occurred_at,
      project_id, group_id, user_id, user_username, user_name, subject_id, subject_username, subject_name, fact_id, fact_basis,
      project_path, group_path, ref, object_kind, object_id, object_iid, object_title, summary, body_sha256, body_length, place
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
          or exists (select from audit_log.events as e where e.delivery_id = unread.delivery_id and e.received_at = unread.received_at) then 2
        else 1
      end as kind
    from unread
  ), new_leaves as (
    insert into audit_log.leaves (index, kind, hash, topic_id, topic, kafka_partition, kafka_offset)
    select leaf_index, kind, substring(bytes from (at + case kind when 1 then 144 else 176 end)::integer for 32),
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

revoke all on function audit_log.append(json, bytea) from public;
revoke all on function audit_log.add_leaves(bytea[]) from public;
revoke all on function audit_log.add_to_tiles(integer, bigint, bytea) from public;

-- Earlier versions let the role of the worker read and insert rows itself.
do $$
declare
  grantee text;
begin
  for grantee in
    select distinct acl.grantee::regrole::text from pg_class, aclexplode(relacl) as acl
    where pg_class.oid = 'audit_log.events'::regclass and acl.privilege_type = 'INSERT' and acl.grantee not in (0, relowner)
  loop
    execute format('revoke all on audit_log.events from %s', grantee);
    execute format('revoke all on function audit_log.ensure_month(timestamptz) from %s', grantee);
  end loop;
end $$;

-- Rows that are older than the tree become leaves of the kind seal, in the order in which they were received.
alter table audit_log.events disable trigger append_only;
with sealed as (
  select delivery_id, received_at, date_trunc('milliseconds', now()) as sealed_at,
    row_number() over (order by received_at, delivery_id) - 1 as leaf_index,
    -- A random UUID has 122 random bits.
    uuid_send(gen_random_uuid()) as identity_salt, uuid_send(gen_random_uuid()) as content_salt, uuid_send(gen_random_uuid()) as raw_salt
  from audit_log.events
)
update audit_log.events as e set
  leaf_index = s.leaf_index, sealed_at = s.sealed_at,
  identity_salt = s.identity_salt, content_salt = s.content_salt, raw_salt = s.raw_salt,
  identity_commitment = sha256(s.identity_salt || '\x0101'::bytea || audit_log.field(user_id) || audit_log.field(user_username) || audit_log.field(user_name)
    || '\x000000'::bytea),
  content_commitment = sha256(s.content_salt || '\x0102'::bytea || audit_log.field(fact_id) || audit_log.field(fact_basis) || audit_log.field(project_path)
    || '\x00000000000000'::bytea),
  raw_commitment = sha256(s.raw_salt || '\x0103'::bytea || audit_log.field(body_sha256) || audit_log.field(raw))
from sealed as s where s.delivery_id = e.delivery_id and s.received_at = e.received_at;
alter table audit_log.events enable trigger append_only;

insert into audit_log.leaves (index, kind, hash)
select leaf_index, 5, sha256('\x000105'::bytea || '\x00000000'::bytea || audit_log.field(delivery_id) || audit_log.field(received_at)
  || audit_log.field(occurred_at) || audit_log.field(event_type) || audit_log.field(source) || audit_log.field(instance)
  || audit_log.field(project_id) || audit_log.field(group_id) || audit_log.field(sealed_at)
  || identity_commitment || content_commitment || raw_commitment)
from audit_log.events;

select audit_log.add_leaves(array_agg(hash order by index)) from audit_log.leaves having count(*) > 0;
