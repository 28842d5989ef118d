import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheFolder } from '../../../local/artifacts.ts'
import { choosePorts } from '../../../local/choose-ports.ts'
import { startKafka } from '../../../local/kafka/kafka.ts'
import type { ChildProcesses } from '../../../local/process/child-processes.ts'
import { openKafkaFolder } from './kafka-folder.ts'

/** A broker that checks access control lists. An action that no list mentions is allowed for everyone. */
export interface KafkaWithAcls {
  /** A value for KAFKA_BROKERS. */
  brokers: string
  /** Stops the broker and removes its data. */
  remove(): Promise<void>
}

const settings = {
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'allow.everyone.if.no.acl.found': true,
}

export const startKafkaWithAcls = async (): Promise<KafkaWithAcls> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'bridge-test-acls-'))
  const folder = await openKafkaFolder(dataDir, cacheFolder(process.env), process.env)
  const remove = async () => {
    await folder.close()
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    const wanted = { variable: 'KAFKA_BROKERS', preferred: 0 }
    const { ports, release } = await choosePorts({ broker: wanted, controller: wanted }, () => {})
    await release()
    const options = folder.optionsOf('kafka', { port: ports.broker, internalPort: ports.controller })
    const kafka = await startKafka({ ...options, childProcesses: withSettings(folder.childProcesses) })
    return { brokers: kafka.url, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

/**
 * Adds the settings to the command line of the broker. The tool that formats its disk does not accept them.
 */
const withSettings = (childProcesses: ChildProcesses): ChildProcesses => ({
  ...childProcesses,
  start: (options) => {
    const overrides = Object.entries(settings).flatMap(([name, value]) => ['--override', `${name}=${value}`])
    return childProcesses.start(
      options.name === 'kafka' ? { ...options, args: [...options.args, ...overrides] } : options,
    )
  },
})
