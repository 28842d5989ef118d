import { cleanText } from '../../../lib/clean-text.ts'
import type { RecordOf } from '../../../schemas/catalogue.ts'
import type { Origin } from '../../consumer.ts'
import { actorOf } from '../../event-text/actor.ts'
import { placeOf } from '../../event-text/place.ts'
import { sentenceOf } from '../../event-text/sentence.ts'
import { subjectOf } from '../../event-text/subject.ts'
import { objectOf } from './event-object.ts'

/** Where Kafka holds a record. */
export interface Coordinates {
  /** The id of the topic, as text. A topic that was deleted and created again has another one. */
  topic_id: string
  topic: string
  kafka_partition: number
  kafka_offset: number
}

export const coordinatesOf = ({ topic, topicId, partition, offset }: Origin): Coordinates => ({
  topic_id: topicId,
  topic,
  kafka_partition: partition,
  kafka_offset: offset,
})

export type AuditRow = ReturnType<typeof auditRowOf>

/** The columns of audit_log.events that a record fills. Times are in milliseconds since 1970. */
export const auditRowOf = (record: RecordOf) => {
  const { delivery, raw } = record
  const [actor, subject] = [actorOf(record), subjectOf(record)]
  return {
    delivery_id: cleanText(delivery.id),
    received_at: delivery.received_at,
    occurred_at: delivery.occurred_at,
    event_type: delivery.event_type,
    source: delivery.source,
    instance: cleanText(delivery.instance),
    user_id: actor.id,
    user_username: actor.username,
    user_name: actor.name,
    subject_id: subject.id,
    subject_username: subject.username,
    subject_name: subject.name,
    fact_id: cleanText(delivery.fact_id),
    fact_basis: delivery.fact_basis,
    ...placeOf(record),
    ...objectOf(record),
    summary: sentenceOf(record),
    body_sha256: delivery.body_sha256,
    raw,
  }
}
