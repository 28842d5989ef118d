import { createRegistry, registryVariables } from '../../../lib/avro/registry.ts'
import { type Environment, readVariables } from '../../../lib/config.ts'
import { PermanentError } from '../../../lib/errors.ts'
import { kafkaVariables } from '../../../lib/kafka/client.ts'
import { catalogue, eventTypes } from '../../../schemas/catalogue.ts'
import { wireSchema } from '../../../schemas/load.ts'
import { createNames } from '../../../schemas/topics.ts'
import type { Finding } from '../finding.ts'

/** Whether the registry has the schema of every event as this version writes it. */
export const checkRegistry = async (env: Environment): Promise<Finding[]> => {
  const registry = createRegistry(readVariables(registryVariables, env), 'doctor')
  const names = createNames(readVariables(kafkaVariables, env).KAFKA_TOPIC_PREFIX)
  const missing: string[] = []
  for (const event of eventTypes) {
    const subject = names.subject(names.topic(event))
    try {
      await registry.idOf(subject, wireSchema(catalogue[event].schema))
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error
      missing.push(subject)
    }
  }
  if (missing.length === 0)
    return [
      { check: 'registry', state: 'ok', says: `It has the schemas of all ${eventTypes.length} events.` },
    ]
  return [
    {
      check: 'registry',
      state: 'problem',
      says: `It does not have the schema of ${missing.length} subjects, such as ${missing[0]}.`,
      todo: 'run `bridge setup` of this version',
    },
  ]
}
