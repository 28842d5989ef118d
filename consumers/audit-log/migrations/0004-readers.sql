-- What readers ask. The views leave out salts and commitments, which only prove rows. The role audit_reader may read
-- everything; a role that must not see bodies gets `select on audit_log.events_without_body` alone.

create view audit_log.events_without_body as
  select received_at, occurred_at, event_type, summary, user_id, user_username, user_name,
    subject_id, subject_username, subject_name, project_id, project_path, group_id, group_path, ref,
    object_kind, object_id, object_iid, object_title, source, instance, delivery_id, fact_id, fact_basis,
    topic_id, topic, kafka_partition, kafka_offset, leaf_index, sealed_at, recorded_at
  from audit_log.events;
comment on view audit_log.events_without_body is 'Every event, without its body and without the digest of the body.';

create view audit_log.events_with_body as
  select received_at, occurred_at, event_type, summary, user_id, user_username, user_name,
    subject_id, subject_username, subject_name, project_id, project_path, group_id, group_path, ref,
    object_kind, object_id, object_iid, object_title, source, instance, delivery_id, fact_id, fact_basis,
    topic_id, topic, kafka_partition, kafka_offset, leaf_index, sealed_at, recorded_at, body_sha256, raw
  from audit_log.events;
comment on view audit_log.events_with_body is 'Every event, with the exact bytes of its body.';
