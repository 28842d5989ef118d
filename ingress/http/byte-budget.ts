/** Bytes that strangers may make us hold: shared by all bodies whose sender is not proven yet. */
export interface ByteBudget {
  /** @returns false where the budget does not reach; nothing is taken then */
  take(bytes: number): boolean
  give(bytes: number): void
}

export const createByteBudget = (limit: number): ByteBudget => {
  let taken = 0
  return {
    take: (bytes) => {
      if (taken + bytes > limit) return false
      taken += bytes
      return true
    },
    give: (bytes) => {
      taken -= bytes
    },
  }
}

/** For bodies whose sender has proven itself by its headers. */
export const unlimited: ByteBudget = { take: () => true, give: () => {} }
