/** The memory of one body while it arrives. */
export interface BodyMemory {
  /** @returns false, and reserves nothing, if the body must be given up */
  reserve(bytes: number): boolean
  /** Releases everything that the body has reserved. */
  release(): void
}

/** @param giveUp called if the memory is needed for another body; the body must then be released */
export type OpenBodyMemory = (giveUp: () => void) => BodyMemory

const nothing = () => {}

const unlimitedMemory: BodyMemory = { reserve: () => true, release: nothing }

/** The memory for a sender that has proved its identity by its headers. */
export const unlimited: OpenBodyMemory = () => unlimitedMemory

/**
 * Limits the memory that senders can occupy before they have proved who they are. If it is full, a body that
 * made no progress for a long time is given up, not the newest body: a sender without a secret could
 * otherwise keep the memory full with bodies that it never completes, and genuine hooks would be refused.
 */
export interface UnprovenBodies {
  open(address: string, giveUp: () => void): BodyMemory
}

export interface UnprovenOptions {
  /** For all bodies together. It must be at least the size of the largest body. */
  totalBytes: number
  /** For the bodies of one address. */
  addressBytes: number
  /** Whether the address has sent many wrong credentials: its bodies are given up first. */
  isSuspect(address: string): boolean
}

interface Body {
  address: string
  bytes: number
  giveUp(): void
}

export const createUnprovenBodies = (options: UnprovenOptions): UnprovenBodies => {
  const { totalBytes, addressBytes, isSuspect } = options
  /** A set keeps the order of insertion. A body moves to the end with each byte: the first is the slowest. */
  const bodies = new Set<Body>()
  const bytesByAddress = new Map<string, number>()
  let total = 0

  const add = (body: Body, bytes: number) => {
    body.bytes += bytes
    total += bytes
    const ofAddress = (bytesByAddress.get(body.address) ?? 0) + bytes
    if (ofAddress === 0) bytesByAddress.delete(body.address)
    else bytesByAddress.set(body.address, ofAddress)
  }
  const remove = (body: Body) => {
    if (!bodies.delete(body)) return
    add(body, -body.bytes)
    // The old tables of a Set can refer to a body long after it was removed. It must not keep the request.
    body.giveUp = nothing
  }
  const slowest = (isCandidate: (body: Body) => boolean) => bodies.values().find(isCandidate)
  const heaviestAddress = () => {
    let [heaviest, mostBytes] = ['', 0]
    for (const [address, bytes] of bytesByAddress) {
      if (bytes > mostBytes) [heaviest, mostBytes] = [address, bytes]
    }
    return heaviest
  }
  /** The body that makes room for another one; undefined if that one must be given up itself. */
  const victimFor = (body: Body, isOfAddress: boolean): Body | undefined => {
    const isOther = (each: Body) => each !== body && each.bytes > 0
    if (isOfAddress) return slowest((each) => isOther(each) && each.address === body.address)
    const suspect = slowest((each) => isOther(each) && isSuspect(each.address))
    if (suspect !== undefined) return suspect
    const heaviest = heaviestAddress()
    return slowest((each) => isOther(each) && each.address === heaviest) ?? slowest(isOther)
  }

  return {
    open: (address, giveUp) => {
      const body: Body = { address, bytes: 0, giveUp }
      bodies.add(body)
      const isOverOwnShare = (bytes: number) => (bytesByAddress.get(address) ?? 0) + bytes > addressBytes
      return {
        reserve: (bytes) => {
          while (isOverOwnShare(bytes) || total + bytes > totalBytes) {
            const victim = victimFor(body, isOverOwnShare(bytes))
            if (victim === undefined) return false
            const { giveUp } = victim
            remove(victim)
            giveUp()
          }
          bodies.delete(body)
          bodies.add(body)
          add(body, bytes)
          return true
        },
        release: () => remove(body),
      }
    },
  }
}
