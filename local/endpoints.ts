import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from '../lib/disk/write-atomically.ts'

/** The addresses of a running stack: the content of `endpoints.json`. Other programs rely on its keys. */
export interface Endpoints {
  hook_url: string
  /** Null if the user has configured only signing tokens. */
  secret_token: string | null
  kafka_brokers: string
  /** Whether the stack runs Kafka itself. Otherwise it publishes to the brokers of KAFKA_BROKERS. */
  kafka_is_embedded: boolean
  schema_registry_url: string
  database_url: string
  /** The database with a role that only reads the audit log; null if the user has set it in a file. */
  audit_reader_url: string | null
  /** Process → its metrics URL: `ingress`, each running worker, `lag-exporter`. */
  metrics: Readonly<Record<string, string>>
  feed_url: string | null
  directory_url: string | null
}

const fileOf = (dataDir: string) => join(dataDir, 'endpoints.json')

/** Must be called only when every configured process is ready. */
export const writeEndpoints = (dataDir: string, endpoints: Endpoints): Promise<void> =>
  writeAtomically(fileOf(dataDir), `${JSON.stringify(endpoints, null, 2)}\n`)

/** Removes `endpoints.json` if it exists. */
export const removeEndpoints = (dataDir: string): Promise<void> => rm(fileOf(dataDir), { force: true })
