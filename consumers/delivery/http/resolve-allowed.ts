import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { isForbidden } from './forbidden-address.ts'

export interface ResolvedAddress {
  address: string
  family: 4 | 6
}

/** Finds the addresses of a name. @throws the error of the resolver */
export type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>

export const systemResolve: Resolve = async (host) =>
  (await lookup(host, { all: true })).map(({ address, family }) => ({ address, family: family as 4 | 6 }))

/** The address of a destination is not public, and the destination is not marked as private. */
export class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError'
}

/**
 * The addresses to which a connection may be made. They are checked here, when the connection is made: a
 * name that was public a moment ago may now stand for an address of our own network.
 *
 * @throws ForbiddenAddressError if any of the addresses is forbidden
 */
export const resolveAllowed = async (
  host: string,
  allowPrivate: boolean,
  resolve: Resolve,
): Promise<readonly ResolvedAddress[]> => {
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  const version = isIP(bare)
  const found = version === 0 ? await resolve(bare) : [{ address: bare, family: version as 4 | 6 }]
  const wrong = allowPrivate ? undefined : found.find(({ address }) => isForbidden(address))
  if (wrong !== undefined)
    throw new ForbiddenAddressError(
      `${bare} has the address ${wrong.address}, which is not public: ` +
        'if this is right, set allow_private: true for the destination',
    )
  return found
}
