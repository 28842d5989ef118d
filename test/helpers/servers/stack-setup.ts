// `--test-global-setup`: one stack for all test files of a run.
import { type Servers, startServers } from './servers.ts'

let servers: Servers | undefined

/** What test files need of the shared stack; they get it by this variable. */
export interface SharedStack {
  kafkaBrokers: string
  schemaRegistryUrl: string
  databaseUrl: string
  kafkaPid: number
}

export const sharedStackVariable = 'BRIDGE_TEST_STACK'

export const globalSetup = async (): Promise<void> => {
  servers = await startServers()
  process.env[sharedStackVariable] = JSON.stringify(sharedStackOf(servers))
}

export const globalTeardown = async (): Promise<void> => {
  await servers?.remove()
}

export const sharedStackOf = ({
  kafkaBrokers,
  schemaRegistryUrl,
  databaseUrl,
  server,
}: Servers): SharedStack => ({
  kafkaBrokers,
  schemaRegistryUrl,
  databaseUrl,
  kafkaPid: server('kafka').pid,
})
