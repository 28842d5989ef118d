import type { IncomingMessage } from 'node:http'
import { type BlockList, isIP } from 'node:net'

/**
 * Where a request comes from. Each trusted proxy has added the address it saw at the end of X-Forwarded-For;
 * what stands further left anybody may have written.
 *
 * @returns what is no address where nobody trusted says one: the proxy's own would let everybody in whom it may let in
 */
export const addressOf = (request: IncomingMessage, trustedProxies: number): string => {
  if (trustedProxies === 0) return plain(request.socket.remoteAddress ?? '')
  const forwarded = (request.headers['x-forwarded-for']?.toString() ?? '')
    .split(',')
    .map((part) => part.trim())
  return plain(withoutPort(forwarded.at(-trustedProxies) ?? ''))
}

/** Some proxies write the port too, and an IPv6 address in brackets for it. */
const withoutPort = (text: string): string => {
  const [, v6, v4] = /^(?:\[(.*)\]|([\d.]+))(?::\d+)?$/.exec(text) ?? []
  return v6 ?? v4 ?? text
}

/** IPv4 in IPv6's clothes is IPv4. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '')

/** What is no address is not allowed where any is asked for. */
export const isAllowed = (address: string, allowed: BlockList | null): boolean => {
  if (allowed === null) return true
  const version = isIP(address)
  return version !== 0 && allowed.check(address, version === 4 ? 'ipv4' : 'ipv6')
}
