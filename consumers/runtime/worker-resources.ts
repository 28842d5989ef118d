import type { Kafka } from 'kafkajs'
import type { z } from 'zod'
import type { Decode } from '../../lib/avro/codec.ts'
import { createRegistry } from '../../lib/avro/registry.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { createKafka, endConnections } from '../../lib/kafka/client.ts'
import type { Offsets } from '../../lib/kafka/offsets.ts'
import { restoreBody } from '../../lib/kafka/restore-body.ts'
import { type LogDeliveries, type Logger, readLogDeliveries } from '../../lib/logger.ts'
import type { Metrics } from '../../lib/metrics/metrics.ts'
import type { EventType } from '../../schemas/catalogue.ts'
import { createNames, type Names } from '../../schemas/topics.ts'
import type { Consumer, Handler, Message } from '../consumer.ts'
import { type GitlabApis, noGitlabApis, openGitlabApis } from '../gitlab-api/open-gitlab-apis.ts'
import { createEventDecoder, createEventOf } from './event-decoder.ts'
import { type HandledDeliveries, handledFolder, openHandledDeliveries } from './handled/handled-deliveries.ts'
import { createTopicIds, type TopicIds } from './positions/topic-ids.ts'
import { createStoredRecords, type StoredRecords } from './stored-records.ts'
import { type Restore, withWholeBodies } from './whole-bodies.ts'
import { variablesOf } from './worker-variables.ts'

/** The settings of a worker, and what it opened by them. The parts of the worker are made from this. */
export interface WorkerResources {
  consumer: Consumer
  settings: z.output<ReturnType<typeof variablesOf>>
  names: Names
  /** The consumer group. */
  group: string
  logger: Logger
  kafka: Kafka
  offsets: Offsets
  decode: Decode
  eventOf(message: Pick<Message, 'topic' | 'headers'>): EventType
  stored: StoredRecords
  handler: Handler<EventType>
  gitlab: GitlabApis
  topicIds: TopicIds
  /** Undefined where repeats are harmless. */
  handled: HandledDeliveries | undefined
  logDeliveries: LogDeliveries
}

/**
 * Opens the resources of a worker. If one cannot be opened, those that were opened before are closed again.
 *
 * @param gitlabWorkers the names of all workers that call GitLab; undefined where they are not known
 * @throws ConfigError naming every variable at fault
 */
export const openWorkerResources = async (
  consumer: Consumer,
  env: Environment,
  logger: Logger,
  metrics: Metrics,
  gitlabWorkers: readonly string[] | undefined,
  openOffsets: (kafka: Kafka) => Promise<Offsets>,
): Promise<WorkerResources> => {
  const settings = readVariables(variablesOf(consumer), env)
  const names = createNames(settings.KAFKA_TOPIC_PREFIX)
  const group = names.group(consumer.name)
  const logDeliveries = readLogDeliveries(env)
  const kafka = createKafka(settings, group, logger)
  const opened = new AsyncDisposableStack()
  opened.defer(() => endConnections(kafka))
  try {
    const offsets = await openOffsets(kafka)
    opened.defer(() => offsets.close())
    const gitlab = openGitlab(consumer, gitlabWorkers, env, logger, metrics)
    opened.defer(() => gitlab.close())
    const eventOf = createEventOf(new Map(consumer.events.map((event) => [names.topic(event), event])))
    const decode = decoderOf({ consumer, settings, names, group, kafka, logger })
    const stored = createStoredRecords({ kafka, offsets, decode, eventOf })
    opened.defer(() => stored.close())
    const tools = { gitlab, metrics, readRecord: stored.read }
    const handler = await consumer.create(readVariables(consumer.variables, env), logger, tools)
    opened.defer(() => handler.close())
    const handled = await openHandled(consumer, settings.BRIDGE_DATA_DIR)
    const topicIds = createTopicIds(offsets)
    const made = { decode, eventOf, stored, handler, gitlab, topicIds, handled, logDeliveries }
    return { consumer, settings, names, group, logger, kafka, offsets, ...made }
  } catch (error) {
    // An error while closing would hide the reason why the worker does not start.
    await opened.disposeAsync().catch(() => undefined)
    throw error
  }
}

type DecoderParts = Pick<WorkerResources, 'consumer' | 'settings' | 'names' | 'group' | 'kafka' | 'logger'>

const decoderOf = ({ consumer, settings, names, group, kafka, logger }: DecoderParts): Decode => {
  const decode = createEventDecoder(consumer.events, createRegistry(settings, group))
  if (!consumer.wholeBodies) return decode
  const restore: Restore = (record, signal) => restoreBody(record, kafka, names.rawChunksTopic, signal)
  return withWholeBodies(decode, restore, logger)
}

const openGitlab = (
  { name: worker, gitlabApi }: Consumer,
  workers: readonly string[] | undefined,
  env: Environment,
  logger: Logger,
  metrics: Metrics,
): GitlabApis =>
  gitlabApi === undefined
    ? noGitlabApis
    : openGitlabApis({ worker, workers, scope: gitlabApi.scope, env, logger, metrics })

const openHandled = async ({ name, repeats }: Consumer, dataDir: string) =>
  repeats === 'harmless'
    ? undefined
    : await openHandledDeliveries(handledFolder(dataDir, name), repeats.skippedForDays)
