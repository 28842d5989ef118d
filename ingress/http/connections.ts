import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { type Connection, createConnectionTable, isWaiting, leastUseful } from './connection-table.ts'

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
  /** How many there can be for a moment, until the first bytes of new connections have been read. */
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
    const connection: Connection = { socket, sender, requests: 0, isUnproven: false, isKnown: false }
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

/**
 * Keeps the limits after a connection was added. Many connections can be accepted before the first byte of
 * any of them is read, so a connection that already carries a hook looks like a silent one at first. The
 * limits therefore apply after everything readable has been read once.
 */
const createEnforce = (
  table: ReturnType<typeof createConnectionTable>,
  { connections, momentary, waitingPerSender }: ConnectionLimits,
  close: (connection: Connection) => void,
): ((added: Connection) => void) => {
  const closeLeastUseful = (among: ReadonlySet<Connection>): 'closed' | 'none' => {
    const victim = leastUseful(among)
    if (victim === undefined) return 'none'
    close(victim)
    return 'closed'
  }
  const enforceLimits = (senders: ReadonlySet<string>) => {
    for (const sender of senders) {
      const own = table.ofSender(sender)
      let excess = own.size < waitingPerSender ? 0 : countWaiting(own) - waitingPerSender
      while (excess > 0 && closeLeastUseful(own) === 'closed') excess -= 1
    }
    while (table.size() > connections && closeLeastUseful(table.all()) === 'closed');
  }
  let newSenders = new Set<string>()
  const enforceNew = () => {
    const senders = newSenders
    newSenders = new Set()
    enforceLimits(senders)
  }
  return (added) => {
    if (table.size() > momentary && closeLeastUseful(table.all()) === 'none') return close(added)
    if (newSenders.size === 0) setImmediate(setImmediate, enforceNew)
    newSenders.add(added.sender)
  }
}

const countWaiting = (connections: ReadonlySet<Connection>): number =>
  connections.values().reduce((waiting, each) => waiting + (isWaiting(each) ? 1 : 0), 0)
