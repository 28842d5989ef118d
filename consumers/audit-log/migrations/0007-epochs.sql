-- Begins a log with a new name after this database was restored from a backup. `content` says what was lost; the new name is added.
-- Only the owner of the tables may do that: the worker must not make a rollback good by itself.
create function audit_log.begin_epoch(content jsonb, out origin text, out leaf bigint)
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform from audit_log.head for update;
  origin := 'gitlab-kafka-bridge/audit-log/' || gen_random_uuid();
  leaf := audit_log.add_statement(8, (content || jsonb_build_object('origin', origin))::text);
  update audit_log.head as head set origin = begin_epoch.origin;
end $$;
revoke all on function audit_log.begin_epoch(jsonb) from public;
