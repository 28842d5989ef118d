import { connect } from 'node:net'

/**
 * Asks a broker for its cluster: the port opens before the broker has joined, so an open port says nothing.
 * A Metadata request, version 1, for no topics: https://kafka.apache.org/protocol#The_Messages_Metadata
 *
 * @throws Error when nothing answers within a second or no broker has joined yet
 */
export const isKafkaReady = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port })
    const settle = (outcome: () => void) => {
      socket.destroy()
      outcome()
    }
    let answer = Buffer.alloc(0)
    socket.setTimeout(1000, () => settle(() => reject(new Error('no answer'))))
    socket.on('error', (error) => settle(() => reject(error)))
    socket.on('close', () => reject(new Error('connection closed')))
    socket.on('connect', () => socket.write(metadataRequest))
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk])
      if (answer.length < 12) return
      const brokers = answer.readInt32BE(8) // after size and correlation id
      settle(() => (brokers > 0 ? resolve() : reject(new Error('no broker has joined'))))
    })
  })

const metadataRequest = Buffer.from([
  ...[0, 0, 0, 14], // size of what follows
  ...[0, 3, 0, 1], // Metadata, version 1
  ...[0, 0, 0, 1], // correlation id
  ...[0xff, 0xff], // no client id
  ...[0, 0, 0, 0], // no topics
])
