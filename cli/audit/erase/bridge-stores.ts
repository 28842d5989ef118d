import { z } from 'zod'
import type { StoreReport } from '../../../consumers/personal-data/personal-data.ts'
import { type Environment, readVariables } from '../../../lib/config.ts'
import { catalogue, eventTypes, type Retention } from '../../../schemas/catalogue.ts'
import { createNames } from '../../../schemas/topics.ts'
import { topicVariables } from '../../variables/topic-variables.ts'

const dayMs = 24 * 60 * 60 * 1000

const variables = z.object({
  ...topicVariables.shape,
  KAFKA_TOPIC_PREFIX: z.string().default(''),
})

/** What the stores hold that belong to no worker: topics, the spool, logs. @param now in milliseconds */
export const bridgeStores = (env: Environment, now: number): StoreReport[] => {
  const settings = readVariables(variables, env)
  const names = createNames(settings.KAFKA_TOPIC_PREFIX)
  const days = {
    history: settings.KAFKA_RETENTION_HISTORY_DAYS,
    activity: settings.KAFKA_RETENTION_ACTIVITY_DAYS,
    pipelines: settings.KAFKA_RETENTION_PIPELINES_DAYS,
  } as const satisfies Record<Retention, string>
  const topic = (store: string, kept: string, what: string): StoreReport =>
    kept === 'forever'
      ? { store, state: 'cannot', why: `${what} are kept for ever, and Kafka deletes no single record` }
      : { store, state: 'expires', at: new Date(now + (Number(kept) + 1) * dayMs), what }
  const classes = Object.keys(days) as Retention[]
  return [
    ...classes.map((retention) =>
      topic(
        `topics ${topicsOf(retention, names.topic)}`,
        days[retention],
        `records of the class ${retention}`,
      ),
    ),
    topic(`topic ${names.rawChunksTopic}`, days.history, 'pieces of large bodies'),
    topic(`topics ${names.retryTopic('*')}`, '30', 'redriven dead letters'),
    ...kept(names.deadLetterTopic('*'), names.operationsTopic),
  ]
}

const topicsOf = (retention: Retention, topicOf: (event: (typeof eventTypes)[number]) => string): string =>
  eventTypes
    .filter((event) => catalogue[event].retention === retention && event !== 'interval')
    .map(topicOf)
    .join(', ')

const kept = (deadLetters: string, operations: string): StoreReport[] => [
  {
    store: `topics ${deadLetters}`,
    state: 'cannot',
    why: 'an open dead letter never expires: `bridge dead-letters` redrives or discards it, which deletes it',
  },
  {
    store: `topic ${operations}`,
    state: 'cannot',
    why: 'it says for ever who settled which dead letter, and why',
  },
  {
    store: 'the spool of each ingress, and its folder set-aside',
    state: 'cannot',
    why:
      'hooks that wait are published later. The audit log leaves the person out of them, and other workers ' +
      'handle them as new: erase again when `bridge spool inspect` shows none; publish or delete what ' +
      'is set aside',
  },
  {
    store: 'backups that are restored, and workers that are rebuilt',
    state: 'cannot',
    why:
      'a backup from before this erasure has the person, and so has Kafka: after a restore, run ' +
      '`bridge audit reapply-erasures`; after `bridge rebuild` of another worker than the audit log, erase ' +
      'the person again',
  },
  {
    store: 'logs of the processes, traces, and messages that workers have sent',
    state: 'cannot',
    why: 'the bridge does not reach them: they expire where they are kept',
  },
]
