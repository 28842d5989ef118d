import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import kafkajs, { Kafka, type KafkaConfig, type LogEntry, logLevel, type SASLOptions } from 'kafkajs'
import { z } from 'zod'
import { flag, list, secret } from '../config.ts'
import { ConfigError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { encodeProduce, type ProduceToEncode } from './encode-produce.ts'
import { mendEncoder } from './headroom-buffer.ts'

// The client takes no IPv6 address: what stands before the first colon is the host to it.
const broker = z.string().refine((text) => {
  const [, port] = /^[^\s:/@]+:(\d{1,5})$/.exec(text) ?? []
  return Number(port) > 0 && Number(port) < 65536
}, 'must be host:port')

export const kafkaVariables = z.object({
  KAFKA_BROKERS: list()
    .pipe(z.array(broker).min(1, 'names no broker'))
    .describe('Addresses of the Kafka brokers, host:port, comma separated.'),
  KAFKA_TOPIC_PREFIX: z
    .string()
    .regex(/^[a-zA-Z0-9._-]*$/, 'may hold letters, digits, dot, underscore and hyphen')
    .default('')
    .describe('Goes before every topic, subject and consumer group, for several bridges on one cluster.'),
  KAFKA_SSL: flag().default(false).describe('Connect by TLS.'),
  KAFKA_SSL_CA_FILE: z.string().optional().describe('Certificate authority of the brokers, PEM.'),
  KAFKA_SSL_CERT_FILE: z.string().optional().describe('Client certificate for mutual TLS, PEM.'),
  KAFKA_SSL_KEY_FILE: z.string().optional().describe('Key of the client certificate, PEM.'),
  KAFKA_SASL_MECHANISM: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'])
    .optional()
    .describe('How to log in to the brokers.'),
  KAFKA_SASL_USERNAME: z.string().optional().describe('User name of the bridge on the brokers.'),
  KAFKA_SASL_PASSWORD: z.string().optional().describe('Password of that user.').meta(secret),
})
export type KafkaSettings = z.output<typeof kafkaVariables>

/**
 * The one place where options of the client are set. Facts behind them: kafkajs 2.2.4 has had no release since 2023.
 *
 * @param clientId how brokers name us in their logs and quotas: `gitlab-bridge.<process>`
 * @param requestTimeoutMs how long a broker may take to answer one request
 */
export const createKafka = (
  settings: KafkaSettings,
  clientId: string,
  logger: Logger,
  requestTimeoutMs = 30_000,
): Kafka => {
  mendRequestQueue()
  mendProduce()
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = zstd
  const ssl = settings.KAFKA_SSL ? tlsOf(settings) : undefined
  const connections: Connections = { open: new Set(), state: 'in use' }
  const kafka = new Kafka({
    clientId,
    // Every new client would begin with the first address, and one that is frozen takes it to be connected.
    brokers: () => [anyOf(settings.KAFKA_BROKERS)],
    ...(ssl && { ssl }),
    ...saslOf(settings),
    connectionTimeout: 3000,
    authenticationTimeout: 5000,
    requestTimeout: requestTimeoutMs,
    // Connecting tries one address per attempt: there must be more attempts than brokers. Producers set `retries: 0` of their own.
    retry: { initialRetryTime: 100, maxRetryTime: 2000, retries: settings.KAFKA_BROKERS.length + 3 },
    socketFactory: ({ host, port, ssl: tls, onConnect }) => {
      const socket = tls
        ? connectTls({ host, port, servername: host, ...tls }, onConnect)
        : connectTcp({ host, port }, onConnect)
      connections.open.add(socket)
      socket.once('close', () => connections.open.delete(socket))
      if (connections.state === 'ended') socket.destroy()
      return socket.setKeepAlive(true, 60_000).setNoDelay(true)
    },
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => logTo(logger, entry),
  })
  connectionsOf.set(kafka, connections)
  return kafka
}

const anyOf = (addresses: readonly string[]): string =>
  addresses[Math.floor(Math.random() * addresses.length)] ?? ''

interface Connections {
  open: Set<Socket>
  state: 'in use' | 'ended'
}

const connectionsOf = new WeakMap<Kafka, Connections>()

/**
 * Ends all connections of a client, and any it would still make: what is under way while its parts are disconnected connects
 * them again, and nobody would ever close that.
 */
export const endConnections = (kafka: Kafka): void => {
  const connections = connectionsOf.get(kafka)
  if (connections === undefined) return
  connections.state = 'ended'
  for (const socket of connections.open) socket.destroy()
}

// The client brings gzip alone; topics may be kept compressed by either.
const zstd = () => ({
  compress: ({ buffer }: { buffer: Buffer }) => promisify(zstdCompress)(buffer),
  decompress: (buffer: Buffer) => promisify(zstdDecompress)(buffer),
})

const tlsOf = (settings: KafkaSettings): KafkaConfig['ssl'] => {
  const read = (variable: 'KAFKA_SSL_CA_FILE' | 'KAFKA_SSL_CERT_FILE' | 'KAFKA_SSL_KEY_FILE') => {
    const file = settings[variable]
    if (file === undefined) return undefined
    try {
      return readFileSync(file, 'utf8')
    } catch {
      throw new ConfigError([{ variable, problem: `cannot read ${file}` }])
    }
  }
  const [ca, cert, key] = [read('KAFKA_SSL_CA_FILE'), read('KAFKA_SSL_CERT_FILE'), read('KAFKA_SSL_KEY_FILE')]
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }
}

const saslOf = ({
  KAFKA_SASL_MECHANISM,
  KAFKA_SASL_USERNAME,
  KAFKA_SASL_PASSWORD,
}: KafkaSettings): { sasl?: SASLOptions } => {
  if (KAFKA_SASL_MECHANISM === undefined) return {}
  if (KAFKA_SASL_USERNAME === undefined || KAFKA_SASL_PASSWORD === undefined) {
    const variable = KAFKA_SASL_USERNAME === undefined ? 'KAFKA_SASL_USERNAME' : 'KAFKA_SASL_PASSWORD'
    throw new ConfigError([{ variable, problem: 'is not set, but KAFKA_SASL_MECHANISM is' }])
  }
  return {
    sasl: {
      mechanism: KAFKA_SASL_MECHANISM,
      username: KAFKA_SASL_USERNAME,
      password: KAFKA_SASL_PASSWORD,
    } as SASLOptions,
  }
}

// What a cluster's ordinary life makes the client cry out: rebalances, moved leaders, a coordinator that is still loading,
// a connection that breaks. It mends them itself, and what it does not mend comes to us as an error.
const ordinary =
  /rebalanc|coordinator|not the leader|leadership election|Connection (timeout|error)|Closed connection|Restarting the consumer|Crash: KafkaJS|without match|timed out/i

const logTo = (
  logger: Logger,
  { level, namespace, log: { message, timestamp: _timestamp, logger: _logger, ...fields } }: LogEntry,
) => {
  const details = { kafkajs: namespace, ...fields, stack: undefined }
  if (
    level === logLevel.INFO ||
    level === logLevel.DEBUG ||
    ordinary.test(`${message} ${fields.error ?? ''}`)
  )
    return logger.debug(message, details)
  return level === logLevel.ERROR ? logger.error(message, details) : logger.warn(message, details)
}

interface RequestQueue {
  throttleCheckTimeoutId: NodeJS.Timeout | null
  throttledUntil: number
  pending: unknown[]
  checkPendingRequests(): void
  scheduleCheckPendingRequests(): void
}

// Without this every connection re-arms a 1 ms timer for ever: 4.5 % of a core when idle, and a warning on Node 24.
// https://github.com/tulios/kafkajs/issues/1704
const mendRequestQueue = () => {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as {
    prototype: RequestQueue
  }
  prototype.scheduleCheckPendingRequests = function () {
    if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return
    const throttledMs = this.throttledUntil - Date.now()
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null
        this.checkPendingRequests()
      },
      throttledMs > 0 ? throttledMs : 10,
    )
  }
}

/** A produce request as the client's own code makes it. */
type ProduceRequest = (
  request: ProduceToEncode & { transactionalId?: string; producerId?: unknown; compression?: number },
) => {
  encode(): Promise<unknown>
}

// The client copies every record through eight buffers, makes one more for each header, and reckons the checksum byte by byte:
// over a quarter of the CPU time of a hook. Requests of the kind we send are encoded by ours instead, into the same bytes.
// The module is loaded with the first produce request: until then another can take its place, later the client would go on with its own.
const mendProduce = () => {
  const require = createRequire(import.meta.url)
  const path = require.resolve('kafkajs/src/protocol/requests/produce/v3/request')
  const theirs = require('kafkajs/src/protocol/requests/produce/v3/request') as ProduceRequest & {
    isMended?: true
  }
  const loaded = require.cache[path]
  if (loaded === undefined || theirs.isMended) return
  const ours: ProduceRequest = (request) => {
    const { transactionalId, producerId = -1, compression = kafkajs.CompressionTypes.None } = request
    const isPlain =
      transactionalId == null && Number(producerId) === -1 && compression === kafkajs.CompressionTypes.None
    if (!isPlain) return theirs(request)
    return { ...theirs(request), encode: async () => encodeProduce(request) }
  }
  mendEncoder()
  loaded.exports = Object.assign(ours, { isMended: true })
}
