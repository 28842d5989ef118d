import { type ConnectionOptions, connect } from 'node:tls'

/** What a sender saw of a connection by TLS until it was closed. */
export interface TlsAnswer {
  /** Of every answer on the connection. */
  statuses: number[]
  text: string
  /** Why the connection broke; undefined where it was closed in order. */
  code: string | undefined
  /** What the door showed. */
  fingerprint: string | undefined
  /** To resume it by. */
  session: Buffer | undefined
}

/**
 * Writes bytes once the connection is encrypted, on a connection of its own.
 *
 * @param idleMs how long silence may last before the connection is given up
 */
export const sendTls = (
  url: string,
  bytes: Buffer | string,
  options: ConnectionOptions,
  idleMs = 20_000,
): Promise<TlsAnswer> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url)
    const chunks: Buffer[] = []
    let code: string | undefined
    let fingerprint: string | undefined
    let session: Buffer | undefined
    const socket = connect({ host: hostname, port: Number(port), ...options }, () => {
      fingerprint = socket.getPeerCertificate().fingerprint256
      socket.write(bytes)
    })
    socket.setTimeout(idleMs, () => socket.destroy(Object.assign(new Error('silence'), { code: 'SILENCE' })))
    socket.on('session', (given: Buffer) => {
      session = given
    })
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      code = error.code
    })
    socket.on('close', () => {
      const text = Buffer.concat(chunks).toString('latin1')
      const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
      resolve({ statuses, text, code, fingerprint, session })
    })
  })
