import { z } from 'zod'

const days = (value: string) =>
  z
    .string()
    .regex(/^(forever|[1-9]\d{0,4})$/, 'must be a number of days, or forever')
    .default(value)

/** How `bridge setup` creates topics. */
export const topicVariables = z.object({
  KAFKA_TOPIC_PARTITIONS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(6)
    .describe(
      'Partitions of each new topic for events. All these topics have the same number, so that one process ' +
        'handles all events of a project. `bridge setup` refuses existing topics with another number.',
    ),
  KAFKA_REPLICATION_FACTOR: z.coerce
    .number()
    .int()
    .min(1)
    .max(32_767)
    .optional()
    .describe('Number of replicas of each new topic. Unset: 3, or the number of brokers if there are fewer.'),
  KAFKA_TOPIC_MAX_MESSAGE_BYTES: z.coerce
    .number()
    .int()
    .min(100_000)
    .max(100 * 1024 * 1024)
    .default(32 * 1024 * 1024)
    .describe(
      'Largest request for each new topic (max.message.bytes). Lower it if the cluster forbids so much: ' +
        'the body of a larger hook then goes in pieces to gitlab.raw-chunks.',
    ),
  KAFKA_COMPRESSION_TYPE: z
    .enum(['uncompressed', 'gzip', 'zstd'])
    .default('uncompressed')
    .describe(
      'How brokers store the records: uncompressed, gzip or zstd. Not every Kafka client can read zstd.',
    ),
  KAFKA_RETENTION_HISTORY_DAYS: days('forever').describe(
    'How many days project, group, user and membership events are kept, or forever.',
  ),
  KAFKA_RETENTION_ACTIVITY_DAYS: days('90').describe(
    'How many days pushes, merge requests, issues and notes are kept, or forever.',
  ),
  KAFKA_RETENTION_PIPELINES_DAYS: days('14').describe(
    'How many days pipelines, jobs and deployments are kept, or forever.',
  ),
})
