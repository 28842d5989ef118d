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
  /** The same for clients that log in by SASL (plain) as one of the users. The password is the name. */
  saslBrokers: string
  /** Stops the broker and removes its data. */
  remove(): Promise<void>
}

/**
 * @param users the users that may log in at `saslBrokers`. Clients at `brokers` are then super users, and an
 *   action of a user that no list mentions is denied. Without users, it is allowed for everyone
 */
export const startKafkaWithAcls = async (users: readonly string[] = []): Promise<KafkaWithAcls> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'bridge-test-acls-'))
  const folder = await openKafkaFolder(dataDir, cacheFolder(process.env), process.env)
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
      childProcesses: withSettings(folder.childProcesses, settingsOf(ports, users)),
    })
    return { brokers: kafka.url, saslBrokers: `127.0.0.1:${ports.sasl}`, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

const settingsOf = (
  { broker, controller, sasl }: Record<'broker' | 'controller' | 'sasl', number>,
  users: readonly string[],
): Record<string, unknown> => {
  const authorizer = { 'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer' }
  if (users.length === 0) return { ...authorizer, 'allow.everyone.if.no.acl.found': true }
  const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule required'
  const logins = users.map((user) => `user_${user}="${user}"`).join(' ')
  const advertised = `PLAINTEXT://127.0.0.1:${broker},SASL://127.0.0.1:${sasl}`
  return {
    ...authorizer,
    'super.users': 'User:ANONYMOUS',
    listeners: `${advertised},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': advertised,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT',
    'listener.name.sasl.sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.sasl.plain.sasl.jaas.config': `${plain} ${logins};`,
  }
}

/**
 * Adds the settings to the command line of the broker. The tool that formats its disk does not accept them.
 */
const withSettings = (
  childProcesses: ChildProcesses,
  settings: Readonly<Record<string, unknown>>,
): ChildProcesses => ({
  ...childProcesses,
  start: (options) => {
    const overrides = Object.entries(settings).flatMap(([name, value]) => ['--override', `${name}=${value}`])
    return childProcesses.start(
      options.name === 'kafka' ? { ...options, args: [...options.args, ...overrides] } : options,
    )
  },
})
