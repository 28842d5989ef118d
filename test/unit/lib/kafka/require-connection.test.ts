import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { after, type TestContext, test } from 'node:test'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { readVariables } from '../../../../lib/config.ts'
import { createKafka, kafkaVariables } from '../../../../lib/kafka/client.ts'
import { refusedLogin, requireConnection } from '../../../../lib/kafka/require-connection.ts'
import { freePort } from '../../../helpers/process/free-ports.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'
import { createTlsFiles } from '../../../helpers/servers/tls-files.ts'

const { maker, authority, foreign, server, client } = await createTlsFiles()
after(() => maker.remove())

const listen = async (t: TestContext, listener: Server) => {
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  t.after(() => listener.close())
  return `127.0.0.1:${(listener.address() as AddressInfo).port}`
}
/** A broker that answers any request. */
const plain = (t: TestContext) =>
  listen(
    t,
    createServer((socket) => {
      socket.on('error', () => undefined)
      // A broker closes a connection whose first bytes are no request of Kafka.
      socket.once('data', (data) => (data[0] === 0 ? socket.write('answer') : socket.destroy()))
    }),
  )
const secure = (t: TestContext, options: TlsOptions = {}) =>
  listen(
    t,
    createTlsServer({ cert: server.cert, key: server.key, ...options }, (socket) =>
      socket.on('error', () => undefined),
    ).on('tlsClientError', () => undefined),
  )

const faultOf = async (brokers: string, env: Record<string, string> = {}): Promise<string | undefined> => {
  const settings = readVariables(kafkaVariables, { KAFKA_BROKERS: brokers, ...env })
  const kafka = createKafka(settings, 'test', recordingLogger().logger)
  return requireConnection(kafka).then(
    () => undefined,
    (error: Error) => `${error.name} ${error.message}`,
  )
}

test('brokers whose kind of connection fits, or that do not answer, are no fault', async (t) => {
  assert.equal(await faultOf(await plain(t)), undefined)
  assert.equal(await faultOf(`127.0.0.1:${await freePort()}`), undefined)
  const ca = { KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: authority.certFile }
  assert.equal(await faultOf(await secure(t), ca), undefined)
})

test('plain text to a port with TLS, and the other way round, names KAFKA_SSL', async (t) => {
  assert.match(String(await faultOf(await secure(t))), /^ConfigError KAFKA_SSL: .* expects TLS/)
  const withTls = { KAFKA_SSL: 'true' }
  assert.match(String(await faultOf(await plain(t), withTls)), /^ConfigError KAFKA_SSL: .* not speak TLS/)
})

test('a certificate of another authority names KAFKA_SSL_CA_FILE', async (t) => {
  const broker = await secure(t)
  for (const env of [{}, { KAFKA_SSL_CA_FILE: foreign.certFile }])
    assert.match(
      String(await faultOf(broker, { KAFKA_SSL: 'true', ...env })),
      /^ConfigError KAFKA_SSL_CA_FILE: /,
    )
})

test('a client certificate that is missing or refused names KAFKA_SSL_CERT_FILE', async (t) => {
  const broker = await secure(t, { ca: authority.cert, requestCert: true, rejectUnauthorized: true })
  const ca = { KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: authority.certFile }
  const own = { KAFKA_SSL_CERT_FILE: client.certFile, KAFKA_SSL_KEY_FILE: client.keyFile }
  assert.match(String(await faultOf(broker, ca)), /^ConfigError KAFKA_SSL_CERT_FILE: /)
  assert.equal(await faultOf(broker, { ...ca, ...own }), undefined)
})

test('one broker that fits is enough', async (t) => {
  assert.equal(await faultOf(`${await secure(t)},${await plain(t)}`), undefined)
})

test('a refused login names the variable; any other error does not', () => {
  const refusal = Object.assign(new Error('invalid credentials'), { name: 'KafkaJSSASLAuthenticationError' })
  const wrapped = new Error('retries exceeded', { cause: refusal })
  assert.match(String(refusedLogin(wrapped)?.message), /^KAFKA_SASL_PASSWORD: .*KAFKA_SASL_USERNAME/)
  refusal.message = 'SASL PLAIN mechanism is not supported by the server'
  assert.match(String(refusedLogin(refusal)?.message), /^KAFKA_SASL_MECHANISM: /)
  assert.equal(refusedLogin(new Error('another')), undefined)
})
