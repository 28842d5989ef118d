import { isUtf8 } from 'node:buffer'
import type { RecordOf } from '../../../schemas/catalogue.ts'
import { actorOf } from '../../event-text/actor.ts'
import { placeOf } from '../../event-text/place.ts'
import { sentenceOf } from '../../event-text/sentence.ts'
import type { Genuineness, PlacedRecord } from './item.ts'

/**
 * The decoded record with its place in Kafka. `raw` is text, or `raw_base64` where it is not UTF-8. Where the
 * body is gone, `raw` is empty and `raw_missing` says why.
 */
export const recordOf = ({ topic, partition, offset, record, rawMissing }: PlacedRecord) => {
  const { raw, eventType: _, ...fields } = record
  const body = isUtf8(raw) ? { raw: raw.toString() } : { raw_base64: raw.toString('base64') }
  const missing = rawMissing === undefined ? {} : { raw_missing: rawMissing }
  return { topic, partition, offset, ...fields, ...body, ...missing }
}

/** What a list shows of an event. */
export const summaryOf = (
  { topic, partition, offset, record }: PlacedRecord,
  genuineness: Genuineness,
): object => {
  const { username, name } = actorOf(record)
  const { project_path, project_id, group_path, ref } = placeOf(record)
  return {
    topic,
    partition,
    offset,
    event: record.eventType,
    received_at: new Date(record.delivery.received_at).toISOString(),
    project_id,
    project: project_path ?? group_path,
    ref,
    who: username ?? name,
    sentence: sentenceOf(record),
    url: linkOf(record),
    kind: genuineness,
    source: record.delivery.source,
    delivery_id: record.delivery.id,
  }
}

/** The page in GitLab that shows what the event is about. Only http and https are links. */
const linkOf = (record: RecordOf): string | null => {
  const attributes: object = 'object_attributes' in record ? (record.object_attributes ?? {}) : {}
  const own = 'url' in attributes ? attributes.url : null
  const project = 'project' in record ? record.project?.web_url : null
  const url = typeof own === 'string' ? own : (pushUrlOf(record, project) ?? project)
  return typeof url === 'string' && /^https?:\/\//i.test(url) && URL.canParse(url) ? url : null
}

const pushUrlOf = (record: RecordOf, project: string | null | undefined): string | undefined => {
  if (record.eventType !== 'push' || !project || record.after === null) return undefined
  return /^0+$/.test(record.after) ? undefined : `${project}/-/commit/${encodeURIComponent(record.after)}`
}
