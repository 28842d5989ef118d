import { setTimeout as sleep } from 'node:timers/promises'
import { createRegistry } from '../../lib/avro/registry.ts'
import type { Environment } from '../../lib/config.ts'
import { createKafka } from '../../lib/kafka/client.ts'
import type { Logger } from '../../lib/logger.ts'
import { createMetrics } from '../../lib/metrics/metrics.ts'
import { createNames } from '../../schemas/topics.ts'
import { readDeliverySettings } from '../config.ts'
import { createDeliveryPath } from '../delivery-path.ts'
import { createIngressMetrics } from '../metrics.ts'
import { acknowledgeMs } from '../open-delivery-path.ts'
import type { Spools } from '../spool/spools.ts'
import { startDrains } from '../spool/start-drains.ts'
import { createConnect } from './connect.ts'
import { openConfiguredSpools } from './open-configured-spools.ts'

export interface DrainedSpool {
  published: number
  /** Hooks that are still in the spool, because the time was over. */
  waiting: number
  /** Hooks that cannot be published as they are. `bridge spool publish` publishes them later. */
  setAside: number
  /** Why hooks could not be published, if the cause does not end by itself. */
  problem: string | undefined
}

/** How often the spool is looked at, in milliseconds. */
const pollMs = 100

/**
 * Publishes the hooks of a spool whose ingress will not come back, in the same way as the ingress does. It
 * receives no hooks.
 *
 * @param limitMs how long it tries, in milliseconds
 * @throws ConfigError, or UsageError if another process uses the spool
 */
export const drainSpool = async (
  env: Environment,
  logger: Logger,
  limitMs: number,
): Promise<DrainedSpool> => {
  const opened = new AsyncDisposableStack()
  try {
    return await drainWithin(env, logger, limitMs, opened)
  } finally {
    await opened.disposeAsync()
  }
}

const drainWithin = async (
  env: Environment,
  logger: Logger,
  limitMs: number,
  opened: AsyncDisposableStack,
): Promise<DrainedSpool> => {
  const settings = readDeliverySettings(env)
  const names = createNames(settings.KAFKA_TOPIC_PREFIX)
  const clientId = names.group('spool')
  const spools = await openConfiguredSpools(settings, names, logger)
  opened.defer(() => spools.close())
  const { connect } = createConnect({
    settings,
    env,
    kafka: createKafka(settings, clientId, logger, acknowledgeMs),
    registry: createRegistry(settings, clientId),
    names,
    spools,
    metrics: createIngressMetrics(createMetrics()),
    logger,
  })
  const deliveryPath = createDeliveryPath(connect, logger)
  deliveryPath.start()
  const drains = startDrains(spools, deliveryPath.deliver, logger)
  opened.defer(async () => {
    // The drains may wait for the brokers without a limit. Only stopping the delivery path ends that.
    const stopped = drains.stop()
    await deliveryPath.stop()
    await stopped
  })
  await untilEmpty(spools, limitMs)
  const { records, setAside } = spools.state()
  return {
    published: spools.account().published,
    waiting: records,
    setAside,
    problem: deliveryPath.problem(),
  }
}

const untilEmpty = async (spools: Spools, limitMs: number): Promise<void> => {
  const end = performance.now() + limitMs
  while (spools.state().records > 0 && performance.now() < end) await sleep(pollMs)
}
