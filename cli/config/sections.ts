import { consumers } from '../../consumers/index.ts'
import { workerVariables } from '../../consumers/worker.ts'
import { ingressVariables } from '../../ingress/config.ts'
import type { Variables } from '../../lib/config.ts'
import { kafkaVariables } from '../../lib/kafka.ts'
import { loggerVariables } from '../../lib/logger.ts'
import { operationsVariables } from '../../lib/operations.ts'
import { registryVariables } from '../../lib/registry.ts'
import { databaseVariables } from '../setup/set-up.ts'
import { topicVariables } from '../setup/topics.ts'

/** Every variable the bridge reads, by who reads it. */
export const sections: readonly { name: string; variables: Variables }[] = [
  { name: 'kafka', variables: kafkaVariables },
  { name: 'registry', variables: registryVariables },
  { name: 'setup', variables: topicVariables },
  { name: 'database', variables: databaseVariables },
  { name: 'ingress', variables: ingressVariables },
  { name: 'workers', variables: workerVariables },
  ...consumers.map(({ name, variables }) => ({ name, variables })),
  { name: 'every process', variables: operationsVariables(9464) },
  { name: 'logging', variables: loggerVariables },
]
