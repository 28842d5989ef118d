-- Drops all rows of a month. Their leaves stay, and a statement names them. `anchored` is a checkpoint outside of this database, whose
-- signature the caller has checked: {"size": …, "root": "…"}. Only the owner of the tables may do that.
create function audit_log.drop_month(month date, anchored jsonb, out dropped bigint, out leaf bigint)
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  first timestamptz := date_trunc('month', month::timestamp) at time zone 'UTC';
  name  text := 'events_' || to_char(month, 'YYYY_MM');
  rows  bigint[];
begin
  perform audit_log.refuse_under_hold();
  perform from audit_log.head for update;
  if date_trunc('month', first + interval '32 days', 'UTC') > now() then
    raise exception 'the month % has not ended', to_char(month, 'YYYY-MM') using errcode = 'object_not_in_prerequisite_state';
  end if;
  if to_regclass('audit_log.' || name) is null then
    raise exception 'the log has no rows of the month %', to_char(month, 'YYYY-MM') using errcode = 'object_not_in_prerequisite_state';
  end if;
  execute format('select array_agg(leaf_index order by leaf_index) from audit_log.%I', name) into rows;
  dropped := coalesce(cardinality(rows), 0);
  if dropped > 0 and rows[dropped] >= (anchored ->> 'size')::bigint then
    raise exception 'the checkpoint covers % leaves, and the month has the leaf %', anchored ->> 'size', rows[dropped]
      using errcode = 'object_not_in_prerequisite_state';
  end if;
  leaf := audit_log.add_statement(6, jsonb_build_object('month', to_char(month, 'YYYY-MM'), 'rows', audit_log.as_ranges(coalesce(rows, '{}')),
    'count', dropped, 'checkpoint', anchored, 'by', session_user)::text);
  execute format('drop table audit_log.%I', name);
end $$;
revoke all on function audit_log.drop_month(date, jsonb) from public;
