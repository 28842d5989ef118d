import type { Environment } from '../../lib/config.ts'
import { checkAlerts } from './checks/alerts.ts'
import { checkCertificates } from './checks/certificates.ts'
import { checkConfiguration } from './checks/configuration.ts'
import { checkDatabase } from './checks/database.ts'
import { checkDisk } from './checks/disk.ts'
import { checkKafka } from './checks/kafka.ts'
import { checkRegistry } from './checks/registry.ts'
import { checkRoutesFile } from './checks/routes.ts'
import type { Check } from './examine.ts'

/** What `bridge doctor` checks, in this order. @param given the environment of the user alone */
export const allChecks = (given: Environment): Check[] => [
  {
    check: 'configuration',
    find: (env) => checkConfiguration(env, given),
    todo: 'run `bridge config`',
  },
  {
    check: 'brokers',
    find: checkKafka,
    todo: 'correct KAFKA_BROKERS, the network, the credentials or the rights (docs/kafka-rights.md)',
  },
  { check: 'registry', find: checkRegistry, todo: 'correct SCHEMA_REGISTRY_URL, or start the registry' },
  { check: 'database', find: checkDatabase, todo: 'correct DATABASE_URL, or start the database' },
  { check: 'disks', find: checkDisk, todo: 'correct INGRESS_SPOOL_DIR or BRIDGE_DATA_DIR' },
  { check: 'certificates', find: (env) => checkCertificates(env), todo: 'correct the files' },
  { check: 'routes', find: checkRoutesFile, todo: 'run `bridge routes check`' },
  { check: 'alerts', find: checkAlerts, todo: 'correct ALERTMANAGER_URL, or start Alertmanager' },
]
