import { after } from 'node:test'
import { startServers } from './servers.ts'

/** Set by the global setups: the address of the registry of the run. */
export const sharedRegistryVariable = 'BRIDGE_TEST_REGISTRY'

/**
 * The address of the registry that the test files of a run share. Each file has subjects of its own there. A
 * file that freezes or kills its registry must start its own. A file that runs alone starts one that ends
 * with it.
 */
export const openSharedRegistry = async (): Promise<string> => {
  const given = process.env[sharedRegistryVariable]
  if (given !== undefined) return given
  const servers = await startServers(['registry'])
  after(() => servers.remove())
  return servers.schemaRegistryUrl
}
