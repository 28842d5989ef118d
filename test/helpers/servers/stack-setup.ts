// `--test-global-setup` of the integration tests: one stack for all test files of a run.
import { type Servers, startServers } from './servers.ts'
import { sharedRegistryVariable } from './shared-registry.ts'

let servers: Servers | undefined

/** What test files need to know of the shared stack. They read it from the variable below, as JSON. */
export interface SharedStack {
  kafkaBrokers: string
  schemaRegistryUrl: string
  /** Empty where the servers include no database. */
  databaseUrl: string
}

export const sharedStackVariable = 'BRIDGE_TEST_STACK'

export const globalSetup = async (): Promise<void> => {
  servers = await startServers()
  process.env[sharedStackVariable] = JSON.stringify(sharedStackOf(servers))
  process.env[sharedRegistryVariable] = servers.schemaRegistryUrl
}

export const globalTeardown = async (): Promise<void> => {
  await servers?.remove()
}

export const sharedStackOf = ({
  kafkaBrokers,
  schemaRegistryUrl,
  databaseUrl,
}: Pick<Servers, keyof SharedStack>): SharedStack => ({ kafkaBrokers, schemaRegistryUrl, databaseUrl })
