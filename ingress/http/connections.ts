import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import {
  type Connection,
  createConnectionTable,
  isOverdue,
  isWaiting,
  leastUseful,
} from './connection-table.ts'

export interface ConnectionOptions {
  limits: ConnectionLimits
  /** The address of a connection. */
  addressOf(socket: Socket): string
  /** Groups addresses: those of one IPv6 network are one sender. */
  senderOf(address: string): string
  /** Whether the address may connect. */
  isAllowed(address: string): boolean
  onRefused(reason: 'address' | 'connections', address: string): void
}

export interface ConnectionLimits {
  /** How many connections can be open at the same time. */
  connections: number
  /** How many there can be for a moment, until the first requests of new connections have been read. */
  momentary: number
  /** How many connections one sender may hold that wait, see `isWaiting`. */
  waitingPerSender: number
}

/**
 * Limits the connections, all together and by sender. If a limit is reached, the connection that is least
 * likely to carry a hook is closed, not the newest: a stranger could otherwise hold all connections.
 */
export interface Connections {
  watch(server: Server): void
  /** To be called with each request, before anything else. */
  onRequest(request: IncomingMessage, response: ServerResponse): void
  /** Marks a request whose body is read before its sender has proved its identity. */
  setUnproven(request: IncomingMessage, isUnproven: boolean): void
}

export const createConnections = (options: ConnectionOptions): Connections => {
  const { limits, addressOf, senderOf, isAllowed, onRefused } = options
  const table = createConnectionTable()
  const bySocket = new WeakMap<Socket, Connection>()
  const byPeer = new Map<string, Connection>()
  const close = (connection: Connection) => {
    table.remove(connection)
    onRefused('connections', addressOf(connection.socket))
    connection.socket.destroy()
  }
  const enforce = createEnforce(table, limits, close)

  const add = (socket: Socket) => {
    const address = addressOf(socket)
    if (!isAllowed(address)) {
      onRefused('address', address)
      return socket.destroy()
    }
    const sender = senderOf(address)
    const connection: Connection = {
      socket,
      sender,
      requests: 0,
      isNew: true,
      isUnproven: false,
      isKnown: false,
    }
    const peer = peerOf(socket)
    table.add(connection)
    bySocket.set(socket, connection)
    byPeer.set(peer, connection)
    socket.once('close', () => {
      table.remove(connection)
      if (byPeer.get(peer) === connection) byPeer.delete(peer)
    })
    enforce(connection)
  }

  /** One function for all responses: a closure for each of them costs more than the rest of this file. */
  function onAnswered(this: ServerResponse) {
    const connection = bySocket.get(this.req.socket)
    if (connection === undefined) return
    connection.requests -= 1
    if (this.statusCode < 300) connection.isKnown = true
  }

  return {
    watch: (server) => {
      server.on('connection', add)
      // With TLS, requests come on another socket object than the connection.
      server.on('secureConnection', (socket: TLSSocket) => {
        const connection = byPeer.get(peerOf(socket))
        if (connection !== undefined) bySocket.set(socket, connection)
      })
    },
    onRequest: ({ socket }, response) => {
      const connection = bySocket.get(socket)
      if (connection === undefined) return
      connection.requests += 1
      response.on('close', onAnswered)
    },
    setUnproven: ({ socket }, isUnproven) => {
      const connection = bySocket.get(socket)
      if (connection !== undefined) connection.isUnproven = isUnproven
    },
  }
}

const peerOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`

/** A request comes one round trip after its connection. Until then a connection is new. */
const newForMs = 100

/**
 * Keeps the limits after a connection was added. A connection that will carry a hook looks like a silent one
 * until its request has come from the network and has been read. The limits therefore close a new connection
 * only above `momentary`.
 */
const createEnforce = (
  table: ReturnType<typeof createConnectionTable>,
  { connections, momentary, waitingPerSender }: ConnectionLimits,
  close: (connection: Connection) => void,
): ((added: Connection) => void) => {
  const closeLeastUseful = (
    among: ReadonlySet<Connection>,
    mayBeClosed: (connection: Connection) => boolean,
  ): 'closed' | 'none' => {
    const victim = leastUseful(among, mayBeClosed)
    if (victim === undefined) return 'none'
    close(victim)
    return 'closed'
  }
  const enforceLimits = (senders: ReadonlySet<string>) => {
    for (const sender of senders) {
      const own = table.ofSender(sender)
      let excess = own.size < waitingPerSender ? 0 : countWaiting(own) - waitingPerSender
      while (excess > 0 && closeLeastUseful(own, isOverdue) === 'closed') excess -= 1
    }
    while (table.size() > connections && closeLeastUseful(table.all(), isOverdue) === 'closed');
  }

  /** Those since the last round, and those of the round before it, which have had their time by the next. */
  let [latest, earlier]: [Connection[], Connection[]] = [[], []]
  const enforceRound = () => {
    for (const connection of earlier) connection.isNew = false
    const senders = new Set(earlier.map(({ sender }) => sender))
    earlier = latest
    latest = []
    if (earlier.length > 0) startRound()
    enforceLimits(senders)
  }
  // After a pause of the process, timers fire before what has arrived is read.
  const startRound = () => setTimeout(() => setImmediate(setImmediate, enforceRound), newForMs).unref()

  return (added) => {
    if (table.size() > momentary && closeLeastUseful(table.all(), isWaiting) === 'none') return close(added)
    if (latest.length + earlier.length === 0) startRound()
    latest.push(added)
  }
}

const countWaiting = (connections: ReadonlySet<Connection>): number =>
  connections.values().reduce((waiting, each) => waiting + (isWaiting(each) ? 1 : 0), 0)
