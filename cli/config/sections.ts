import { z } from 'zod'
import { gitlabApiVariables } from '../../consumers/gitlab-api/variables.ts'
import { consumers } from '../../consumers/index.ts'
import { ownVariablesOf, workerVariables } from '../../consumers/runtime/worker-variables.ts'
import { logFollowers } from '../../consumers/workers.ts'
import { ingressVariables } from '../../ingress/config.ts'
import { registryVariables } from '../../lib/avro/registry-settings.ts'
import type { Variables } from '../../lib/config.ts'
import { operationsVariables } from '../../lib/http/operations-variables.ts'
import { kafkaVariables } from '../../lib/kafka/client.ts'
import { loggerVariables } from '../../lib/logger.ts'
import { localPortVariables } from '../../local/local-ports.ts'
import { databaseVariablesOf } from '../variables/database-variables.ts'
import { doctorVariables } from '../variables/doctor-variables.ts'
import { lagExporterVariables } from '../variables/lag-exporter-variables.ts'
import { topicVariables } from '../variables/topic-variables.ts'
import { usedWorkersVariables } from '../variables/used-workers.ts'

const localVariables = z.object({
  ...localPortVariables.shape,
  BRIDGE_CACHE_DIR: z
    .string()
    .optional()
    .describe("Folder for the downloads of the local stack. Unset: the user's cache folder."),
})

/** Every variable that the bridge reads, grouped by the part that reads it. */
export const sections: readonly { name: string; variables: Variables }[] = [
  { name: 'kafka', variables: kafkaVariables },
  { name: 'registry', variables: registryVariables },
  { name: 'setup', variables: topicVariables },
  { name: 'database', variables: databaseVariablesOf(consumers) },
  { name: 'ingress', variables: ingressVariables },
  { name: 'which workers', variables: usedWorkersVariables(consumers) },
  { name: 'workers', variables: workerVariables },
  { name: 'gitlab api', variables: gitlabApiVariables },
  ...consumers.map((consumer) => ({ name: consumer.name, variables: ownVariablesOf(consumer) })),
  ...logFollowers.map(({ name, variables }) => ({ name, variables })),
  { name: 'lag-exporter', variables: lagExporterVariables },
  { name: 'every process', variables: operationsVariables(9464) },
  { name: 'logging', variables: loggerVariables },
  { name: 'doctor', variables: doctorVariables },
  { name: 'local stack', variables: localVariables },
]
