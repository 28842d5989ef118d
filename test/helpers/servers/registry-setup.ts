// `--test-global-setup` of the end-to-end tests: they start brokers of their own, and share a registry.
import { type Servers, startServers } from './servers.ts'
import { sharedRegistryVariable } from './shared-registry.ts'

let servers: Servers | undefined

export const globalSetup = async (): Promise<void> => {
  servers = await startServers(['registry'])
  process.env[sharedRegistryVariable] = servers.schemaRegistryUrl
}

export const globalTeardown = async (): Promise<void> => {
  await servers?.remove()
}
