import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/** Ports on which nothing listens. They are chosen together, so that all of them differ. */
export const freePorts = async (count: number): Promise<number[]> => {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

/** A port for a process that must be found again after a restart. */
export const freePort = async (): Promise<number> => (await freePorts(1))[0] as number
