import { createFolder } from '../../lib/disk/create-folder.ts'
import { artifacts } from '../artifacts.ts'
import { classFlags } from '../class-archive.ts'
import { waitUntilReady } from '../process/wait-until-ready.ts'
import type { JavaServerOptions, Server } from '../server.ts'

/**
 * Starts the Apicurio registry with a database in a file. Resolves when its Confluent API answers.
 *
 * @returns `url` is a value for SCHEMA_REGISTRY_URL
 * @throws Error naming the log if the registry does not start
 */
export const startRegistry = async ({
  childProcesses,
  folder,
  logFile,
  port,
  java,
  jars,
  internalPort,
}: JavaServerOptions): Promise<Server> => {
  await createFolder(folder, 0o700)
  const child = await childProcesses.start({
    name: 'registry',
    command: java.command,
    args: [
      ...[
        '-Xms32m',
        '-Xmx224m',
        '-XX:+UseSerialGC',
        '-XX:TieredStopAtLevel=1',
        '-XX:-UsePerfData',
        '-XX:+ExitOnOutOfMemoryError',
      ],
      ...(await classFlags({ java, jars }, 'registry')),
      '-Dquarkus.http.host=127.0.0.1',
      `-Dquarkus.http.port=${port}`,
      '-Dquarkus.management.host=127.0.0.1',
      `-Dquarkus.management.port=${internalPort}`,
      '-Dquarkus.log.level=WARN',
      '-Dquarkus.log.category."io.apicurio".level=WARN',
      '-Dquarkus.http.access-log.enabled=false',
      '-Dapicurio.storage.sql.kind=h2',
      // Without WRITE_DELAY=0, a schema that is registered right before a kill is lost, and its id is used
      // again.
      '-Dapicurio.datasource.url=jdbc:h2:file:./registry;DB_CLOSE_ON_EXIT=FALSE;WRITE_DELAY=0',
      ...['-cp', artifacts.registry.classPath(jars), 'io.quarkus.runner.GeneratedMain'],
    ],
    env: {},
    cwd: folder,
    output: logFile,
    stopSignal: 'SIGTERM',
  })
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`
  await waitUntilReady(child, () => probeRegistry(url), { logFile })
  return { ...child, url, port }
}

const probeRegistry = async (url: string): Promise<void> => {
  const response = await fetch(`${url}/subjects`, { signal: AbortSignal.timeout(2000) })
  await response.arrayBuffer()
  if (!response.ok) throw new Error(`status ${response.status}`)
}
