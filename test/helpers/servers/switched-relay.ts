import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { freePort } from '../process/free-ports.ts'

/** Stands between our processes and a server, and can be switched off, as if the server had ended. */
export interface SwitchedRelay {
  /** The URL of the server with the port of the relay. */
  url: string
  /** Refuses new connections and ends those that are open, until `accept`. */
  refuse(): Promise<void>
  accept(): Promise<void>
  close(): void
}

/** @param url of the server, such as that of a database or of a registry */
export const startSwitchedRelay = async (url: string): Promise<SwitchedRelay> => {
  const { hostname, port } = new URL(url)
  const own = await freePort()
  const sockets = new Set<Socket>()
  const relay = createServer((socket) => {
    const server = connect(Number(port), hostname)
    for (const end of [socket, server]) {
      sockets.add(end)
      end.on('error', () => undefined)
      end.on('close', () => {
        sockets.delete(end)
        socket.destroy()
        server.destroy()
      })
    }
    socket.pipe(server).pipe(socket)
  }).listen(own, '127.0.0.1')
  await once(relay, 'listening')
  const changed = new URL(url)
  changed.hostname = '127.0.0.1'
  changed.port = String(own)
  const end = () => {
    relay.close()
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: changed.href,
    refuse: async () => {
      const closed = once(relay, 'close')
      end()
      await closed
    },
    accept: async () => {
      relay.listen(own, '127.0.0.1')
      await once(relay, 'listening')
    },
    close: end,
  }
}
