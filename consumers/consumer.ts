import type { z } from 'zod'
import type { Variables } from '../lib/config.ts'
import type { Logger } from '../lib/logger.ts'
import type { EventType, RecordOf } from '../schemas/catalogue.ts'

/** What became of a message. `dead_lettered` is one too, so that metrics see what dead-lettering caught. */
export const handledOutcomes = ['processed', 'skipped', 'dead_lettered'] as const
export type HandledOutcome = (typeof handledOutcomes)[number]

/** A message as the topic holds it. */
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
  /** Aborted when the time for handling is up. The group is told that we are alive for as long as it is not. */
  readonly signal: AbortSignal
}

/**
 * What a worker does with its records. Both may be called again for the same record (at least once): `repeats` says what comes of it.
 * Throw RetriableError while something else is unwell, PermanentError where this record can never work, anything else to be tried again a few times.
 */
export type Handler<E extends EventType> = SingleHandler<E> | BatchHandler<E>

export interface SingleHandler<E extends EventType> {
  /** Resolves once the effect is durable: the offset moves after it. */
  handle(record: RecordOf<E>, context: HandleContext): Promise<HandleResult>
  close(): Promise<void>
}

export interface BatchHandler<E extends EventType> {
  /** Most records of one call; they are of one partition, in order. */
  batchSize: number
  /** All or nothing: when it throws, the records are handed over again one by one. */
  handleBatch(records: readonly RecordOf<E>[], context: HandleContext): Promise<HandleResult>
  close(): Promise<void>
}

/** Nothing said means processed. */
export type HandleResult = Exclude<HandledOutcome, 'dead_lettered'> | undefined

/**
 * What comes of a delivery that is handed over again: after a crash, a rebalance, a rewind, or sent anew by GitLab.
 *
 * `harmless`: handling it again changes nothing, since the effect itself knows it (a unique key, an idempotency key).
 * `skippedForDays`: the runtime remembers for so many days, on disk, what this process handled, and skips it.
 */
export type Repeats = 'harmless' | { skippedForDays: number }

export interface Consumer<E extends EventType = EventType, V extends Variables = Variables> {
  /** Kebab-case; names the process, the consumer group and the dead-letter topic. */
  name: string
  /** What it is for, one sentence. */
  summary: string
  events: readonly E[]
  repeats: Repeats
  /** Usual port of /metrics, /livez and /readyz. */
  metricsPort: number
  /** All it reads from the environment beside what every worker reads. */
  variables: V
  create(settings: z.output<V>, logger: Logger): Promise<Handler<E>>
  /**
   * Says what handling the record would do, without doing it; throws what handling would throw because of the record itself.
   * Without it `bridge dead-letters redrive --dry-run` can only tell whether the record decodes.
   */
  dryRun?(record: RecordOf<E>): string
  /**
   * Forgets what was made of the events so far, before all of them are handled from the first; nothing to do where handling
   * them again changes nothing. Without it `bridge rebuild` refuses.
   */
  forget?(settings: z.output<V>): Promise<void>
}

/** Only types a literal: `events` narrows the record that the handler is given. */
export const defineConsumer = <const E extends EventType, V extends Variables>(
  consumer: Consumer<E, V>,
): Consumer<E, V> => consumer
