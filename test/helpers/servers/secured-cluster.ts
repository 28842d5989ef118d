import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../process/free-ports.ts'
import { type KafkaCluster, startKafkaCluster } from './kafka-cluster.ts'
import { testCacheFolder } from './test-cache-folder.ts'
import type { TlsFiles } from './tls-files.ts'

/** Three brokers with SASL_SSL for clients, and access control lists without which nobody may do anything. */
export interface SecuredCluster extends KafkaCluster {
  /** A value for KAFKA_BROKERS: the listeners with TLS and a login (plain; the password is the user). */
  securedBrokers: string
  /** Stops the brokers and removes their data. */
  remove(): Promise<void>
}

/** Clients at `brokers`, which has neither TLS nor a login, are super users. */
export const startSecuredCluster = async (
  users: readonly string[],
  { maker, server, authority }: TlsFiles,
): Promise<SecuredCluster> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'bridge-test-secured-'))
  const keyStore = await maker.file(`${server.key}${server.cert}`)
  const ports = new Map([1, 2, 3].map((id) => [id, 0]))
  for (const id of ports.keys()) ports.set(id, await freePort())
  const logins = users.map((user) => `user_${user}="${user}"`).join(' ')
  const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule required'
  const cluster = await startKafkaCluster({
    ...{ dataDir, cacheDir: await testCacheFolder(), env: process.env, nodes: 3 },
    settingsOf: ({ id, port, controllerPort }) => {
      const advertised = `PLAINTEXT://127.0.0.1:${port},SECURED://127.0.0.1:${ports.get(id)}`
      return {
        listeners: `${advertised},CONTROLLER://127.0.0.1:${controllerPort}`,
        'advertised.listeners': advertised,
        'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL',
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': 'User:ANONYMOUS',
        'listener.name.secured.sasl.enabled.mechanisms': 'PLAIN',
        'listener.name.secured.plain.sasl.jaas.config': `${plain} ${logins};`,
        'listener.name.secured.ssl.keystore.type': 'PEM',
        'listener.name.secured.ssl.keystore.location': keyStore,
        'listener.name.secured.ssl.truststore.type': 'PEM',
        'listener.name.secured.ssl.truststore.location': authority.certFile,
      }
    },
  }).catch(async (error: unknown) => {
    await rm(dataDir, { recursive: true, force: true })
    throw error
  })
  return {
    ...cluster,
    securedBrokers: [...ports.values()].map((port) => `127.0.0.1:${port}`).join(','),
    remove: async () => {
      await cluster.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
