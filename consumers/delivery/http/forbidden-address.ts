import { BlockList, isIPv4, isIPv6 } from 'node:net'

/**
 * Addresses that are not of the public Internet: private, loopback, link-local (where clouds keep their
 * metadata service), multicast, and reserved ones.
 *
 * https://www.iana.org/assignments/iana-ipv4-special-registry
 * https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const notPublic = new BlockList()
const v4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15'],
  ...['198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
]
const v6 = [
  ...['::/96', '100::/64', '2001::/23', '2001:db8::/32', '2002::/16', '64:ff9b:1::/48'],
  ...['fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8'],
]
for (const [ranges, family] of [
  [v4, 'ipv4'],
  [v6, 'ipv6'],
] as const)
  for (const range of ranges) {
    const [network = '', prefix] = range.split('/')
    notPublic.addSubnet(network, Number(prefix), family)
  }

/** Whether a request may reach this address only where its destination is marked as private. */
export const isForbidden = (address: string): boolean => {
  const plain = address.replace(/%.*$/, '')
  if (isIPv4(plain)) return notPublic.check(plain, 'ipv4')
  if (!isIPv6(plain)) return true
  const inside = embeddedV4(plain)
  return notPublic.check(plain, 'ipv6') || (inside !== undefined && notPublic.check(inside, 'ipv4'))
}

/** The IPv4 address in ::ffff:0:0/96 (mapped) and in 64:ff9b::/96 (NAT64). */
const embeddedV4 = (address: string): string | undefined => {
  const full = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [, high, low] = /^(?:::ffff|64:ff9b:):([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(full) ?? []
  if (high === undefined || low === undefined) return undefined
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)]
  return [a >> 8, a & 255, b >> 8, b & 255].join('.')
}
