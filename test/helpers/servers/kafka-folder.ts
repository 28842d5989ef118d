import { join } from 'node:path'
import type { Environment } from '../../../lib/config.ts'
import { openDataFolder } from '../../../local/data-folder.ts'
import { artifactFolder, fetchArtifacts } from '../../../local/fetch-artifacts.ts'
import { findJava } from '../../../local/java.ts'
import type { ChildProcesses } from '../../../local/process/child-processes.ts'
import type { JavaServerOptions } from '../../../local/server.ts'

/** A data folder in which tests run Kafka nodes. */
export interface KafkaFolder {
  childProcesses: ChildProcesses
  /** The options with which a node of this name is started. */
  optionsOf(name: string, ports: { port: number; internalPort: number }): JavaServerOptions
  /** Stops the nodes. The data is kept. */
  close(): Promise<void>
}

/** Downloads Kafka if necessary, and locks the data folder. */
export const openKafkaFolder = async (
  dataDir: string,
  cacheDir: string,
  env: Environment,
): Promise<KafkaFolder> => {
  const java = await findJava(env)
  await fetchArtifacts(['kafka'], { cacheDir, env, print: () => {} })
  const { childProcesses, release } = await openDataFolder(dataDir)
  return {
    childProcesses,
    optionsOf: (name, ports) => ({
      ...ports,
      childProcesses,
      folder: join(dataDir, name),
      logFile: join(dataDir, 'logs', `${name}.log`),
      java,
      jars: artifactFolder(cacheDir, 'kafka'),
    }),
    close: async () => {
      await childProcesses.close([])
      await release()
    },
  }
}
