-- The audit log: every event as it was received, append-only, one partition a month.

create schema audit_log;

create table audit_log.events (
  received_at   timestamptz not null,
  delivery_id   text        not null,
  event_type    text        not null,
  source        text        not null,
  instance      text,
  occurred_at   timestamptz,
  fact_id       text        not null,
  fact_basis    text        not null,
  project_id    bigint,
  project_path  text,
  user_id       bigint,
  user_username text,
  user_name     text,
  body_sha256   text        not null,
  raw           bytea       not null,
  recorded_at   timestamptz not null default now(),
  primary key (delivery_id, received_at)
) partition by range (received_at);

comment on table audit_log.events is 'Every hook that was received. Rows are only ever added.';
comment on column audit_log.events.delivery_id is 'GitLab''s id of the hook; a resend has the same id and another received_at.';
comment on column audit_log.events.user_id is 'Who did it, where the event names the actor. Lifecycle, member and key events name the subject only: null.';
comment on column audit_log.events.raw is 'The exact body.';

create index on audit_log.events (received_at);
create index on audit_log.events (project_id, received_at);
create index on audit_log.events (user_username, received_at);
create index on audit_log.events (fact_id);

create function audit_log.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'audit_log.events is append-only: % is refused', tg_op using errcode = 'insufficient_privilege';
end $$;

create trigger append_only before update or delete on audit_log.events for each row execute function audit_log.refuse_change();
create trigger append_only_truncate before truncate on audit_log.events for each statement execute function audit_log.refuse_change();

-- The writer may not create tables; this it may call.
create function audit_log.ensure_month(at timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  first timestamptz := date_trunc('month', at, 'UTC');
  name  text := 'events_' || to_char(first at time zone 'UTC', 'YYYY_MM');
begin
  if to_regclass('audit_log.' || name) is not null then return; end if;
  perform pg_advisory_xact_lock(hashtext('audit_log.ensure_month'));
  if to_regclass('audit_log.' || name) is not null then return; end if;
  execute format('create table audit_log.%I partition of audit_log.events for values from (%L) to (%L)',
                 name, first, date_trunc('month', first + interval '32 days', 'UTC'));
  execute format('create trigger append_only_truncate before truncate on audit_log.%I for each statement execute function audit_log.refuse_change()', name);
end $$;

revoke all on function audit_log.ensure_month(timestamptz) from public;
