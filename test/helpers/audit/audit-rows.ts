import { hash, randomUUID } from 'node:crypto'
import type { EventRow, IntervalRow } from '../../../consumers/audit-log/append/pack-rows.ts'

const topicId = randomUUID()

/** An interval of an ingress, at some offset of its topic. */
export const intervalRow = (offset: number, others: Partial<IntervalRow> = {}): IntervalRow => ({
  topic_id: topicId,
  topic: 'gitlab-bridge.intervals',
  kafka_partition: 0,
  kafka_offset: offset,
  delivery_id: randomUUID(),
  received_at: Date.now(),
  interval: JSON.stringify({
    kind: 'refusing',
    from: '2026-10-05T07:01:02.000Z',
    to: '2026-10-05T07:03:12.000Z',
    ingress: 'an ingress',
    refused: 214,
  }),
  ...others,
})

/** A row of a push, at some offset of a topic. @param others replace its columns */
export const pushRow = (offset: number, others: Partial<EventRow> = {}): EventRow => {
  const raw = Buffer.from(JSON.stringify({ object_kind: 'push', offset, text: 'ä\0\u{1f600}' }))
  return {
    topic_id: topicId,
    topic: 'gitlab.push',
    kafka_partition: 0,
    kafka_offset: offset,
    delivery_id: randomUUID(),
    received_at: Date.now(),
    occurred_at: null,
    event_type: 'push',
    source: 'default',
    instance: 'https://git.example',
    project_id: 15,
    group_id: null,
    user_id: 41,
    user_username: 'ada',
    user_name: 'Ada Lövelace',
    subject_id: null,
    subject_username: null,
    subject_name: null,
    fact_id: `fact-${offset}`,
    fact_basis: 'content',
    project_path: 'nordlicht/signal',
    group_path: null,
    ref: 'refs/heads/main',
    object_kind: null,
    object_id: null,
    object_iid: null,
    object_title: null,
    summary: 'Ada Lövelace (ada) pushed 1 commit to the branch main in nordlicht/signal.',
    body_sha256: hash('sha256', raw),
    raw,
    ...others,
  }
}
