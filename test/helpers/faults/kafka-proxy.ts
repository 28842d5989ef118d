import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import { freePort } from '../process/free-ports.ts'

/**
 * Kinds of requests, by their number in Kafka's protocol: https://kafka.apache.org/protocol#protocol_api_keys
 */
const kinds = { fetch: 1, metadata: 3, coordinator: 10, join: 11, heartbeat: 12, login: 17 } as const
type Kind = keyof typeof kinds

/**
 * Stands between a worker and the one broker, and passes everything on but what it is told to keep back or
 * to change.
 */
export interface KafkaProxy {
  /** `host:port`. Clients that ask the broker for its address get this one, too. */
  address: string
  /** Drops all responses of a kind: on the connections that are open now, or on later ones as well. */
  dropResponses(kind: Kind, connections: 'open' | 'all'): void
  /** Ends what `dropResponses` of all connections began. */
  passResponses(kind: Kind): void
  /**
   * Lets every heartbeat be answered with this code: https://kafka.apache.org/protocol#protocol_error_codes
   */
  failHeartbeats(code: number): void
  /** Breaks the open connections; new ones are accepted. */
  breakConnections(): void
  /** Refuses new connections and ends those that are open, until `accept`. */
  refuse(): Promise<void>
  accept(): Promise<void>
  /** Passes nothing on in either direction until `thaw`. The connections stay open. */
  freeze(): void
  thaw(): void
  /** Delays each answer by this time, in milliseconds. */
  delayAnswers(ms: number): void
  /** How often clients have logged in again on a connection on which they had logged in before. */
  renewals(): number
  /** How many connections are open, and how many the broker has closed. */
  connections(): { open: number; closedByBroker: number }
  /** Resets the connections that are open; new ones are taken. */
  resetConnections(): void
  close(): void
}

export const startKafkaProxy = async (broker: string): Promise<KafkaProxy> => {
  const [host = '', port = ''] = broker.split(':')
  const dropped = new Set<Kind>()
  let renewals = 0
  let closedByBroker = 0
  let heartbeatCode: number | undefined
  let delayMs = 0
  /** What is passed on after `thaw`, in order; undefined while nothing is frozen. */
  let frozen: (() => void)[] | undefined
  const passOn = (to: Socket, frame: Buffer) => {
    const write = () => void to.write(frame)
    if (frozen === undefined) write()
    else frozen.push(write)
  }
  const connections = new Set<{ dropped: Set<Kind>; sockets: readonly Socket[] }>()

  const own = await freePort()
  const server = createServer((client) => {
    const upstream = createConnection(Number(port), host)
    const connection = { dropped: new Set<Kind>(), sockets: [client, upstream] }
    connections.add(connection)
    upstream.on('end', () => closedByBroker++)
    for (const socket of connection.sockets) {
      socket.on('error', () => undefined)
      socket.on('close', () => {
        connections.delete(connection)
        for (const other of connection.sockets) other.destroy()
      })
    }
    const requested = new Map<number, number>()
    let logins = 0
    forEachFrame(client, (frame) => {
      if (frame.readInt16BE(4) === kinds.login && ++logins > 1) renewals++
      requested.set(frame.readInt32BE(8), frame.readInt16BE(4))
      passOn(upstream, frame)
    })
    forEachFrame(upstream, (frame) => {
      const correlation = frame.readInt32BE(4)
      const kind = requested.get(correlation)
      requested.delete(correlation)
      if ([...dropped, ...connection.dropped].some((name) => kinds[name] === kind)) return
      if (kind === kinds.metadata || kind === kinds.coordinator) replaceAddress(frame)
      // The error code is the last field of a heartbeat response.
      if (kind === kinds.heartbeat && heartbeatCode !== undefined)
        frame.writeInt16BE(heartbeatCode, frame.length - 2)
      if (delayMs === 0) passOn(client, frame)
      else setTimeout(() => passOn(client, frame), delayMs)
    })
  }).listen(own, '127.0.0.1')
  await once(server, 'listening')

  /** In a response, the port of a broker follows directly after its host. */
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
    dropResponses: (kind, which) => {
      if (which === 'all') dropped.add(kind)
      else for (const connection of connections) connection.dropped.add(kind)
    },
    passResponses: (kind) => void dropped.delete(kind),
    failHeartbeats: (code) => {
      heartbeatCode = code
    },
    breakConnections,
    refuse: async () => {
      const closed = once(server, 'close')
      server.close()
      breakConnections()
      await closed
    },
    accept: async () => {
      server.listen(own, '127.0.0.1')
      await once(server, 'listening')
    },
    freeze: () => {
      frozen ??= []
    },
    thaw: () => {
      const held = frozen ?? []
      frozen = undefined
      for (const write of held) write()
    },
    delayAnswers: (ms) => {
      delayMs = ms
    },
    renewals: () => renewals,
    connections: () => ({ open: connections.size, closedByBroker }),
    resetConnections: () => {
      for (const { sockets } of connections) for (const socket of sockets) socket.resetAndDestroy()
    },
    close: () => {
      server.close()
      breakConnections()
    },
  }
}

/** Requests and responses begin with their length: four bytes, which are not counted. */
const forEachFrame = (socket: Socket, onFrame: (frame: Buffer) => void) => {
  let rest = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0)
      onFrame(rest.subarray(0, end))
      rest = rest.subarray(end)
    }
  })
}
