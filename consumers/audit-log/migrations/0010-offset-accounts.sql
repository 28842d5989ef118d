-- What the offsets of each partition are, from the first one that the log has: the numbers must add up.

create view audit_log.offset_accounts as
select topic_id, topic, kafka_partition, min(kafka_offset) as first_offset, position.next_offset,
  count(*) filter (where kind = 1) as events, count(*) filter (where kind = 2) as repeats,
  count(*) filter (where kind = 9) as dead_letters, count(*) filter (where kind not in (1, 2, 9)) as statements
from audit_log.leaves as leaf join audit_log.positions as position using (topic_id, topic, kafka_partition)
group by topic_id, topic, kafka_partition, position.next_offset;
comment on view audit_log.offset_accounts is 'For each partition: next_offset - first_offset = events + repeats + dead_letters + statements, unless something is missing.';
