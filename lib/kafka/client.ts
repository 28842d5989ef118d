import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type ISocketFactory, Kafka, logLevel } from 'kafkajs'
import type { Logger } from '../logger.ts'
import { logClientEntry } from './client-log.ts'
import { keepSettings } from './client-settings.ts'
import { applyPatches } from './patches/patches.ts'
import { type KafkaSettings, readSasl, readTls } from './settings.ts'
import { unrefOnce } from './unref-once.ts'

export { type KafkaSettings, kafkaVariables } from './settings.ts'

/**
 * Creates a client with our options and patches. No other file sets options of the client.
 *
 * @param clientId the name of this client in the logs and quotas of the brokers: `gitlab-bridge.<process>`
 * @param requestTimeoutMs how long a broker may take to answer one request, in milliseconds
 * @throws ConfigError naming the variable of a TLS file that cannot be read, or of a missing user name or
 *   password
 */
export const createKafka = (
  settings: KafkaSettings,
  clientId: string,
  logger: Logger,
  requestTimeoutMs = 30_000,
): Kafka => {
  applyPatches()
  const ssl = settings.KAFKA_SSL ? readTls(settings) : undefined
  const connections: Connections = { open: new Set(), state: 'in use' }
  const kafka = new Kafka({
    clientId,
    // A new client always tries the first address first. If that broker accepts connections but does not
    // answer, every new client would fail, so the first address is chosen at random.
    brokers: () => [anyOf(settings.KAFKA_BROKERS)],
    ...(ssl && { ssl }),
    ...readSasl(settings),
    connectionTimeout: 3000,
    authenticationTimeout: 5000,
    requestTimeout: requestTimeoutMs,
    // Each attempt to connect tries one address, so there must be more attempts than brokers.
    // Our producers set `retries: 0` for themselves.
    retry: { initialRetryTime: 100, maxRetryTime: 2000, retries: settings.KAFKA_BROKERS.length + 3 },
    socketFactory: createSocketFactory(connections),
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => logClientEntry(logger, entry),
  })
  connectionsOf.set(kafka, connections)
  keepSettings(kafka, settings)
  quietCopies.set(kafka, () => createKafka(settings, clientId, silent, requestTimeoutMs))
  return kafka
}

const quietCopies = new WeakMap<Kafka, () => Kafka>()

const silent: Logger = (() => {
  const ignore = () => silent
  return { error: ignore, warn: ignore, info: ignore, debug: ignore } as unknown as Logger
})()

/** A client with the same settings that logs nothing, for requests that brokers are expected to refuse. */
export const quietCopyOf = (kafka: Kafka): Kafka => quietCopies.get(kafka)?.() ?? kafka

const anyOf = (addresses: readonly string[]): string =>
  addresses[Math.floor(Math.random() * addresses.length)] ?? ''

interface Connections {
  open: Set<Socket>
  state: 'in use' | 'ended'
}

const connectionsOf = new WeakMap<Kafka, Connections>()

const createSocketFactory =
  (connections: Connections): ISocketFactory =>
  ({ host, port, ssl, onConnect }) => {
    const socket = ssl
      ? connectTls({ host, port, servername: host, ...ssl }, onConnect)
      : connectTcp({ host, port }, onConnect)
    connections.open.add(socket)
    socket.once('close', () => connections.open.delete(socket))
    if (connections.state === 'ended') closeSocket(socket)
    return unrefOnce(socket.setKeepAlive(true, 60_000).setNoDelay(true))
  }

/**
 * Closes all connections of a client, and every connection that it opens later. A request that is running
 * while the producer or consumer disconnects opens a new connection, and kafkajs never closes that one.
 */
export const endConnections = (kafka: Kafka): void => {
  const connections = connectionsOf.get(kafka)
  if (connections === undefined) return
  connections.state = 'ended'
  for (const socket of connections.open) closeSocket(socket)
}

/**
 * kafkajs does not notice a socket that was destroyed without an error: the requests in progress would wait
 * for their timeout, and a timer of the connection would keep the process alive without end.
 */
const closeSocket = (socket: Socket): void => {
  socket.destroy(new Error('the Kafka client was closed'))
}
