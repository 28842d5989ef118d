import { createRequire } from 'node:module'

interface Connection {
  isConnected(): boolean
  connect(): Promise<unknown>
}

interface ConnectionPool {
  pool: readonly Connection[]
  getConnection(index?: number): Promise<Connection>
}

/**
 * Requests that begin while a connection is being opened wait for that connection. The client would open
 * another one for each of them, and forget all but the last.
 */
export const patchConnectionPool = (): void => {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/connectionPool') as {
    prototype: ConnectionPool
  }
  const opening = new WeakMap<Connection, Promise<unknown>>()
  const open = (connection: Connection): Promise<unknown> => {
    const attempt = connection.connect().finally(() => opening.delete(connection))
    opening.set(connection, attempt)
    return attempt
  }
  prototype.getConnection = async function (index = 0) {
    const connection = this.pool[index]
    if (connection === undefined) throw new RangeError(`the pool has no connection ${index}`)
    if (!connection.isConnected()) await (opening.get(connection) ?? open(connection))
    return connection
  }
}
