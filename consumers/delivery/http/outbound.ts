import { isIP, type LookupFunction } from 'node:net'
import { Agent, type Dispatcher, ProxyAgent, request } from 'undici'
import { trustAlso } from '../../../lib/trust-also.ts'
import { basicAuthOf } from './basic-auth.ts'
import { type Resolve, resolveAllowed, systemResolve } from './resolve-allowed.ts'

export interface OutboundOptions {
  /** Whether private, loopback and link-local addresses may be reached. */
  allowPrivate: boolean
  /** Certificate authorities in PEM, in addition to those that Node trusts. */
  ca: string | undefined
  /** URL of an HTTP proxy. */
  proxy: string | undefined
  timeoutMs: number
  resolve?: Resolve
}

export interface OutboundRequest extends AnyRequest {
  method: 'POST' | 'PUT'
  body: string | Buffer
}

/** A request that may also read, or have no body. */
export interface AnyRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  url: string
  headers: Readonly<Record<string, string>>
  body: string | Buffer | undefined
  signal: AbortSignal
  /** How much of the answer is read, in bytes. Default: 64 KiB. */
  maxAnswerBytes?: number
}

export interface OutboundAnswer {
  status: number
  headers: Readonly<Record<string, string | string[] | undefined>>
  /** The first bytes of the body. */
  text: string
}

/**
 * Sends requests to one destination. TLS is verified, and addresses are checked when a connection is made.
 * A redirect is followed only to the same host, and only where it keeps the method and the body.
 */
export interface Outbound {
  /** @throws whatever the connection throws */
  send(request: AnyRequest): Promise<OutboundAnswer>
  close(): Promise<void>
}

const defaultAnswerBytes = 64 * 1024
const maxRedirects = 3
const connectTimeoutMs = 5000

export const createOutbound = (options: OutboundOptions): Outbound => {
  const resolve = options.resolve ?? systemResolve
  const way =
    options.proxy === undefined ? directly(options, resolve) : throughProxy(options, options.proxy, resolve)
  const sendOnce = async (each: AnyRequest): Promise<OutboundAnswer> => {
    const signal = AbortSignal.any([each.signal, AbortSignal.timeout(options.timeoutMs)])
    const { dispatcher, url, headers, release } = await way.prepare(each)
    try {
      const { method, body } = each
      const response = await request(url, { method, body: body ?? null, headers, signal, dispatcher })
      return {
        status: response.statusCode,
        headers: response.headers,
        text: await firstBytes(response.body, each.maxAnswerBytes ?? defaultAnswerBytes),
      }
    } finally {
      release()
    }
  }
  return {
    send: async (given) => {
      const first = withBasicAuth(given)
      let answer = await sendOnce(first)
      let { url } = first
      for (let redirects = 0; redirects < maxRedirects; redirects++) {
        const next = redirectOf(answer, url)
        if (next === undefined) break
        url = next
        answer = await sendOnce({ ...first, url })
      }
      return answer
    },
    close: () => way.close(),
  }
}

/** undici leaves out what stands before the host. */
const withBasicAuth = (request: AnyRequest): AnyRequest => {
  const authorization = basicAuthOf(request.url)
  if (authorization === undefined) return request
  const url = new URL(request.url)
  url.username = ''
  url.password = ''
  return { ...request, url: url.href, headers: { authorization, ...request.headers } }
}

/** Where a redirect leads, if that is the same host and the request stays as it is. */
const redirectOf = ({ status, headers }: OutboundAnswer, from: string): string | undefined => {
  const { location } = headers
  if ((status !== 307 && status !== 308) || typeof location !== 'string') return undefined
  if (!URL.canParse(location, from)) return undefined
  const to = new URL(location, from)
  return to.origin === new URL(from).origin ? to.href : undefined
}

/** Reads the first bytes of a body, and drops the rest. */
const firstBytes = async (body: AsyncIterable<Buffer>, most: number): Promise<string> => {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of body) {
    parts.push(part)
    size += part.length
    if (size >= most) break
  }
  return Buffer.concat(parts).subarray(0, most).toString()
}

interface Prepared {
  dispatcher: Dispatcher
  url: string
  headers: Readonly<Record<string, string>>
  release(): void
}

interface Way {
  prepare(request: AnyRequest): Promise<Prepared>
  close(): Promise<void>
}

/** An IPv6 address without its brackets. */
const bareHost = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1')

const directly = ({ allowPrivate, ca }: OutboundOptions, resolve: Resolve): Way => {
  const lookup: LookupFunction = (host, { all }, callback) => {
    resolveAllowed(host, allowPrivate, resolve).then(
      (found) => {
        const [first] = found
        if (all) callback(null, [...found])
        else callback(null, first?.address ?? '', first?.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    )
  }
  const agent = new Agent({
    connections: 8,
    connect: { timeout: connectTimeoutMs, lookup, ...trustAlso(ca) },
  })
  return {
    prepare: async ({ url, headers }) => {
      const { hostname } = new URL(url)
      // A connection to an address needs no look-up, so that the address is checked here.
      if (isIP(bareHost(hostname)) !== 0) await resolveAllowed(hostname, allowPrivate, resolve)
      return { dispatcher: agent, url, headers, release: () => undefined }
    },
    close: () => agent.close(),
  }
}

/** The proxy connects to the address that was checked, so that it does not resolve the name again. */
const throughProxy = ({ allowPrivate, ca }: OutboundOptions, proxy: string, resolve: Resolve): Way => {
  const running = new Set<ProxyAgent>()
  return {
    prepare: async ({ url, headers }) => {
      const target = new URL(url)
      const [first] = await resolveAllowed(target.hostname, allowPrivate, resolve)
      if (first === undefined) throw new Error(`${target.hostname} has no address`)
      const { host, hostname } = target
      target.hostname = first.family === 6 ? `[${first.address}]` : first.address
      const agent = new ProxyAgent({
        uri: proxy,
        proxyTunnel: true,
        requestTls: { ...(isIP(bareHost(hostname)) === 0 && { servername: hostname }), ...trustAlso(ca) },
      })
      running.add(agent)
      const release = () => {
        running.delete(agent)
        void agent.close().catch(() => undefined)
      }
      return { dispatcher: agent, url: target.href, headers: { ...headers, host }, release }
    },
    close: async () => {
      for (const agent of running) await agent.destroy()
    },
  }
}
