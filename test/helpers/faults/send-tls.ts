import { type ConnectionOptions, connect } from 'node:tls'
import { statusesIn } from './send-raw.ts'

/** What a sender saw of one TLS connection, from its start to its end. */
export interface TlsAnswer {
  /** The status of every answer, in order. */
  statuses: number[]
  text: string
  /** The error that broke the connection; undefined where it was closed in order. */
  code: string | undefined
  /** Of the certificate that the server showed. */
  fingerprint: string | undefined
  /** With it a later connection can resume the session. */
  session: Buffer | undefined
}

/**
 * Opens a TLS connection and writes the bytes after the handshake. Resolves when the connection is closed.
 *
 * @param idleMs closes the connection when nothing has arrived for so long
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
    socket.setTimeout(idleMs, () =>
      socket.destroy(Object.assign(new Error('nothing has arrived'), { code: 'SILENCE' })),
    )
    socket.on('session', (given: Buffer) => {
      session = given
    })
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      code = error.code
    })
    socket.on('close', () => {
      const text = Buffer.concat(chunks).toString('latin1')
      resolve({ statuses: statusesIn(text), text, code, fingerprint, session })
    })
  })
