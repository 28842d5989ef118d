import type { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import { UsageError } from '../errors.ts'

export type HttpServer = ReturnType<typeof createServer>

/**
 * Resolves once the server listens.
 *
 * @param variables the prefix of the variables that set the address: `METRICS` for METRICS_HOST and
 *   METRICS_PORT
 * @throws UsageError naming the variable to change
 */
export const listen = (
  server: HttpServer,
  port: number,
  host: string,
  variables?: 'INGRESS' | 'METRICS' | 'PROJECT_DIRECTORY' | 'EVENT_FEED',
): Promise<void> =>
  new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException) => {
      const { setting, problem } = bindError(cause, port, host)
      const message = variables === undefined ? problem : `${variables}_${setting}: ${problem}`
      reject(new UsageError(message, { cause }))
    }
    server.once('error', fail)
    server.listen(port, host, () => {
      server.off('error', fail)
      resolve()
    })
  })

const bindError = (
  { code, message }: NodeJS.ErrnoException,
  port: number,
  host: string,
): { setting: 'HOST' | 'PORT'; problem: string } => {
  if (code === 'EADDRINUSE')
    return { setting: 'PORT', problem: `port ${port} on ${host} is taken; choose another (0: any free port)` }
  if (code === 'EACCES')
    return {
      setting: 'PORT',
      problem: `this user may not use port ${port}; choose another (0: any free port)`,
    }
  return { setting: 'HOST', problem: `cannot listen on ${host}: ${message}` }
}

/** The URL at which a listening server can be reached from this machine. */
export const urlOf = (server: HttpServer): string => {
  const { address, port } = server.address() as AddressInfo
  const scheme = server instanceof TlsServer ? 'https' : 'http'
  const host = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`
}
