import { connect as connectTcp } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'

/**
 * What an address answers to one connection.
 *
 * - `fits`: nothing is wrong as far as this connection can tell
 * - `unreachable`: nothing answers; this may pass
 * - `expects TLS`, `no TLS`: it speaks TLS and we do not, or the other way round
 * - `certificate refused by us`: its certificate is not valid for us
 * - `certificate refused by it`: it wants another client certificate, or any at all
 */
export type AddressVerdict =
  | { kind: 'fits' | 'unreachable' | 'expects TLS' | 'no TLS' }
  | { kind: 'certificate refused by us' | 'certificate refused by it'; detail: string }

const limitMs = 2000

/** A server that refuses the client certificate says so after the handshake, in TLS 1.3. */
const lateRefusalMs = 100

/**
 * Opens one connection to a broker and closes it again.
 *
 * @param address `host:port`
 * @param tls the TLS options of our clients; undefined if they do not use TLS
 */
export const probeAddress = async (
  address: string,
  tls: ConnectionOptions | undefined,
): Promise<AddressVerdict> => {
  const [host = '', port = ''] = address.split(':')
  const target = { host, port: Number(port), servername: host }
  if (tls !== undefined) return verdictOf(await handshake({ ...target, ...tls }))
  const answer = await askWithoutTls(target)
  if (answer !== 'closed') return { kind: answer === 'answered' ? 'fits' : 'unreachable' }
  const result = await handshake({ ...target, rejectUnauthorized: false })
  return { kind: result === 'connected' || isTlsAlert(result) ? 'expects TLS' : 'fits' }
}

type Handshake = 'connected' | 'late' | (Error & { code?: string })

const handshake = (options: ConnectionOptions): Promise<Handshake> =>
  new Promise((resolve) => {
    const socket = connectTls(options)
    const end = (result: Handshake) => {
      clearTimeout(limit)
      socket.destroy()
      resolve(result)
    }
    const limit = setTimeout(() => end('late'), limitMs)
    socket.once('secureConnect', () => setTimeout(() => end('connected'), lateRefusalMs))
    socket.on('error', end)
  })

/** The request ApiVersions, which every broker answers, also before a login. */
const apiVersions = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff])

/** The first byte of a message of TLS that ends a connection with a reason. */
const tlsAlertByte = 0x15

/** `closed`: the connection was accepted and then closed without an answer of Kafka. */
const askWithoutTls = (target: { host: string; port: number }): Promise<'answered' | 'closed' | 'nothing'> =>
  new Promise((resolve) => {
    let isConnected = false
    const socket = connectTcp(target)
    const end = (result: 'answered' | 'closed' | 'nothing') => {
      clearTimeout(limit)
      socket.destroy()
      resolve(result)
    }
    const limit = setTimeout(() => end('nothing'), limitMs)
    socket.once('connect', () => {
      isConnected = true
      socket.write(apiVersions)
    })
    socket.once('data', (data) => end(data[0] === tlsAlertByte ? 'closed' : 'answered'))
    socket.on('close', () => end(isConnected ? 'closed' : 'nothing'))
    socket.on('error', () => undefined) // `close` follows.
  })

const verdictOf = (result: Handshake): AddressVerdict => {
  if (result === 'connected') return { kind: 'fits' }
  if (result === 'late') return { kind: 'unreachable' }
  const { code = '', message } = result
  if (isTlsAlert(result)) return { kind: 'certificate refused by it', detail: message }
  if (/CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/.test(code))
    return { kind: 'certificate refused by us', detail: message }
  // A server without TLS answers with something else, or closes the connection in the handshake.
  const isOtherProtocol = code.startsWith('ERR_SSL') || (code === 'ECONNRESET' && !('syscall' in result))
  return { kind: isOtherProtocol ? 'no TLS' : 'unreachable' }
}

/** The server refused the handshake in the words of TLS, so it speaks TLS. */
const isTlsAlert = (result: Handshake): boolean =>
  typeof result === 'object' && /^ERR_SSL_.*ALERT_/.test(result.code ?? '')
