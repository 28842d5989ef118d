import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheFolder } from '../../../local/artifacts.ts'
import { openDataFolder } from '../../../local/data-folder.ts'
import { artifactFolder, fetchArtifacts } from '../../../local/fetch-artifacts.ts'
import { findJava } from '../../../local/java.ts'
import { startKafka } from '../../../local/kafka/kafka.ts'
import { choosePorts } from '../../../local/ports.ts'
import type { ChildProcesses } from '../../../local/process/child-processes.ts'

/** A broker that asks its access control lists; everybody may do what none of them mentions. */
export interface KafkaWithAcls {
  /** As KAFKA_BROKERS wants it. */
  brokers: string
  /** Stops it and removes its data. */
  remove(): Promise<void>
}

const settings = {
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'allow.everyone.if.no.acl.found': true,
}

export const startKafkaWithAcls = async (): Promise<KafkaWithAcls> => {
  const cacheDir = cacheFolder(process.env)
  const java = await findJava(process.env)
  await fetchArtifacts(['kafka'], { cacheDir, env: process.env, print: () => {} })
  const dataDir = await mkdtemp(join(tmpdir(), 'bridge-test-acls-'))
  const { childProcesses, release } = await openDataFolder(dataDir)
  const remove = async () => {
    await childProcesses.close([])
    await release()
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    const wanted = { variable: 'KAFKA_BROKERS', preferred: 0 }
    const { ports, release: releasePorts } = await choosePorts(
      { broker: wanted, controller: wanted },
      () => {},
    )
    await releasePorts()
    const kafka = await startKafka({
      childProcesses: withSettings(childProcesses),
      folder: join(dataDir, 'kafka'),
      logFile: join(dataDir, 'logs', 'kafka.log'),
      port: ports.broker,
      internalPort: ports.controller,
      java,
      jars: artifactFolder(cacheDir, 'kafka'),
    })
    return { brokers: kafka.url, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

/** The broker itself, unlike the tool that formats its disk, takes settings on its command line. */
const withSettings = (childProcesses: ChildProcesses): ChildProcesses => ({
  ...childProcesses,
  start: (options) => {
    const overrides = Object.entries(settings).flatMap(([name, value]) => ['--override', `${name}=${value}`])
    return childProcesses.start(
      options.name === 'kafka' ? { ...options, args: [...options.args, ...overrides] } : options,
    )
  },
})
