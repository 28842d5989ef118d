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

-- Erases a person. Where the person is actor or subject, identity, content and body go; where a row only mentions the person, content and
-- body go, and the identity of others stays. `reason` and the result must not name the person: they stay in the log.
create function audit_log.erase(person json, reason text, out own bigint, out mentions bigint, out leaf bigint, out partitions text[])
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  identities bigint[];
  contents   bigint[];
begin
  perform audit_log.refuse_under_hold();
  -- No row is appended meanwhile.
  perform from audit_log.head for update;
  perform set_config('audit_log.erasure', pg_current_xact_id()::text, true);
  with erased as (
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
    from audit_log.rows_of_person(person) as found
    where e.leaf_index = found.leaf_index and e.received_at = found.received_at
    returning e.leaf_index, found.own as is_own, e.tableoid::regclass::text as part
  )
  select array_agg(erased.leaf_index) filter (where is_own), array_agg(erased.leaf_index), array_agg(distinct part)
    into identities, contents, partitions from erased;
  perform set_config('audit_log.erasure', '', true);
  own := coalesce(cardinality(identities), 0);
  mentions := coalesce(cardinality(contents), 0) - own;
  partitions := coalesce(partitions, '{}');
  if own + mentions = 0 then return; end if;
  leaf := audit_log.add_statement(4, json_build_object(
    'identity', audit_log.as_ranges(coalesce(identities, '{}')), 'content', audit_log.as_ranges(contents), 'raw', audit_log.as_ranges(contents),
    'reason', reason, 'by', session_user)::text);
end $$;

revoke all on function audit_log.refuse_under_hold() from public;
revoke all on function audit_log.rows_of_person(json) from public;
revoke all on function audit_log.count_person(json) from public;
revoke all on function audit_log.erase(json, text) from public;
