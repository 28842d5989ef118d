import type { z } from 'zod'
import type { Variables } from '../lib/config.ts'
import type { Logger } from '../lib/logger.ts'
import type { EventType, RecordOf } from '../schemas/catalogue.ts'

/** What became of a message. A dead letter is an outcome too, so that every message has one. */
export type HandledOutcome = 'processed' | 'skipped' | 'dead_lettered'

/** A message as Kafka stores it. Its value is not decoded yet. */
export interface Message {
  topic: string
  partition: number
  offset: string
  /** Milliseconds since 1970, decimal text. */
  timestamp: string
  key: Buffer | null
  value: Buffer | null
  headers: Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>>
}

export interface HandleContext {
  /**
   * Aborted when CONSUMER_TIMEOUT_SECONDS have passed. The worker sends heartbeats to its consumer group
   * until then; a handler that works on after it loses its partitions to another process.
   */
  readonly signal: AbortSignal
}

/**
 * What a worker does with its records. Kafka delivers at least once, so both methods may be called again for
 * the same record; `Consumer.repeats` says what happens then.
 *
 * What a handler throws decides what follows:
 * - RetriableError: a system that the worker needs is unavailable. The worker waits and keeps the order.
 * - PermanentError: this record can never be handled. It becomes a dead letter at once.
 * - anything else: the record is tried again, CONSUMER_ATTEMPTS times in all, and then becomes a dead letter.
 */
export type Handler<E extends EventType> = SingleHandler<E> | BatchHandler<E>

export interface SingleHandler<E extends EventType> {
  /** Resolves once the effect is durable. The offset is committed after that. */
  handle(record: RecordOf<E>, context: HandleContext): Promise<HandleResult>
  close(): Promise<void>
}

export interface BatchHandler<E extends EventType> {
  /** The largest number of records in one call. The records of one call are from one partition, in order. */
  batchSize: number
  /** Must take effect for all records or for none. When it throws, the records come again, one by one. */
  handleBatch(records: readonly RecordOf<E>[], context: HandleContext): Promise<HandleResult>
  close(): Promise<void>
}

/** `undefined` means `processed`. */
export type HandleResult = Exclude<HandledOutcome, 'dead_lettered'> | undefined

/**
 * What happens when the same delivery comes again: after a crash, a rebalance, a rewind, or because GitLab
 * resent it.
 *
 * `harmless`: handling it again changes nothing, because the effect recognises a repeat (a unique key, an
 * idempotency key). `skippedForDays`: the runtime remembers on disk, for this many days, which deliveries
 * this process has handled, and skips them.
 */
export type Repeats = 'harmless' | { skippedForDays: number }

export interface Consumer<E extends EventType = EventType, V extends Variables = Variables> {
  /** In kebab-case. It names the process, the consumer group and the dead-letter topic. */
  name: string
  /** What the worker is for, in one sentence. */
  summary: string
  events: readonly E[]
  repeats: Repeats
  /**
   * Whether `raw` must hold the body also where it was too large for its record and was published in chunks.
   * Without this field, `raw` is empty in such a record.
   */
  wholeBodies?: true
  /** Default of METRICS_PORT, where /metrics, /livez and /readyz are served. */
  metricsPort: number
  /** The environment variables that only this worker reads. */
  variables: V
  /** Opens what the handler needs. It must close again what it opened when it throws. */
  create(settings: z.output<V>, logger: Logger): Promise<Handler<E>>
  /**
   * Describes what handling the record would do, without doing it. It throws the errors that handling would
   * throw because of the record itself. Without this method `bridge dead-letters redrive --dry-run` only says
   * whether the record can be decoded.
   */
  dryRun?(record: RecordOf<E>): string
  /**
   * Deletes what the worker made of its events, before `bridge rebuild` sends it back to the oldest event. It
   * does nothing where handling an event again changes nothing. Without this method `bridge rebuild` refuses.
   */
  forget?(settings: z.output<V>): Promise<void>
}

/** Returns its argument. It exists for the types: `events` decides which record the handler receives. */
export const defineConsumer = <const E extends EventType, V extends Variables>(
  consumer: Consumer<E, V>,
): Consumer<E, V> => consumer
