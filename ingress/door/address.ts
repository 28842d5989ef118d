import type { IncomingMessage } from 'node:http'
import { type BlockList, isIP } from 'node:net'

/**
 * Where a request comes from. Each trusted proxy has added the address it saw at the end of X-Forwarded-For;
 * what stands further left anybody may have written.
 */
export const addressOf = (request: IncomingMessage, trustedProxies: number): string => {
  const peer = plain(request.socket.remoteAddress ?? '')
  if (trustedProxies === 0) return peer
  const forwarded = (request.headers['x-forwarded-for']?.toString() ?? '').split(',').map((part) => part.trim())
  const address = plain(forwarded.at(-trustedProxies) ?? '')
  return isIP(address) === 0 ? peer : address
}

/** IPv4 in IPv6's clothes is IPv4. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '')

export const isAllowed = (address: string, allowed: BlockList | null): boolean => {
  if (allowed === null) return true
  const version = isIP(address)
  return version !== 0 && allowed.check(address, version === 4 ? 'ipv4' : 'ipv6')
}
