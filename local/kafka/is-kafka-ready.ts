import { connect } from 'node:net'

/**
 * Resolves if the broker has joined its cluster. An open port is not sufficient, because the port opens
 * earlier. Sends a Metadata request, version 1, for no topics:
 * https://kafka.apache.org/protocol#The_Messages_Metadata
 *
 * @throws Error if there is no answer within one second, or if no broker has joined yet
 */
export const isKafkaReady = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port })
    const finish = (settle: () => void) => {
      socket.destroy()
      settle()
    }
    let answer = Buffer.alloc(0)
    socket.setTimeout(1000, () => finish(() => reject(new Error('no answer'))))
    socket.on('error', (error) => finish(() => reject(error)))
    socket.on('close', () => reject(new Error('the connection was closed')))
    socket.on('connect', () => socket.write(metadataRequest))
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk])
      if (answer.length < 12) return
      const brokers = answer.readInt32BE(8) // behind size and correlation id
      finish(() => (brokers > 0 ? resolve() : reject(new Error('no broker has joined'))))
    })
  })

const metadataRequest = Buffer.from([
  ...[0, 0, 0, 14], // size of what follows
  ...[0, 3, 0, 1], // Metadata, version 1
  ...[0, 0, 0, 1], // correlation id
  ...[0xff, 0xff], // no client id
  ...[0, 0, 0, 0], // no topics
])
