-- to_regclass answers from a cache that waiting for an advisory lock does not renew: who waited made the same month again, and failed.
-- A query of pg_class sees what was committed meanwhile.

create or replace function audit_log.ensure_month(at timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  first timestamptz := date_trunc('month', at, 'UTC');
  name  text := 'events_' || to_char(first at time zone 'UTC', 'YYYY_MM');
begin
  if to_regclass('audit_log.' || name) is not null then return; end if;
  perform pg_advisory_xact_lock(hashtext('audit_log.ensure_month'));
  if exists (select from pg_class where relnamespace = 'audit_log'::regnamespace and relname = name) then return; end if;
  execute format('create table audit_log.%I partition of audit_log.events for values from (%L) to (%L)',
                 name, first, date_trunc('month', first + interval '32 days', 'UTC'));
  execute format('create trigger append_only_truncate before truncate on audit_log.%I for each statement execute function audit_log.refuse_change()', name);
end $$;
