import { readInstances } from '../../consumers/gitlab-api/read-instances.ts'
import { workerVariables } from '../../consumers/runtime/worker-variables.ts'
import { readSources } from '../../ingress/auth/read-sources.ts'
import { readIngressSettings, readSourcesSettings } from '../../ingress/config.ts'
import { readCertificates } from '../../ingress/http/certificates.ts'
import { readRegistryAccess, registryVariables } from '../../lib/avro/registry.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { ConfigError, type ConfigFault } from '../../lib/errors.ts'
import { createKafka, kafkaVariables } from '../../lib/kafka/client.ts'
import { quietLogger } from '../../lib/logger.ts'
import { gitlabWorkers } from '../workers/gitlab-workers.ts'

/**
 * Faults that keep a process from starting although every single variable is valid: variables that contradict
 * each other, or a file that a variable names.
 */
export const jointFaults = (env: Environment): readonly ConfigFault[] =>
  checks.flatMap((check) => faultsOf(() => check(env)))

/** Valid addresses, so that a missing or wrong address is not reported again here. */
const servers = { KAFKA_BROKERS: '127.0.0.1:9092', SCHEMA_REGISTRY_URL: 'http://127.0.0.1:8081' }

const checks: readonly ((env: Environment) => unknown)[] = [
  (env) => clientOf({ ...env, ...servers, KAFKA_SSL: '' }),
  (env) => clientOf({ ...env, ...servers, KAFKA_SASL_MECHANISM: '' }),
  (env) => readRegistryAccess(readVariables(registryVariables, { ...env, ...servers })),
  (env) => readVariables(workerVariables, env),
  ...gitlabWorkers.map((name) => (env: Environment) => readInstances(name, env, gitlabWorkers)),
  (env) => readIngressSettings({ ...only(env, 'INGRESS_'), ...servers }),
  (env) =>
    env.INGRESS_SOURCES_FILE && readSources(readSourcesSettings({ ...only(env, 'INGRESS_'), ...servers })),
  (env) => env.INGRESS_TLS_CERT_FILE && env.INGRESS_TLS_KEY_FILE && readCertificates(withoutEmpty(env)),
]

/** The client does not connect here. It connects when it is used. */
const clientOf = (env: Environment) =>
  createKafka(readVariables(kafkaVariables, env), 'config', quietLogger())

const only = (env: Environment, prefix: string): Environment =>
  Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith(prefix)))

/** An empty variable means the same as an unset one. */
const withoutEmpty = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value))

const faultsOf = (check: () => unknown): readonly ConfigFault[] => {
  try {
    check()
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
}
