import { UsageError } from '../lib/errors.ts'
import { requireAccess, topicNeeds } from '../lib/kafka/access.ts'
import { listTopicNames } from '../lib/kafka/topic-names.ts'
import { isEventType } from '../schemas/catalogue.ts'
import type { KafkaAccess } from './clients.ts'

/**
 * Finds out which of the topics that a command reads do not exist. An empty result of such a command would
 * otherwise look like good news.
 *
 * @returns the topics that do not exist; some of the others do
 * @throws UsageError if none of them exists. It says which topics of the bridge the cluster has. Also if the
 *   user may not see or read a topic
 */
export const requireTopics = async (
  { kafka, names }: Pick<KafkaAccess, 'kafka' | 'names'>,
  wanted: readonly string[],
): Promise<string[]> => {
  const existing = new Set(await listTopicNames(kafka, wanted))
  const missing = wanted.filter((topic) => !existing.has(topic))
  // A topic that the user may not describe looks as if it did not exist.
  await requireAccess(kafka, topicNeeds('Describe', missing))
  if (missing.length < wanted.length || wanted.length === 0) return missing
  const prefix = names.topic('push').slice(0, -'gitlab.push'.length)
  throw new UsageError(noTopicsText(wanted, prefix, await listTopicNames(kafka, 'all')))
}

/** The same for a command that reads the records of the topics. */
export const requireReadableTopics = async (
  access: Pick<KafkaAccess, 'kafka' | 'names'>,
  wanted: readonly string[],
): Promise<string[]> => {
  const missing = await requireTopics(access, wanted)
  const present = wanted.filter((topic) => !missing.includes(topic))
  await requireAccess(access.kafka, topicNeeds('Read', present))
  return missing
}

/** @param existing the names of all topics of the cluster */
export const noTopicsText = (
  wanted: readonly string[],
  prefix: string,
  existing: readonly string[],
): string => {
  const others = wanted.length > 1 ? ` and no other topic that the command reads` : ''
  const start =
    `There is no topic ${wanted[0]}${others}. ` +
    `KAFKA_TOPIC_PREFIX is ${prefix === '' ? 'not set' : `"${prefix}"`}.`
  const prefixes = prefixesOf(existing)
  if (prefixes.length === 0) return `${start} Kafka has no topic of the bridge at all. Run \`bridge setup\`.`
  const texts = prefixes.map((each) => (each === '' ? 'no prefix' : `"${each}"`)).join(', ')
  return (
    `${start} Kafka has topics of the bridge with: ${texts}. ` +
    'Set KAFKA_TOPIC_PREFIX to the prefix of your installation, or run `bridge setup`.'
  )
}

/** The prefixes of all topics for events. */
const prefixesOf = (topics: readonly string[]): string[] => {
  const found = topics.flatMap((topic) => {
    const [, prefix = '', event = ''] = /^(.*)gitlab\.([a-z_]+)$/.exec(topic) ?? []
    return isEventType(event) ? [prefix] : []
  })
  return [...new Set(found)].sort()
}

/**
 * Says on standard error that topics do not exist, and lets the command end with exit code 1: its output is
 * not complete.
 */
export const reportMissingTopics = (missing: readonly string[]): void => {
  if (missing.length === 0) return
  console.error(
    `The output is not complete. These topics do not exist: ${missing.join(', ')}. Run \`bridge setup\`.`,
  )
  process.exitCode = 1
}
