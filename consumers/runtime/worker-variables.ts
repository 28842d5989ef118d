import { z } from 'zod'
import { registryVariables } from '../../lib/avro/registry-settings.ts'
import { count, dataFolder, flag, seconds, type Variables } from '../../lib/config.ts'
import { operationsVariables } from '../../lib/http/operations-variables.ts'
import { kafkaVariables } from '../../lib/kafka/client.ts'
import type { Consumer } from '../consumer.ts'
import { gitlabApiVariablesOf } from '../gitlab-api/variables.ts'

const variables = z.object({
  BRIDGE_DATA_DIR: dataFolder(),
  CONSUMER_ATTEMPTS: count()
    .default(5)
    .describe('How often a record is tried before it becomes a dead letter.'),
  CONSUMER_TIMEOUT_SECONDS: seconds()
    .positive()
    .default(30)
    .describe('Time limit of one attempt to handle a record.'),
  CONSUMER_CONCURRENCY: count().default(3).describe('How many partitions a worker handles at the same time.'),
  CONSUMER_SESSION_SECONDS: seconds()
    .min(6)
    .default(45)
    .describe('After this time without a heartbeat, the partitions of a worker go to other processes.'),
  CONSUMER_STALL_SECONDS: seconds()
    .positive()
    .default(120)
    .describe(
      'After this time without progress while records wait, the Kafka client is replaced. ' +
        'It must be more than CONSUMER_TIMEOUT_SECONDS.',
    ),
  CONSUMER_MAX_AGE_HOURS: z.coerce
    .number()
    .positive()
    .max(87_600)
    .optional()
    .describe(
      'A worker that begins now does not handle older records. Unset: what the worker itself says. ' +
        'It has no effect on workers that begin at the oldest record.',
    ),
  BRIDGE_LET_WORKERS_ACT: flag()
    .default(false)
    .describe(
      'Let workers act outside of the bridge also on invented events, such as those of `bridge send`.',
    ),
})

type Times = Pick<z.output<typeof variables>, 'CONSUMER_STALL_SECONDS' | 'CONSUMER_TIMEOUT_SECONDS'>

const leavesTimeToHandle = (times: Times) => times.CONSUMER_STALL_SECONDS > times.CONSUMER_TIMEOUT_SECONDS
const tooShort = {
  path: ['CONSUMER_STALL_SECONDS'],
  error:
    'must be more than CONSUMER_TIMEOUT_SECONDS, or a handler that uses all its time is taken for a hung one',
}

/** The variables that every worker reads, whatever it does. */
export const workerVariables = variables.refine(leavesTimeToHandle, tooShort)

/** All variables that a worker reads, including its own ones. */
export const variablesOf = (consumer: Consumer) =>
  z
    .object({
      ...operationsVariables(consumer.metricsPort).shape,
      ...kafkaVariables.shape,
      ...registryVariables.shape,
      ...variables.shape,
      ...ownVariablesOf(consumer).shape,
    })
    .refine(leavesTimeToHandle, tooShort)

/** The variables of one worker, with those of GitLab's API if it calls that. */
export const ownVariablesOf = ({ name, variables: own, gitlabApi }: Consumer): Variables =>
  gitlabApi === undefined ? own : z.object({ ...own.shape, ...gitlabApiVariablesOf(name).shape })
