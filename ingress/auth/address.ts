import type { IncomingMessage } from 'node:http'
import { type BlockList, isIP, type Socket } from 'node:net'

/**
 * The address of the sender. Each trusted proxy has appended the address it saw to X-Forwarded-For. Entries
 * further to the left may have been written by the sender and are ignored.
 *
 * @returns a text that is not an address if the proxies do not name one. The proxy's own address is not used
 *   instead: it may be in an allowed range, and would then admit every sender.
 */
export const addressOf = (request: IncomingMessage, trustedProxies: number): string => {
  if (trustedProxies === 0) return socketAddressOf(request.socket)
  const header = request.headers['x-forwarded-for']?.toString() ?? ''
  const forwarded = header.split(',').map((part) => part.trim())
  return withoutMapping(withoutPort(forwarded.at(-trustedProxies) ?? ''))
}

/** The address of the other end of a connection. */
export const socketAddressOf = ({ remoteAddress }: Pick<Socket, 'remoteAddress'>): string =>
  withoutMapping(remoteAddress ?? '')

/**
 * The address of the sender, as far as limits are concerned. A sender with an IPv6 address usually has
 * all addresses of its /64 network, so these count as one.
 */
export const senderOf = (request: IncomingMessage, trustedProxies: number): string =>
  networkOf(addressOf(request, trustedProxies))

/** @returns the /64 network of an IPv6 address; any other text as it is */
export const networkOf = (address: string): string => {
  if (isIP(address) !== 6) return address
  const [groups = '', afterGap] = address.split('%', 1).join('').split('::')
  const head = groupsOf(groups)
  const tail = groupsOf(afterGap ?? '')
  const gap = afterGap === undefined ? [] : Array<string>(8 - head.length - tail.length).fill('0')
  const network = [...head, ...gap, ...tail].slice(0, 4).map((group) => Number.parseInt(group, 16))
  return `${network.map((group) => group.toString(16)).join(':')}::/64`
}

/** The last two groups may be written as an IPv4 address. */
const groupsOf = (text: string): string[] =>
  text === '' ? [] : text.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : [group]))

/** Some proxies append the port, and write an IPv6 address in brackets then. */
const withoutPort = (text: string): string => {
  const [, v6, v4] = /^(?:\[(.*)\]|([\d.]+))(?::\d+)?$/.exec(text) ?? []
  return v6 ?? v4 ?? text
}

/** An IPv4 address that is mapped into IPv6 (`::ffff:192.0.2.1`) is treated as the IPv4 address. */
const withoutMapping = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '')

/**
 * Whether the address is in one of the ranges. A text that is not an address is in none.
 *
 * @param allowed null: any address, and any text
 */
export const isAllowed = (address: string, allowed: BlockList | null): boolean => {
  if (allowed === null) return true
  const version = isIP(address)
  return version !== 0 && allowed.check(address, version === 4 ? 'ipv4' : 'ipv6')
}
