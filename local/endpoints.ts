import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from '../lib/disk/write-atomically.ts'

/** Where a running stack is found: the content of `endpoints.json`, whose keys other programs rely on. */
export interface Endpoints {
  hook_url: string
  /** Null when the user configured signing tokens alone. */
  secret_token: string | null
  kafka_brokers: string
  schema_registry_url: string
  database_url: string
  /** By process: `ingress`, each running worker, `lag-exporter`. */
  metrics: Readonly<Record<string, string>>
  feed_url: string | null
  directory_url: string | null
}

const fileOf = (dataDir: string) => join(dataDir, 'endpoints.json')

/** Says where everything is; to be called when every configured process is ready. */
export const writeEndpoints = (dataDir: string, endpoints: Endpoints): Promise<void> =>
  writeAtomically(fileOf(dataDir), `${JSON.stringify(endpoints, null, 2)}\n`)

/** Takes it back. */
export const removeEndpoints = (dataDir: string): Promise<void> => rm(fileOf(dataDir), { force: true })
