import { createRequire } from 'node:module'
import kafkajs from 'kafkajs'
import { messageOf } from '../../errors.ts'

/** The parts of a connection that are read or replaced here. */
interface Connection {
  host: string
  port: number
  /** How long the broker accepts the login, in milliseconds; 0 for ever. An object of kafkajs. */
  sessionLifetime: { toString(): string }
  /** A time of `process.hrtime()`; null before the first login. */
  authenticatedAt: [seconds: number, nanoseconds: number] | null
  requestQueue: RequestQueue
  /** How to log in: options of the client, with what `PreparedMechanism` adds. */
  sasl: { prepare?: () => Promise<unknown> }
  rejectRequests(error: Error): void
  disconnect(): Promise<unknown>
}

interface RequestQueue {
  push(request: PushedRequest): void
  /** While the client logs in: the requests that wait for the end of the login. */
  heldBack?: PushedRequest[] | undefined
}

interface PushedRequest {
  entry: { apiKey: number; reject(error: unknown): void }
}

interface Authenticator {
  connection: Connection
  authenticate(): Promise<void>
}

/** The session is renewed after this share of its life, as the Java client does (85 to 95 percent). */
const renewedShare = 0.85

/** SaslHandshake, ApiVersions and SaslAuthenticate. */
const requestsOfLogin = new Set([17, 18, 36])

/**
 * Renews sessions (KIP-368) as brokers expect it:
 *
 * - after a share of the lifetime of the session, not ten seconds before its end: a broker refuses a login
 *   within one second after the last one, so sessions of less than eleven seconds failed
 * - after what the login needs is there. A login that fails between its two requests leaves a connection on
 *   which the broker accepts no other request
 * - without other requests between the two requests of a login. A request that was being encoded when the
 *   login began was sent in between, and the broker closed the connection
 * - with a new connection if the broker refuses the renewal, because it refuses every change of the user. The
 *   client took that for a wrong password, and never tried again
 */
export const patchReauthentication = (): void => {
  const require = createRequire(import.meta.url)
  const { prototype: connection } = require('kafkajs/src/network/connection') as { prototype: object }
  const queue = (require('kafkajs/src/network/requestQueue') as { prototype: RequestQueue }).prototype
  const authenticator = (
    require('kafkajs/src/broker/saslAuthenticator') as { prototype: Authenticator & { isPatched?: true } }
  ).prototype
  if (authenticator.isPatched) return
  authenticator.isPatched = true

  const symbol = Object.getOwnPropertySymbols(connection).find(
    ({ description }) => description === 'private:Connection:shouldReauthenticate',
  )
  if (symbol === undefined) throw new Error('this version of kafkajs renews sessions in another way')
  Object.assign(connection, {
    [symbol](this: Connection) {
      return isDue(this)
    },
  })

  const { push } = queue
  queue.push = function (request) {
    if (this.heldBack === undefined || requestsOfLogin.has(request.entry.apiKey)) push.call(this, request)
    else this.heldBack.push(request)
  }

  const { authenticate } = authenticator
  authenticator.authenticate = async function () {
    const isRenewal = this.connection.authenticatedAt !== null
    await this.connection.sasl.prepare?.()
    const heldBack: PushedRequest[] = []
    this.connection.requestQueue.heldBack = heldBack
    try {
      await authenticate.call(this)
      this.connection.requestQueue.heldBack = undefined
      for (const request of heldBack) this.connection.requestQueue.push(request)
    } catch (error) {
      this.connection.requestQueue.heldBack = undefined
      const refusal = isRenewal ? await endConnection(this.connection, error) : error
      for (const { entry } of heldBack) entry.reject(refusal)
      throw refusal
    }
  }
}

const isDue = ({ sessionLifetime, authenticatedAt }: Connection): boolean => {
  const lifetimeMs = Number(sessionLifetime.toString())
  if (lifetimeMs === 0) return false
  if (authenticatedAt === null) return true
  const [seconds, nanoseconds] = process.hrtime(authenticatedAt)
  return seconds * 1000 + nanoseconds / 1e6 >= lifetimeMs * renewedShare
}

/** @returns an error after which kafkajs opens a new connection */
const endConnection = async (connection: Connection, error: unknown): Promise<Error> => {
  const { host, port } = connection
  const message = `the session could not be renewed: ${messageOf(error)}`
  const refusal = new ConnectionClosedError(message, { host, port })
  connection.rejectRequests(refusal)
  await connection.disconnect()
  return refusal
}

/** The types of kafkajs 2.2.4 do not contain this class. */
const { KafkaJSConnectionClosedError: ConnectionClosedError } = kafkajs as unknown as {
  KafkaJSConnectionClosedError: new (message: string, address: { host: string; port: number }) => Error
}
