-- Indexes for the questions of `bridge audit search`. Each ends with the time, so that the newest rows are found first.
-- Few events name a subject or a group, so these indexes are partial.

create index on audit_log.events (user_id, received_at) where user_id is not null;
create index on audit_log.events (subject_id, received_at) where subject_id is not null;
create index on audit_log.events (subject_username, received_at) where subject_username is not null;
create index on audit_log.events (group_id, received_at) where group_id is not null;
create index on audit_log.events (event_type, received_at);
-- In the order of bytes, all paths below a group are one range.
create index on audit_log.events (group_path collate "C", received_at) where group_path is not null;
create index on audit_log.events (project_path collate "C", received_at) where project_path is not null;
