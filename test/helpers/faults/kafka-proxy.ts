import { once } from 'node:events'
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net'

/**
 * Kinds of requests, by their number in Kafka's protocol: https://kafka.apache.org/protocol#protocol_api_keys
 */
const kinds = { fetch: 1, metadata: 3, coordinator: 10, join: 11, heartbeat: 12 } as const
type Kind = keyof typeof kinds

/**
 * Stands between a worker and the one broker, and passes everything on but what it is told to keep back or
 * to change.
 */
export interface KafkaProxy {
  /** `host:port`, also for clients that ask the brokers where they are. */
  address: string
  /** Keeps back all answers of a kind on the connections that are open, or on later ones as well. */
  swallow(kind: Kind, connections: 'open' | 'all'): void
  /**
   * Lets every heartbeat be answered with this code: https://kafka.apache.org/protocol#protocol_error_codes
   */
  failHeartbeats(code: number): void
  /** Ends the connections that are open; new ones are taken. */
  breakConnections(): void
  close(): void
}

export const startKafkaProxy = async (broker: string): Promise<KafkaProxy> => {
  const [host = '', port = ''] = broker.split(':')
  const deaf = new Set<Kind>()
  let heartbeatCode: number | undefined
  const connections = new Set<{ deaf: Set<Kind>; sockets: readonly Socket[] }>()

  const server = createServer((client) => {
    const upstream = createConnection(Number(port), host)
    const connection = { deaf: new Set<Kind>(), sockets: [client, upstream] }
    connections.add(connection)
    for (const socket of connection.sockets) {
      socket.on('error', () => undefined)
      socket.on('close', () => {
        connections.delete(connection)
        for (const other of connection.sockets) other.destroy()
      })
    }
    const asked = new Map<number, number>()
    forEachFrame(client, (frame) => {
      asked.set(frame.readInt32BE(8), frame.readInt16BE(4))
      upstream.write(frame)
    })
    forEachFrame(upstream, (frame) => {
      const correlation = frame.readInt32BE(4)
      const kind = asked.get(correlation)
      asked.delete(correlation)
      if ([...deaf, ...connection.deaf].some((name) => kinds[name] === kind)) return
      if (kind === kinds.metadata || kind === kinds.coordinator) replaceAddress(frame)
      // The code is the last that such an answer holds.
      if (kind === kinds.heartbeat && heartbeatCode !== undefined)
        frame.writeInt16BE(heartbeatCode, frame.length - 2)
      client.write(frame)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const own = (server.address() as AddressInfo).port

  /** A broker names itself by its host and, right behind it, its port. */
  const replaceAddress = (frame: Buffer) => {
    const name = Buffer.alloc(host.length + 4)
    name.write(host)
    name.writeInt32BE(Number(port), host.length)
    for (let at = frame.indexOf(name); at >= 0; at = frame.indexOf(name, at + 1))
      frame.writeInt32BE(own, at + host.length)
  }

  const breakConnections = () => {
    for (const { sockets } of connections) for (const socket of sockets) socket.destroy()
  }

  return {
    address: `${host}:${own}`,
    swallow: (kind, which) => {
      if (which === 'all') deaf.add(kind)
      else for (const connection of connections) connection.deaf.add(kind)
    },
    failHeartbeats: (code) => {
      heartbeatCode = code
    },
    breakConnections,
    close: () => {
      server.close()
      breakConnections()
    },
  }
}

/** Requests and answers begin with their length, four bytes that do not count themselves. */
const forEachFrame = (socket: Socket, take: (frame: Buffer) => void) => {
  let rest = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0)
      take(rest.subarray(0, end))
      rest = rest.subarray(end)
    }
  })
}
