import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { killAndWait } from '../../helpers/faults/fault-suite.ts'
import type { Fault } from '../fault.ts'

const name = 'ingress-of-today'

/** A registry that has ended, and an ingress that starts then, as after a deployment. */
export const registryGone: Fault = {
  name: 'registry-gone',
  title: 'The registry is killed, and a further ingress starts without it',
  pages: ['RegistryHasNotAnswered'],
  mayPage: { WorkerIsStalled: 'a worker that meets a schema for the first time needs the registry' },
  within: '20m',
  inject: async ({ servers, stack, addIngress, removeIngress }) => {
    await killAndWait(servers.server('registry'))
    const dataDir = await stack.temporaryFolder()
    const idsFile = 'schema-ids.json'
    await copyFile(join(String(stack.env.BRIDGE_DATA_DIR), idsFile), join(dataDir, idsFile))
    await addIngress(name, { BRIDGE_DATA_DIR: dataDir })
    return {
      mend: async () => {
        await servers.startAgain('registry')
        await removeIngress(name)
      },
    }
  },
  exitCodes: { 'bridge doctor': 1 },
}
