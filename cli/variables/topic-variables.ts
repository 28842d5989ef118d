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
    .default(6)
    .describe(
      'Partitions of every event topic, so that a project stays in one process. Topics that exist keep theirs; new ones follow them.',
    ),
  KAFKA_REPLICATION_FACTOR: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe('Replicas of a new topic; unset: 3, or as many as there are brokers.'),
  KAFKA_COMPRESSION_TYPE: z
    .enum(['uncompressed', 'gzip', 'zstd'])
    .default('uncompressed')
    .describe('How brokers keep event topics; not every client reads zstd.'),
  KAFKA_RETENTION_HISTORY_DAYS: days('forever').describe(
    'How long project, group, user and membership events are kept.',
  ),
  KAFKA_RETENTION_ACTIVITY_DAYS: days('90').describe(
    'How long pushes, merge requests, issues and notes are kept.',
  ),
  KAFKA_RETENTION_PIPELINES_DAYS: days('14').describe('How long pipelines, jobs and deployments are kept.'),
})
