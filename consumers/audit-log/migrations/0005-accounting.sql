-- Every offset of every partition has a leaf: these views say where one has none.

create view audit_log.accounting as
select topic_id, topic, kafka_partition, min(leaf.kafka_offset) as first_offset, position.next_offset, count(*) as leaves,
  position.next_offset - min(leaf.kafka_offset) - count(*) as missing
from audit_log.leaves as leaf join audit_log.positions as position using (topic_id, topic, kafka_partition)
group by topic_id, topic, kafka_partition, position.next_offset;
comment on view audit_log.accounting is 'How many offsets of each partition have a leaf, from the first one that the log has.';
comment on column audit_log.accounting.first_offset is
  'Where the log begins. Kafka had deleted the records before it, or an older version of the bridge read them.';

create view audit_log.gaps as
select topic_id, topic, kafka_partition, before + 1 as first_offset, kafka_offset - 1 as last_offset
from (
  select topic_id, topic, kafka_partition, kafka_offset,
    lag(kafka_offset) over (partition by topic_id, topic, kafka_partition order by kafka_offset) as before
  from (
    select topic_id, topic, kafka_partition, kafka_offset from audit_log.leaves where topic is not null
    union all select topic_id, topic, kafka_partition, next_offset from audit_log.positions
  ) as known
) as ordered
where before + 1 < kafka_offset;
comment on view audit_log.gaps is 'Offsets that are neither an event nor a repeat, a statement or a dead letter.';
