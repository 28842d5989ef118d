import { consumers } from '../../../consumers/index.ts'
import { logFollowers } from '../../../consumers/workers.ts'
import { type Environment, itemsOf, readVariables } from '../../../lib/config.ts'
import { UsageError } from '../../../lib/errors.ts'
import { kafkaVariables } from '../../../lib/kafka/client.ts'
import { type EventType, eventTypes } from '../../../schemas/catalogue.ts'
import { createNames, type Names } from '../../../schemas/topics.ts'
import { topicVariables } from '../../variables/topic-variables.ts'
import { topicsOf } from '../topic-list.ts'
import { aclCommands } from './print-acls.ts'
import { strimziResources } from './print-strimzi.ts'
import { type ProcessRights, rightsOfProcesses, rightsOfSubscriber } from './process-rights.ts'

/** Whose rights are printed: those of our processes, or those of a team that subscribes. */
export interface PrintedRights {
  subscriber?: string | undefined
  /** Events, comma separated. */
  topics?: string | undefined
}

/**
 * What `bridge setup --print acls` and `--print strimzi` print. Nothing is asked of a cluster.
 *
 * @throws UsageError if an option is missing or names no event
 */
export const printedRights = (
  form: 'acls' | 'strimzi',
  env: Environment,
  { subscriber, topics }: PrintedRights,
): string => {
  const { KAFKA_TOPIC_PREFIX } = readVariables(kafkaVariables.pick({ KAFKA_TOPIC_PREFIX: true }), env)
  const names = createNames(KAFKA_TOPIC_PREFIX)
  const rights =
    subscriber === undefined ? ownRights(names, topics) : [subscription(names, subscriber, topics)]
  const userOf = (process: string) => (process === subscriber ? process : `gitlab-bridge-${process}`)
  if (form === 'acls') return aclCommands(rights, userOf)
  const settings = readVariables(topicVariables, env)
  const wanted = subscriber === undefined ? topicsOf(settings, names, consumers) : []
  return strimziResources(rights, userOf, wanted, settings.KAFKA_REPLICATION_FACTOR ?? 3)
}

const ownRights = (names: Names, topics: string | undefined): ProcessRights[] => {
  if (topics !== undefined)
    throw new UsageError('--topics needs --subscriber: it names the topics of a team.')
  return rightsOfProcesses(
    names,
    consumers.map(({ name }) => name),
    logFollowers.map(({ name }) => name),
  )
}

const subscription = (names: Names, subscriber: string, topics: string | undefined): ProcessRights => {
  const events = itemsOf(topics ?? '', ',')
  if (!/^[a-z0-9][a-z0-9.-]*$/.test(subscriber))
    throw new UsageError('--subscriber must be a name of lower-case letters, digits, dots and hyphens.')
  // The right to groups is a prefix. With such a name, the team could take partitions from our workers.
  const ours = names.group('')
  if (ours.startsWith(subscriber) || subscriber.startsWith(ours))
    throw new UsageError(
      `--subscriber ${subscriber}: the consumer groups of the bridge begin with that name.`,
    )
  if (events.length === 0)
    throw new UsageError('--subscriber needs --topics, such as --topics push,merge_request.')
  const unknown = events.find((event) => !eventTypes.some((type) => type === event))
  if (unknown !== undefined)
    throw new UsageError(`--topics: there is no event ${unknown}. See docs/events.md.`)
  return rightsOfSubscriber(
    subscriber,
    events.map((event) => names.topic(event as EventType)),
  )
}
