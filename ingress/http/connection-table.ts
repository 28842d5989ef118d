import type { Socket } from 'node:net'

/** An open connection, and what is known about its sender. */
export interface Connection {
  socket: Socket
  /** Connections with the same text belong to one sender. */
  sender: string
  /** Requests in progress. */
  requests: number
  /** Whether it was opened so recently that its first request may still be on its way. */
  isNew: boolean
  /** Whether a body is read before its sender has proved its identity. */
  isUnproven: boolean
  /** Whether a hook was kept on this connection, so its sender has proved its identity. */
  isKnown: boolean
}

/** The open connections, in the order in which they were opened. */
export interface ConnectionTable {
  size(): number
  add(connection: Connection): void
  remove(connection: Connection): void
  ofSender(sender: string): ReadonlySet<Connection>
  all(): ReadonlySet<Connection>
}

const none: ReadonlySet<Connection> = new Set()

export const createConnectionTable = (): ConnectionTable => {
  const all = new Set<Connection>()
  const senders = new Map<string, Set<Connection>>()
  return {
    size: () => all.size,
    add: (connection) => {
      all.add(connection)
      const connections = senders.get(connection.sender) ?? new Set()
      senders.set(connection.sender, connections.add(connection))
    },
    remove: (connection) => {
      all.delete(connection)
      const connections = senders.get(connection.sender)
      connections?.delete(connection)
      if (connections?.size === 0) senders.delete(connection.sender)
    },
    ofSender: (sender) => senders.get(sender) ?? none,
    all: () => all,
  }
}

/** A connection waits while its sender has not sent a request, or has not proved its identity for it. */
export const isWaiting = ({ requests, isUnproven }: Connection): boolean => requests === 0 || isUnproven

/** Whether a connection waits although its first request has had the time to arrive. */
export const isOverdue = (connection: Connection): boolean => isWaiting(connection) && !connection.isNew

/**
 * The connection that is least likely to carry a hook: the oldest that may be closed, first one on which no
 * hook was ever kept.
 *
 * @param mayBeClosed never true while a hook of a proven sender is in progress
 * @returns undefined if none may be closed
 */
export const leastUseful = (
  connections: ReadonlySet<Connection>,
  mayBeClosed: (connection: Connection) => boolean,
): Connection | undefined =>
  connections.values().find((each) => mayBeClosed(each) && !each.isKnown) ??
  connections.values().find(mayBeClosed)
