import { z } from 'zod'
import { registryVariables } from '../../lib/avro/registry.ts'
import { dataFolder } from '../../lib/config.ts'
import { operationsVariables } from '../../lib/http/operations-server.ts'
import { kafkaVariables } from '../../lib/kafka/client.ts'
import type { Consumer } from '../consumer.ts'

const variables = z.object({
  BRIDGE_DATA_DIR: dataFolder(),
  CONSUMER_ATTEMPTS: z.coerce
    .number()
    .int()
    .min(1)
    .default(5)
    .describe('How often a record is tried before it is put aside.'),
  CONSUMER_TIMEOUT_SECONDS: z.coerce
    .number()
    .positive()
    .default(30)
    .describe('How long one attempt may take.'),
  CONSUMER_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .default(3)
    .describe('How many partitions are handled at a time.'),
  CONSUMER_SESSION_SECONDS: z.coerce
    .number()
    .min(6)
    .default(45)
    .describe('How long a worker may be silent before its partitions go to others.'),
  CONSUMER_STALL_SECONDS: z.coerce
    .number()
    .positive()
    .default(120)
    .describe(
      'How long nothing may move, with records waiting, before the Kafka client is replaced; longer than one attempt may take.',
    ),
})

type Times = Pick<z.output<typeof variables>, 'CONSUMER_STALL_SECONDS' | 'CONSUMER_TIMEOUT_SECONDS'>

const leavesTimeToHandle = (times: Times) => times.CONSUMER_STALL_SECONDS > times.CONSUMER_TIMEOUT_SECONDS
const tooShort = {
  path: ['CONSUMER_STALL_SECONDS'],
  error:
    'must be more than CONSUMER_TIMEOUT_SECONDS: a handler that uses its time would be taken for one that hangs',
}

export const workerVariables = variables.refine(leavesTimeToHandle, tooShort)

/** Everything a worker reads from the environment, its own part included. */
export const variablesOf = (consumer: Consumer) =>
  z
    .object({
      ...operationsVariables(consumer.metricsPort).shape,
      ...kafkaVariables.shape,
      ...registryVariables.shape,
      ...variables.shape,
      ...consumer.variables.shape,
    })
    .refine(leavesTimeToHandle, tooShort)
