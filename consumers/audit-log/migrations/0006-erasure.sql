-- Erasure of a person that keeps the proof: values, digests and salts go, commitments stay, and a statement names the rows.

create table audit_log.legal_holds (
  id        bigint generated always as identity primary key,
  reason    text        not null,
  placed_at timestamptz not null default now(),
  placed_by text        not null default session_user,
  lifted_at timestamptz,
  lifted_by text
);
comment on table audit_log.legal_holds is 'While a hold is not lifted, nothing is erased and no month is dropped.';

create function audit_log.refuse_under_hold() returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  hold audit_log.legal_holds;
begin
  -- A hold that is placed meanwhile waits until this transaction has ended.
  lock table audit_log.legal_holds in share mode;
  select * into hold from audit_log.legal_holds where lifted_at is null order by id limit 1;
  if found then
    raise exception 'the legal hold % (%) forbids to erase or drop rows of the audit log', hold.id, hold.reason
      using errcode = 'object_not_in_prerequisite_state';
  end if;
end $$;

-- Who was erased: keyed digests of ids, names and texts, as consumers/audit-log/erase/person-digests.ts writes them. The key is in a file
-- outside of the database. Records that were received before the erasure and are read later get rows without values.
create table audit_log.erased_people (
  id        bigint generated always as identity primary key,
  erased_at timestamptz not null default now(),
  digests   text        not null
);
comment on table audit_log.erased_people is 'Keyed digests of erased people, so that records from before an erasure do not bring them back.';

-- Numbers as ranges, such as 0-4,7.
create function audit_log.as_ranges(numbers bigint[]) returns text language sql immutable set search_path = pg_catalog, pg_temp as $$
  select coalesce(string_agg(case when first = last then first::text else first || '-' || last end, ',' order by first), '')
  from (
    select min(number) as first, max(number) as last
    from (select number, number - row_number() over (order by number) as island from unnest(numbers) as number) as numbered
    group by island
  ) as islands
$$;

-- Text as bytes in ASCII, in lower case: it can be searched whatever its encoding is.
create function audit_log.searchable(value bytea) returns text language sql immutable
return lower(encode(value, 'escape'));

-- A regular expression for a person in the text of `searchable`. A term matches as a whole word. What precedes it may be a letter of
-- another alphabet (\303) or an escape of JSON (\\n, \\u003c).
create function audit_log.person_pattern(ids bigint[], terms text[]) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select string_agg(pattern, '|') from (
    select '(?:^|[^a-z0-9_]|\\[0-7]{3}|\\\\[bfnrt]|\\\\u[0-9a-f]{4})'
      || regexp_replace(audit_log.searchable(convert_to(term, 'UTF8')), '([].\\+*?^$(){}|[-])', '\\\1', 'g') || '(?![a-z0-9_])' as pattern
    from unnest(terms) as term where term <> ''
    union all
    select '"[a-z_]*(?:user|author|assignee|owner|reviewer|creator|updated_by|edited_by|closed_by|confirmed_by|dismissed_by|resolved_by|approver)'
      || '[a-z_]*ids?"\s*:\s*\[?[0-9,\s]*\m' || id || '\M'
    from unnest(ids) as id
  ) as patterns
$$;

-- The rows of a person. `own`: the person is actor or subject. Other rows only mention the person.
-- `person` has ids, usernames, names and terms (texts that name the person in a body); with `instance`, ids count only there.
create function audit_log.rows_of_person(person json) returns table (leaf_index bigint, received_at timestamptz, own boolean)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  ids       bigint[] := array(select value::bigint from json_array_elements_text(person -> 'ids'));
  usernames text[]   := array(select lower(value) from json_array_elements_text(person -> 'usernames'));
  names     text[]   := array(select value from json_array_elements_text(person -> 'names'));
  terms     text[]   := array(select value from json_array_elements_text(person -> 'terms'));
  pattern   text     := audit_log.person_pattern(ids, terms);
begin
  return query
    select found.leaf_index, found.received_at, found.own from (
      select e.leaf_index, e.received_at, coalesce(
        e.user_id = any(ids) or e.subject_id = any(ids)
        or lower(e.user_username) = any(usernames) or lower(e.subject_username) = any(usernames)
        or (e.user_id is null and e.user_username is null and e.user_name = any(names))
        or (e.subject_id is null and e.subject_username is null and e.subject_name = any(names)), false) as own,
        coalesce(audit_log.searchable(e.raw) ~ pattern
          or audit_log.searchable(convert_to(concat_ws(' ', e.summary, e.object_title, e.ref, e.project_path, e.group_path), 'UTF8')) ~ pattern,
          false) as mentions
      from audit_log.events as e
      where person ->> 'instance' is null or e.instance is not distinct from (person ->> 'instance')
    ) as found
    where found.own or found.mentions;
end $$;

-- What the role of erasures may ask before it erases.
create function audit_log.count_person(person json, out own bigint, out mentions bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select count(*) filter (where found.own), count(*) filter (where not found.own) from audit_log.rows_of_person(person) as found
$$;

create function audit_log.only_erases(old_row jsonb, new_row jsonb) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select bool_and(value is not distinct from old_row -> key or (value = 'null' and key in (
    'user_id', 'user_username', 'user_name', 'subject_id', 'subject_username', 'subject_name', 'identity_salt',
    'fact_id', 'fact_basis', 'project_path', 'group_path', 'ref', 'object_kind', 'object_id', 'object_iid', 'object_title', 'summary',
    'content_salt', 'body_sha256', 'raw', 'raw_salt')))
  from jsonb_each(new_row)
$$;

-- The only exception is the function below. It sets the id of its transaction, and may only take values away.
create or replace function audit_log.refuse_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'UPDATE' and tg_table_name like 'events%'
    and current_setting('audit_log.erasure', true) = pg_current_xact_id()::text then
    if audit_log.only_erases(to_jsonb(old), to_jsonb(new)) then return new; end if;
  end if;
  raise exception 'audit_log.% is append-only: % is refused', tg_table_name, tg_op using errcode = 'insufficient_privilege';
end $$;

-- Takes the values of rows away, and adds the statement that names them. Of rows in `own`, identity, content and body go. Of rows in
-- `mentions`, content and body go, and the identity of others stays. The caller holds the lock of the head.
create function audit_log.take_values(own bigint[], mentions bigint[], reason text, out leaf bigint, out partitions text[])
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  contents bigint[] := array(select unnest(own) union select unnest(mentions));
begin
  perform set_config('audit_log.erasure', pg_current_xact_id()::text, true);
  with taken as (
    update audit_log.events as e set
      user_id = case when found.own then null else e.user_id end,
      user_username = case when found.own then null else e.user_username end,
      user_name = case when found.own then null else e.user_name end,
      subject_id = case when found.own then null else e.subject_id end,
      subject_username = case when found.own then null else e.subject_username end,
      subject_name = case when found.own then null else e.subject_name end,
      identity_salt = case when found.own then null else e.identity_salt end,
      fact_id = null, fact_basis = null, project_path = null, group_path = null, ref = null, object_kind = null, object_id = null,
      object_iid = null, object_title = null, summary = null, content_salt = null, body_sha256 = null, raw = null, raw_salt = null
    from (select unnest(take_values.own) as index, true as own union all select unnest(take_values.mentions), false) as found
    where e.leaf_index = found.index
    returning e.tableoid::regclass::text as part
  )
  select array_agg(distinct part) into partitions from taken;
  perform set_config('audit_log.erasure', '', true);
  leaf := audit_log.add_statement(4, json_build_object(
    'identity', audit_log.as_ranges(coalesce(own, '{}')), 'content', audit_log.as_ranges(contents), 'raw', audit_log.as_ranges(contents),
    'reason', reason, 'by', session_user)::text);
end $$;

-- Erases a person. `digests` keep the person away when older records are read again; null: they do not. `reason` and the result must not
-- name the person: they stay in the log.
create function audit_log.erase(person json, reason text, digests text,
  out own bigint, out mentions bigint, out leaf bigint, out partitions text[], out erased_at timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  own_rows bigint[];
  others   bigint[];
begin
  perform audit_log.refuse_under_hold();
  -- No row is appended meanwhile.
  perform from audit_log.head for update;
  if exists (select from audit_log.erased_people as known where known.digests::json ->> 'key' <> erase.digests::json ->> 'key') then
    raise exception 'the digests of earlier erasures were made with another key than the one of this command'
      using errcode = 'object_not_in_prerequisite_state';
  end if;
  insert into audit_log.erased_people (erased_at, digests)
    select date_trunc('milliseconds', clock_timestamp()), erase.digests where erase.digests is not null
    returning erased_people.erased_at into erased_at;
  select coalesce(array_agg(found.leaf_index) filter (where found.own), '{}'),
      coalesce(array_agg(found.leaf_index) filter (where not found.own), '{}')
    into own_rows, others from audit_log.rows_of_person(person) as found;
  own := cardinality(own_rows);
  mentions := cardinality(others);
  partitions := '{}';
  if own + mentions = 0 then return; end if;
  select taken.leaf, taken.partitions into leaf, partitions from audit_log.take_values(own_rows, others, reason) as taken;
end $$;

-- Takes values away that a restored backup has brought back. Only the owner of the tables may name rows.
create function audit_log.erase_rows(own bigint[], mentions bigint[], reason text, out leaf bigint, out partitions text[])
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform audit_log.refuse_under_hold();
  perform from audit_log.head for update;
  select taken.leaf, taken.partitions into leaf, partitions from audit_log.take_values(own, mentions, reason) as taken;
end $$;

-- What the worker calls. `known` is the number of erasures that it knows. If there are more, nothing is written and `size` is null: the
-- worker must read them first. A row with `withheld` ('own' or 'mentions') comes without the values of an erased person, and a statement
-- names it.
create function audit_log.append(batch json, bytes bytea, known bigint, out size bigint, out events integer, out repeats integer)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  start    bigint;
  own      bigint[];
  mentions bigint[];
begin
  select head.size into strict start from audit_log.head for update;
  if known <> (select count(*) from audit_log.erased_people) then return; end if;
  select done.size, done.events, done.repeats into size, events, repeats from audit_log.append(batch, bytes) as done;
  if batch::text not like '%"withheld"%' then return; end if;
  select array_agg(leaf.index) filter (where item.withheld = 'own'), array_agg(leaf.index) filter (where item.withheld = 'mentions')
    into own, mentions
    from json_to_recordset(batch) as item(topic_id uuid, topic text, kafka_partition integer, kafka_offset bigint, withheld text)
    join audit_log.leaves as leaf using (topic_id, topic, kafka_partition, kafka_offset)
    where leaf.index >= start and leaf.kind = 1 and item.withheld is not null;
  if own is null and mentions is null then return; end if;
  perform audit_log.take_values(coalesce(own, '{}'), coalesce(mentions, '{}'),
    'the person was erased before these records were read');
  size := size + 1;
end $$;

revoke all on function audit_log.refuse_under_hold() from public;
revoke all on function audit_log.rows_of_person(json) from public;
revoke all on function audit_log.count_person(json) from public;
revoke all on function audit_log.erase(json, text, text) from public;
revoke all on function audit_log.take_values(bigint[], bigint[], text) from public;
revoke all on function audit_log.erase_rows(bigint[], bigint[], text) from public;
revoke all on function audit_log.append(json, bytea, bigint) from public;
