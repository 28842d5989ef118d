import type { Kafka } from 'kafkajs'
import type { z } from 'zod'
import type { Registry } from '../lib/avro/registry.ts'
import type { Variables } from '../lib/config.ts'
import type { Health } from '../lib/http/operations-server.ts'
import type { Logger } from '../lib/logger.ts'
import type { Metrics } from '../lib/metrics/metrics.ts'
import type { EventType } from '../schemas/catalogue.ts'
import type { Names } from '../schemas/topics.ts'
import type { WorkerDefinition } from './worker-definition.ts'

/** What the runtime gives a worker that follows the log. */
export interface LogFollowerTools {
  kafka: Kafka
  registry: Pick<Registry, 'typeOf'>
  names: Names
  metrics: Metrics
  logger: Logger
}

/** A started worker that follows the log. */
export interface FollowingLog {
  /** What `/readyz` reports. */
  health(): Health
  /** Rejects when the worker can no longer do its work. It never resolves. */
  readonly failure: Promise<never>
  close(): Promise<void>
}

/**
 * A worker that reads the log without a consumer group. It commits no offsets: whoever reads from it says
 * where to begin. It has no lag, no retries and no dead letters, and several processes of it do not share the
 * partitions: each one reads all of them. docs/decisions/0053 says why.
 */
export interface LogFollower<E extends EventType = EventType, V extends Variables = Variables>
  extends WorkerDefinition<E, V> {
  /** Starts to follow the log. It must close again what it opened when it throws. */
  start(settings: z.output<V>, tools: LogFollowerTools): Promise<FollowingLog>
}

/** Returns its argument. It exists for the types. */
export const defineLogFollower = <const E extends EventType, V extends Variables>(
  follower: LogFollower<E, V>,
): LogFollower<E, V> => follower
