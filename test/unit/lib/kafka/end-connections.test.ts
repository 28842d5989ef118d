import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { readVariables } from '../../../../lib/config.ts'
import { createKafka, endConnections, kafkaVariables } from '../../../../lib/kafka/client.ts'
import { quietLogger } from '../../../../lib/logger.ts'

/** A broker that accepts connections and answers nothing. */
const startSilentBroker = async (t: TestContext) => {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    sockets.push(socket)
    socket.resume()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { server, address: `127.0.0.1:${(server.address() as AddressInfo).port}` }
}

test('a request in progress fails at once when the connections of its client are ended', async (t) => {
  const { server, address } = await startSilentBroker(t)
  const kafka = createKafka(readVariables(kafkaVariables, { KAFKA_BROKERS: address }), 'test', quietLogger())
  const connected = once(server, 'connection')
  const connecting = kafka.producer({ retry: { retries: 0 } }).connect()
  await connected
  endConnections(kafka)
  await assert.rejects(connecting, /the Kafka client was closed/)
})

test('a client whose connections are ended opens no other one', async (t) => {
  const { address } = await startSilentBroker(t)
  const kafka = createKafka(readVariables(kafkaVariables, { KAFKA_BROKERS: address }), 'test', quietLogger())
  endConnections(kafka)
  await assert.rejects(kafka.producer({ retry: { retries: 0 } }).connect(), /the Kafka client was closed/)
})
