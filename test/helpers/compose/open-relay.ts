import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { after } from 'node:test'

/**
 * Lets containers reach a server of a test, which listens on 127.0.0.1 only. The relay listens on the address
 * that this machine has in a network of Docker, so other machines do not reach it. It ends with the tests.
 *
 * @param host that address
 * @param url of the server
 * @returns the URL for containers
 */
export const openRelay = async (host: string, url: string): Promise<string> => {
  const { hostname, port } = new URL(url)
  const sockets = new Set<Socket>()
  const relay = createServer((socket) => {
    const server = connect(Number(port), hostname)
    for (const end of [socket, server]) {
      sockets.add(end)
      end.on('close', () => sockets.delete(end))
    }
    socket.on('error', () => server.destroy()).pipe(server)
    server.on('error', () => socket.destroy()).pipe(socket)
  }).listen(0, host)
  await once(relay, 'listening')
  after(() => {
    relay.close()
    for (const socket of sockets) socket.destroy()
  })
  return `http://${host}:${(relay.address() as AddressInfo).port}`
}
