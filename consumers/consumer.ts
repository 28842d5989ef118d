import type { z } from 'zod'
import type { Variables } from '../lib/config.ts'
import type { Logger } from '../lib/logger.ts'
import type { Metrics } from '../lib/metrics/metrics.ts'
import type { EventType, RecordOf } from '../schemas/catalogue.ts'
import type { GitlabApis } from './gitlab-api/open-gitlab-apis.ts'
import type { TokenScope } from './gitlab-api/token-watch.ts'
import type { WorkerDefinition } from './worker-definition.ts'

/**
 * What became of a message. A dead letter is an outcome too, so that every message has one. The runtime
 * itself decides on `too_old` (see `Beginning`) and `invented` (see `Effect`): these records do not reach
 * the handler.
 */
export type HandledOutcome = 'processed' | 'skipped' | 'too_old' | 'invented' | 'dead_lettered'

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

/** A partition. `topicId` tells its topic from one that was deleted and created again. */
export interface PartitionOrigin {
  topic: string
  topicId: string
  partition: number
}

/** Where Kafka holds a message. */
export interface Origin extends PartitionOrigin {
  offset: number
  /** The trace of the record (https://www.w3.org/TR/trace-context). Others may not have set it. */
  traceparent?: string
}

export interface HandleContext {
  /**
   * Aborted when CONSUMER_TIMEOUT_SECONDS have passed. The worker sends heartbeats to its consumer group
   * until then; a handler that works on after it loses its partitions to another process.
   */
  readonly signal: AbortSignal
  /**
   * Where the records of this call come from, in the same order. `topicId` is only known to workers that have
   * `positions`.
   */
  readonly origins: readonly Origin[]
}

/** The positions of a worker that stores them together with its effect, for example in one transaction. */
export interface OwnPositions {
  /**
   * The offset at which the store continues in each of these partitions, in the same order; undefined where
   * it has nothing, so that the worker begins at the oldest record. The worker starts at the smaller of this
   * offset and that of its consumer group.
   *
   * @throws RetriableError while the store does not answer
   */
  startAt(partitions: readonly (PartitionOrigin & { groupOffset: number })[]): Promise<(number | undefined)[]>
  /** Stores that a message became a dead letter, so that the worker does not go back to it. */
  pass(origin: Origin): Promise<void>
}

interface HandlerParts {
  positions?: OwnPositions
  /** What `/readyz` reports beside the state of the worker; undefined while there is nothing to say. */
  degradedBy?(): string | undefined
  close(): Promise<void>
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

export interface SingleHandler<E extends EventType> extends HandlerParts {
  /** Resolves once the effect is durable. The offset is committed after that. */
  handle(record: RecordOf<E>, context: HandleContext): Promise<HandleResult>
}

export interface BatchHandler<E extends EventType> extends HandlerParts {
  /** The largest number of records in one call. The records of one call are from one partition, in order. */
  batchSize: number
  /** Must take effect for all records or for none. When it throws, the records come again, one by one. */
  handleBatch(records: readonly RecordOf<E>[], context: HandleContext): Promise<HandleResult>
}

/** `undefined` means `processed`. */
export type HandleResult = 'processed' | 'skipped' | undefined

/**
 * What happens when the same delivery comes again: after a crash, a rebalance, a rewind, or because GitLab
 * resent it.
 *
 * `harmless`: handling it again changes nothing, because the effect recognises a repeat (a unique key, an
 * idempotency key). `skippedForDays`: the runtime remembers on disk, for this many days, which deliveries
 * this process has handled, and skips them.
 */
export type Repeats = 'harmless' | { skippedForDays: number }

/**
 * Where a worker begins at its first start.
 *
 * `oldest`: at the oldest record that its topics hold. It handles the whole history once.
 * `now`: behind the newest record. It is for workers that speak to people or to other systems: nobody wants
 * a message about an event of last month. `maxAgeHours` holds at every later time, too: a record that is
 * older when its turn comes, for example after a long outage, is counted as `too_old`, its delivery is
 * logged, and the handler does not receive it. CONSUMER_MAX_AGE_HOURS replaces the value.
 */
export type Beginning = { begins: 'oldest'; maxAgeHours?: never } | { begins: 'now'; maxAgeHours: number }

/**
 * What a worker changes.
 *
 * `internal`: only what belongs to the bridge, such as its tables and files.
 * `external`: it sends something to people or to other systems. Such a worker ignores the records of invented
 * events (the sources `sample` and `simulate`), and counts them as `invented`, unless it was started with
 * `--let-workers-act`.
 */
export type Effect = 'internal' | 'external'

/** One thing that a worker would do with a record. `to` names a table, a file or a destination. */
export type PlannedEffect =
  | { would: 'write' | 'send'; to: string; content: unknown }
  | { would: 'skip'; because: string }
type PlannedEffects = readonly PlannedEffect[]

/** That a worker calls GitLab's API, and with which token. docs/gitlab-tokens.md has a row for each. */
export interface GitlabApiUse {
  /** The least scope of the token. */
  scope: TokenScope
  /** The least role of the bot in the projects or groups, in GitLab's word: `Reporter`. */
  role: string
  /** What the worker does without a token, in one sentence. */
  without: string
}

/** What the runtime gives a worker. */
export interface WorkerTools {
  /** GitLab's API. It has none without a token, and none if the worker has no `gitlabApi`. */
  gitlab: GitlabApis
  metrics: Metrics
  /** Reads a record again; undefined if the brokers no longer hold it. @throws RetriableError */
  readRecord(origin: Origin): Promise<RecordOf | undefined>
}

/** The part of the database that belongs to one worker. `bridge setup` makes it. */
export interface WorkerDatabase {
  /** Folder of the SQL files that the role of DATABASE_URL applies once each, in the order of their names. */
  migrations: URL
  /** Takes the place of `{{schema}}` in the migrations, where several workers share them. */
  schema?: string
  /**
   * What the role of the worker may do, each a right that completes `grant … to <role>`, such as
   * `usage on schema audit_log`.
   */
  rights: readonly string[]
  /** Further roles for people and commands that use the tables, such as one that only reads. */
  roles?: readonly DatabaseRole[]
}

/** A role of the database that belongs to no worker. `bridge setup` makes it. */
export interface DatabaseRole {
  /** `audit-reader` gives the role `audit_reader` and the variable AUDIT_READER_DATABASE_URL. */
  name: string
  /** Who uses the role, in a form that completes `the role with which`. */
  usedBy: string
  /** What the role may do, as in `WorkerDatabase`. */
  rights: readonly string[]
}

export type Consumer<E extends EventType = EventType, V extends Variables = Variables> = Beginning &
  ConsumerParts<E, V>

/**
 * Every command and every process of the bridge loads the definitions of all workers. So the functions of a
 * definition load what they need when they are called, and its file imports no more than it says at once.
 */
export interface ConsumerParts<E extends EventType, V extends Variables> extends WorkerDefinition<E, V> {
  repeats: Repeats
  effect: Effect
  /**
   * Whether `raw` must hold the body also where it was too large for its record and was published in chunks.
   * Without this field, `raw` is empty in such a record.
   */
  wholeBodies?: true
  /** What the worker keeps in PostgreSQL. Without this field it uses no database. */
  database?: WorkerDatabase
  /**
   * Set by a worker that calls GitLab's API. The worker then has the variables of docs/gitlab-tokens.md,
   * with a token of its own in `<WORKER>_GITLAB_API_TOKEN`.
   */
  gitlabApi?: GitlabApiUse
  /** Checks the files that the settings name, before anything is opened. @throws ConfigError */
  checkFiles?(settings: z.output<V>, hasGitlabApi: boolean): Promise<void>
  /** Opens what the handler needs. It must close again what it opened when it throws. */
  create(settings: z.output<V>, logger: Logger, tools: WorkerTools): Promise<Handler<E>>
  /**
   * Describes what handling the record would do, without doing it. `bridge preview` and `bridge dead-letters
   * redrive --dry-run` print it. It throws the errors that handling would throw because of the record itself.
   *
   * @param settings the variables of the worker that are set and valid. It must describe as much as it can
   * without the others, because a preview needs no address and no password
   */
  dryRun(record: RecordOf<E>, settings: Partial<z.output<V>>): PlannedEffects | Promise<PlannedEffects>
  /**
   * Deletes what the worker made of its events, before `bridge rebuild` sends it back to the first event.
   * Without this method `bridge rebuild` refuses, unless `rebuildOnlyAdds` is set. With `rebuildOnlyAdds` it
   * deletes only what the worker remembers of its progress.
   */
  forget?(settings: z.output<V>): Promise<void>
  /**
   * Set where handling the events again only adds what is missing. `bridge rebuild` then deletes nothing, and
   * begins at the oldest event that Kafka still has.
   */
  rebuildOnlyAdds?: true
  /**
   * Deletes what the stopped worker made, and makes it anew from GitLab's API, without Kafka. Without this
   * method `bridge rebuild --from-gitlab` refuses.
   *
   * @returns one sentence for each GitLab
   * @throws UsageError while the worker runs, or if no GitLab may be called
   */
  rebuildFromGitlab?(settings: z.output<V>, gitlab: GitlabApis): Promise<string[]>
}

/** Returns its argument. It exists for the types: `events` decides which record the handler receives. */
export const defineConsumer = <const E extends EventType, V extends Variables>(
  consumer: Consumer<E, V>,
): Consumer<E, V> => consumer
