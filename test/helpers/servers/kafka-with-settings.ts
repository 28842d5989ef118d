import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { choosePorts } from '../../../local/choose-ports.ts'
import { startKafka } from '../../../local/kafka/kafka.ts'
import type { ChildProcesses } from '../../../local/process/child-processes.ts'
import { openKafkaFolder } from './kafka-folder.ts'
import { testCacheFolder } from './test-cache-folder.ts'

/** A broker of one test file, with a second listener on which clients log in. */
export interface KafkaWithSettings {
  /** A value for KAFKA_BROKERS: the listener without a login. */
  brokers: string
  /** The same for clients that log in by SASL. */
  saslBrokers: string
  /** Stops the broker and removes its data. */
  remove(): Promise<void>
}

export type ListenerPorts = Readonly<Record<'broker' | 'controller' | 'sasl', number>>

interface BrokerSettings {
  /** Settings in addition to those of the local stack. */
  settingsOf(ports: ListenerPorts): Readonly<Record<string, unknown>>
  /** Arguments of Java. */
  java?: readonly string[]
}

/** The settings of a second listener, `SASL`, that has no TLS. */
export const saslListener = ({ broker, controller, sasl }: ListenerPorts): Record<string, unknown> => {
  const advertised = `PLAINTEXT://127.0.0.1:${broker},SASL://127.0.0.1:${sasl}`
  return {
    listeners: `${advertised},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': advertised,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT',
  }
}

/** Starts a broker with its data in a temporary folder. */
export const startKafkaWithSettings = async (given: BrokerSettings): Promise<KafkaWithSettings> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'bridge-test-broker-'))
  const folder = await openKafkaFolder(dataDir, await testCacheFolder(), process.env)
  const remove = async () => {
    await folder.close()
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    const wanted = { variable: 'KAFKA_BROKERS', preferred: 0 }
    const { ports, release } = await choosePorts(
      { broker: wanted, controller: wanted, sasl: wanted },
      () => {},
    )
    await release()
    const options = folder.optionsOf('kafka', { port: ports.broker, internalPort: ports.controller })
    const kafka = await startKafka({
      ...options,
      childProcesses: withSettings(folder.childProcesses, given.settingsOf(ports), given.java ?? []),
    })
    return { brokers: kafka.url, saslBrokers: `127.0.0.1:${ports.sasl}`, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

/**
 * Adds the settings to the command line of the broker. The tool that formats its disk does not accept them.
 */
export const withSettings = (
  childProcesses: ChildProcesses,
  settings: Readonly<Record<string, unknown>>,
  java: readonly string[],
): ChildProcesses => ({
  ...childProcesses,
  start: (options) => {
    const overrides = Object.entries(settings).flatMap(([name, value]) => ['--override', `${name}=${value}`])
    return childProcesses.start(
      options.name.endsWith('-format')
        ? options
        : { ...options, args: [...java, ...options.args, ...overrides] },
    )
  },
})
