import { join } from 'node:path'
import type { Kafka } from 'kafkajs'
import type { Registry } from '../../lib/avro/registry.ts'
import type { Environment } from '../../lib/config.ts'
import { refusedLogin, requireConnection } from '../../lib/kafka/require-connection.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Names } from '../../schemas/topics.ts'
import type { IngressSettings } from '../config.ts'
import type { OpenDeliveryPath } from '../delivery-path.ts'
import type { IngressMetrics } from '../metrics.ts'
import { openDeliveryPath } from '../open-delivery-path.ts'
import { awaitRegistry } from '../record/await-registry.ts'
import { type KnownEncoders, readEncoders } from '../record/encoders.ts'
import { inHandName } from '../record/large/in-hand.ts'
import { schemaIdsFileOf } from '../record/schema-ids-file.ts'
import { spoolFolderOf } from '../spool/spool-place.ts'
import type { Spools } from '../spool/spools.ts'

export type SchemaIdsSource = KnownEncoders['from']

export interface ConnectOptions {
  settings: IngressSettings
  env: Environment
  kafka: Kafka
  registry: Registry
  names: Names
  spools: Pick<Spools, 'hasWaitingHooks'>
  metrics: IngressMetrics
  logger: Logger
}

export interface Connect {
  /**
   * @throws RetriableError if Kafka or the registry do not answer, UsageError if they lack our topics or
   *   schemas, ConfigError naming the variable that keeps the ingress from connecting
   */
  connect(): Promise<OpenDeliveryPath>
  /** Where the schema ids in use were read; undefined before the first connection. */
  schemaIdsFrom(): SchemaIdsSource | undefined
}

/** How often the registry is asked again for its schema ids while those from the disk are used. */
const registryPollMs = 10_000

/** Connects to Kafka and to the registry. Without the registry, the schema ids that it gave last are used. */
export const createConnect = (options: ConnectOptions): Connect => {
  const { settings, env, kafka, registry, names, spools, metrics, logger } = options
  let schemaIdsFrom: SchemaIdsSource | undefined

  const noteSchemaIdsFrom = (from: SchemaIdsSource) => {
    schemaIdsFrom = from
    metrics.schemaIdsFrom.set({ from: 'registry' }, from === 'registry' ? 1 : 0)
    metrics.schemaIdsFrom.set({ from: 'disk' }, from === 'disk' ? 1 : 0)
  }
  const read = () => readEncoders(registry, names, schemaIdsFileOf(settings), logger)

  return {
    connect: async () => {
      const { encoders, ids, from } = await read()
      await requireConnection(kafka)
      const path = await openDeliveryPath({
        kafka,
        names,
        encoders,
        schemaIds: ids,
        inHandFile: join(spoolFolderOf(settings), inHandName),
        env,
        maxQueuedBytes: settings.INGRESS_QUEUE_BYTES,
        hasWaitingHooks: spools.hasWaitingHooks,
        metrics,
        logger,
      }).catch((error: unknown) => {
        throw refusedLogin(error) ?? error
      })
      metrics.connected.set(1)
      noteSchemaIdsFrom(from)
      if (from === 'disk')
        void awaitRegistry(read, registryPollMs, logger).then((current) => {
          Object.assign(encoders, current.encoders)
          Object.assign(ids, current.ids)
          noteSchemaIdsFrom('registry')
        })
      return path
    },
    schemaIdsFrom: () => schemaIdsFrom,
  }
}
