import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { waitUntilReady } from '../process/wait-until-ready.ts'
import type { JavaServerOptions, Server } from '../server.ts'

/**
 * Starts the Apicurio registry on a file database. Resolves when its Confluent API answers.
 *
 * @returns url is the Confluent API, as SCHEMA_REGISTRY_URL wants it
 * @throws Error naming the log when it does not start
 */
export const startRegistry = async ({
  childProcesses,
  folder,
  logFile,
  port,
  java,
  jars,
  innerPort,
}: JavaServerOptions): Promise<Server> => {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const runner = (await readdir(jars)).find((name) => name.endsWith('-runner.jar')) ?? ''
  const child = await childProcesses.start({
    name: 'registry',
    command: java,
    args: [
      ...[
        '-Xms32m',
        '-Xmx224m',
        '-XX:+UseSerialGC',
        '-XX:TieredStopAtLevel=1',
        '-XX:-UsePerfData',
        '-XX:+ExitOnOutOfMemoryError',
      ],
      '-Dquarkus.http.host=127.0.0.1',
      `-Dquarkus.http.port=${port}`,
      '-Dquarkus.management.host=127.0.0.1',
      `-Dquarkus.management.port=${innerPort}`,
      '-Dquarkus.log.level=WARN',
      '-Dquarkus.log.category."io.apicurio".level=WARN',
      '-Dquarkus.http.access-log.enabled=false',
      '-Dapicurio.storage.sql.kind=h2',
      // Without WRITE_DELAY=0 a kill right after a registration forgot it, and its id was given to another schema.
      '-Dapicurio.datasource.url=jdbc:h2:file:./registry;DB_CLOSE_ON_EXIT=FALSE;WRITE_DELAY=0',
      ...['-cp', `${join(jars, runner)}:${join(jars, 'lib', '*')}`, 'io.quarkus.runner.GeneratedMain'],
    ],
    env: {},
    cwd: folder,
    output: logFile,
    stopSignal: 'SIGTERM',
  })
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`
  await waitUntilReady(child, () => registryAnswers(url), { logFile })
  return { ...child, url, port }
}

const registryAnswers = async (url: string): Promise<void> => {
  const response = await fetch(`${url}/subjects`, { signal: AbortSignal.timeout(2000) })
  await response.arrayBuffer()
  if (!response.ok) throw new Error(`status ${response.status}`)
}
