import { createPool } from '../../lib/database.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Metrics } from '../../lib/metrics/metrics.ts'
import type { RecordOf } from '../../schemas/catalogue.ts'
import { pauseDestinations } from './outbox/destination-state.ts'
import { enqueue } from './outbox/enqueue.ts'
import type { Entry, Incoming, KeyRule, MessageOrigin } from './outbox/entry.ts'
import { startPositions, storePositions } from './outbox/positions.ts'
import { schemaOf } from './outbox/schema-of.ts'
import type { DestinationType } from './routes/destination.ts'
import type { Routes } from './routes/read-routes.ts'
import { watchRoutes } from './routes/watch-routes.ts'
import type { Courier } from './send/courier.ts'
import { createDeliveryMetrics } from './send/metrics.ts'
import { createOutbounds } from './send/outbounds.ts'
import type { MessageContent, ReadBackParts } from './send/read-back.ts'
import { startSender } from './send/sender.ts'

export interface DeliveryOptions {
  worker: string
  /** URL of the database. */
  url: string
  /** The file of the routes. */
  file: string
  types: readonly DestinationType[]
  rule: KeyRule
  logger: Logger
  metrics: Metrics
  courier(routes: () => Routes): Courier
  /** What a record becomes. It may read more about it, and throws what a handler throws. */
  entriesOf(record: RecordOf, routes: Routes, signal: AbortSignal): MaybePromise<readonly Entry[]>
  /** Reads a record again of which a full outbox kept only the place. */
  readRecord: ReadBackParts['readRecord']
  /**
   * What the message about such a record, or about a part of it, holds; undefined if its body is gone, or if
   * no route takes it.
   */
  contentOf(
    record: RecordOf,
    routes: Routes,
    destination: string,
    part: string | undefined,
  ): MessageContent | undefined
}

type MaybePromise<T> = T | Promise<T>

/** What a worker with an outbox handles, and where it continues. */
export interface Delivery {
  handleBatch(
    records: readonly RecordOf[],
    context: { origins: readonly MessageOrigin[]; signal: AbortSignal },
  ): Promise<undefined>
  positions: {
    startAt(partitions: readonly PartitionStart[]): Promise<number[]>
    pass(origin: MessageOrigin): Promise<void>
  }
  close(): Promise<void>
}

interface PartitionStart {
  topic: string
  topicId: string
  partition: number
  groupOffset: number
}

/**
 * Opens the outbox of a worker and starts to send from it. The worker's offset moves once the outbox has the
 * messages of a record, so that no destination can stop the worker.
 */
export const openDelivery = async (options: DeliveryOptions): Promise<Delivery> => {
  const { worker, logger, entriesOf } = options
  const watched = watchRoutes(options.file, options.types, logger)
  const routes = () => watched.current()
  const pool = createPool(options.url, `gitlab-bridge.${worker}`, logger)
  const store = { pool, schema: schemaOf(worker) }
  const metrics = createDeliveryMetrics(options.metrics, store, [...routes().destinations.keys()])
  const outbounds = createOutbounds()
  const destinations = () => routes().destinations
  const courier = options.courier(routes)
  const stored: ReadBackParts = {
    readRecord: options.readRecord,
    contentOf: (record, destination, part) => options.contentOf(record, routes(), destination, part),
  }
  const sender = startSender({ stored, store, courier, outbounds, metrics, logger, destinations })
  const restored = createRestoredCheck(async () => {
    const names = [...destinations().keys()]
    await pauseDestinations(store, names, 'restored', 'the database is older than the offsets of the worker')
    logger.error(
      'the outbox was restored from a backup: its destinations are paused. Messages may be sent twice if ' +
        'you resume with send. Run `bridge outbox resume` with send, digest or discard',
      { destinations: names },
    )
  })
  return {
    handleBatch: async (records, { origins, signal }) => {
      const incoming: Incoming[] = []
      for (const [index, record] of records.entries()) {
        const origin = origins[index]
        if (origin === undefined) throw new Error('the runtime did not say where a record comes from')
        incoming.push({ record, origin, entries: await entriesOf(record, routes(), signal) })
      }
      await restored.check(incoming.map(({ origin }) => origin))
      const { queued, left } = await enqueue(store, incoming, options.rule)
      metrics.countRouted(incoming.reduce((sum, { entries }) => sum + entries.length, 0))
      for (const [name, number] of queued) metrics.countQueued(name, number)
      for (const [name, number] of left) metrics.countLeft(name, number)
      if (queued.size > 0) sender.wake()
      return undefined
    },
    positions: {
      startAt: async (partitions) => {
        restored.begin(partitions)
        return startPositions(pool, store.schema, partitions)
      },
      pass: (origin) => storePositions(pool, store.schema, [origin]),
    },
    close: async () => {
      watched.close()
      await sender.stop()
      await outbounds.close()
      await pool.end()
    },
  }
}

/**
 * Notices that the database was restored from a backup: the worker then receives records that its group had
 * committed. Records that never reach the handler, because they are too old or invented, are no sign of it.
 */
const createRestoredCheck = (onRestored: () => Promise<void>) => {
  const committed = new Map<string, number>()
  const keyOf = ({ topicId, partition }: { topicId: string; partition: number }) => `${topicId} ${partition}`
  let isKnown = false
  return {
    begin: (partitions: readonly PartitionStart[]) => {
      for (const place of partitions) committed.set(keyOf(place), place.groupOffset)
    },
    check: async (origins: readonly MessageOrigin[]) => {
      if (isKnown || !origins.some((origin) => origin.offset < (committed.get(keyOf(origin)) ?? 0))) return
      await onRestored()
      isKnown = true
    },
  }
}
