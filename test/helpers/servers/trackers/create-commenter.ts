import { randomUUID } from 'node:crypto'
import { enqueue } from '../../../../consumers/delivery/outbox/enqueue.ts'
import { takeLanes } from '../../../../consumers/delivery/outbox/lanes.ts'
import type { OutboxStore } from '../../../../consumers/delivery/outbox/store.ts'
import { sendLane } from '../../../../consumers/delivery/send/lane-sender.ts'
import { createOutbounds } from '../../../../consumers/delivery/send/outbounds.ts'
import { createCommentCourier } from '../../../../consumers/issue-commenter/courier.ts'
import { entriesOf } from '../../../../consumers/issue-commenter/entries-of.ts'
import type { TrackerDestination } from '../../../../consumers/issue-commenter/trackers/tracker.ts'
import { query } from '../../../../lib/database.ts'
import type { RecordOf } from '../../../../schemas/catalogue.ts'

/** The commenter without its process and without Kafka: a test says when it sends and when it ends. */
export interface Commenter {
  /** What the worker does with a record. */
  handle(record: RecordOf): Promise<void>
  /** Sends until the queue is empty or the tracker fails. The waits after a failure are left out. */
  send(): Promise<void>
  /** Ends a call under way, as if the process were killed: nothing is written about it. */
  crash(): void
  /** How many comments wait. */
  waiting(): Promise<number>
  close(): Promise<void>
}

export const createCommenter = (store: OutboxStore, destination: TrackerDestination): Commenter => {
  const { name } = destination
  const visibility = ['public', 'internal', 'private'] as const
  const route = { to: [name], visibility: [...visibility], confidential: false, notify: 'every' as const }
  const routes = {
    destinations: new Map([[name, destination]]),
    routes: [{ ...route, child_pipelines: false, mention: [], default: false }],
    ...{ people: {}, ownUsers: [], warnings: [] },
  }
  const outbounds = createOutbounds()
  const count = () => undefined
  const metrics = {
    ...{ countRouted: count, countQueued: count, countLeft: count, countAttempt: count },
    ...{ countRepeats: count, countSettled: count },
  }
  const topicId = randomUUID()
  let offset = 0
  let aborting = new AbortController()
  return {
    handle: async (record) => {
      const { message } = record.eventType === 'merge_request' ? { message: lastCommitOf(record) } : {}
      const entries = await entriesOf(record, routes, async () => (message ? [message] : []))
      const origin = { topic: 'gitlab.merge_request', topicId, partition: 0, offset: offset++ }
      await enqueue(store, [{ record, origin, entries }], 'fact')
    },
    send: async () => {
      const due = { destinations: 'retry_at = null', lanes: 'owner = null, expires_at = null' }
      for (const [table, change] of Object.entries(due))
        await query(store.pool, `update ${store.schema}.${table} set ${change} where destination = $1`, [
          name,
        ])
      aborting = new AbortController()
      const parts = {
        ...{ store, outbounds, metrics, courier: createCommentCourier() },
        stored: { readRecord: async () => undefined, contentOf: () => undefined },
        destinationOf: () => destination,
        stopping: new AbortController().signal,
        aborting: aborting.signal,
      }
      for (const lease of await takeLanes(store, randomUUID(), [name], 60_000, 1))
        await sendLane(parts, lease)
    },
    crash: () => aborting.abort(),
    waiting: async () => {
      const text = `select from ${store.schema}.messages
        where destination = $1 and state in ('waiting', 'sending')`
      return (await query(store.pool, text, [name])).length
    },
    close: () => outbounds.close(),
  }
}

const lastCommitOf = ({ object_attributes: own }: RecordOf<'merge_request'>) => own.last_commit?.message
