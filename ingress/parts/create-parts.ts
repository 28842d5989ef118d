import type { Server } from 'node:http'
import { join } from 'node:path'
import type { Kafka } from 'kafkajs'
import { createRegistry } from '../../lib/avro/registry.ts'
import type { Environment } from '../../lib/config.ts'
import { createKafka } from '../../lib/kafka/client.ts'
import { openOffsets } from '../../lib/kafka/offsets.ts'
import { type Logger, readLogDeliveries } from '../../lib/logger.ts'
import { createMetrics, type Metrics } from '../../lib/metrics/metrics.ts'
import { eventTypes } from '../../schemas/catalogue.ts'
import { createNames, type Names } from '../../schemas/topics.ts'
import { growthFileName } from '../accounting/growth-file.ts'
import { acknowledgedByTopic, addIngressAccounts } from '../accounting/ingress-accounts.ts'
import { createLogGrowth, type LogGrowth } from '../accounting/log-growth.ts'
import { type CredentialSeries, createCredentialSeries } from '../auth/credential-series.ts'
import { watchSources } from '../auth/watch-sources.ts'
import { type IngressSettings, readIngressSettings, readSourcesSettings } from '../config.ts'
import { createDeliveryPath, type DeliveryPath } from '../delivery-path.ts'
import type { CreateListener } from '../http/app.ts'
import { createHookLog } from '../http/hook-log.ts'
import { createLimitedLog } from '../http/limited-log.ts'
import { createHookServer } from '../http/server.ts'
import { createIngressMetrics, type IngressMetrics } from '../metrics.ts'
import { acknowledgeMs } from '../open-delivery-path.ts'
import { createReceive } from '../receive.ts'
import { heartbeatName } from '../spool/intervals/heartbeat-file.ts'
import { createIntervals, type Intervals } from '../spool/intervals/intervals.ts'
import { requireLastingDisk } from '../spool/require-lasting-disk.ts'
import { spoolFolderOf, spoolVariableOf } from '../spool/spool-place.ts'
import type { Spools } from '../spool/spools.ts'
import { createConnect, type SchemaIdsSource } from './connect.ts'
import { createIngressConnections } from './create-connections.ts'
import { createStages } from './create-stages.ts'
import { openConfiguredSpools } from './open-configured-spools.ts'
import { type AccessWatch, createAccessWatch } from './watch-access.ts'

/** The parts of the ingress. Nothing listens yet, and nothing has connected to Kafka or to the registry. */
export interface IngressParts {
  settings: IngressSettings
  names: Names
  kafka: Kafka
  allMetrics: Metrics
  metrics: IngressMetrics
  credentials: CredentialSeries
  spools: Spools
  deliveryPath: DeliveryPath
  access: AccessWatch
  /** Where the schema ids in use were read; undefined while connecting. */
  schemaIdsFrom(): SchemaIdsSource | undefined
  intervals: Intervals
  logGrowth: LogGrowth
  server: Server
  /** While `isDraining` is true, the answers tell the senders to connect to another process. */
  phase: { isDraining: boolean }
  logger: Logger
}

export interface IngressOptions {
  env: Environment
  logger: Logger
  createListener: CreateListener
}

/**
 * Makes the parts of the ingress.
 *
 * @param opened collects what must be closed again, also if this throws
 * @throws ConfigError, or UsageError if another process uses the spool
 */
export const createParts = async (
  { env, logger, createListener }: IngressOptions,
  opened: AsyncDisposableStack,
): Promise<IngressParts> => {
  const settings = readIngressSettings(env)
  const names = createNames(settings.KAFKA_TOPIC_PREFIX)
  const clientId = names.group('ingress')
  const allMetrics = createMetrics()
  const metrics = createIngressMetrics(allMetrics)
  const kafka = createKafka(settings, clientId, logger, acknowledgeMs)
  const registry = createRegistry(settings, clientId)

  const credentials = createCredentialSeries(metrics.credentialUsed)
  const sources = watchSources(() => readSourcesSettings(env), credentials.configure, logger)
  opened.defer(() => sources.close())
  const spools = await openSpool({ settings, names, logger })
  opened.defer(() => spools.close())

  const common = { settings, names, spools, metrics, logger }
  const { connect, schemaIdsFrom } = createConnect({ ...common, env, kafka, registry })
  const deliveryPath = createDeliveryPath(connect, logger)
  const limitedLog = createLimitedLog(logger)
  const connections = createIngressConnections({ ...common, sources, limitedLog })
  const logHook = createHookLog(readLogDeliveries(env), logger, limitedLog)
  const stages = createStages({ ...common, sources, credentials, connections, deliveryPath, logHook })
  const receive = createReceive(stages)
  const intervals = createIntervals({
    file: join(spoolFolderOf(settings), heartbeatName),
    append: (hook) => spools.append(hook),
    logger,
    now: Date.now,
  })
  const logGrowth = createLogGrowth({
    file: join(spoolFolderOf(settings), growthFileName),
    topics: eventTypes.map(names.topic),
    acknowledged: () => acknowledgedByTopic(allMetrics, names),
    openOffsets: () => openOffsets(kafka),
    logger,
  })
  addIngressAccounts({ metrics: allMetrics, inNoLog: logGrowth.residue, spool: spools.account })
  const phase = { isDraining: false }
  const listener = createListener({
    receive,
    metrics,
    logger,
    limitedLog,
    onUnavailable: intervals.noteRefused,
    isDraining: () => phase.isDraining,
  })
  const server = createHookServer({ settings, listener, connections, metrics, logger, limitedLog })
  return {
    settings,
    names,
    kafka,
    allMetrics,
    metrics,
    credentials,
    spools,
    deliveryPath,
    access: createAccessWatch(kafka, names, logger),
    schemaIdsFrom,
    intervals,
    logGrowth,
    server,
    phase,
    logger,
  }
}

const openSpool = async ({
  settings,
  names,
  logger,
}: Pick<IngressParts, 'settings' | 'names' | 'logger'>): Promise<Spools> => {
  const variable = spoolVariableOf(settings)
  await requireLastingDisk(spoolFolderOf(settings), variable, settings.INGRESS_SPOOL_ALLOW_TMPFS, logger)
  return await openConfiguredSpools(settings, names, logger)
}
