/**
 * Limits the memory that senders can occupy before they have proved who they are. All unproven bodies share
 * one budget.
 */
export interface ByteBudget {
  /** @returns false, and reserves nothing, if fewer bytes than that are left */
  reserve(bytes: number): boolean
  release(bytes: number): void
}

export const createByteBudget = (limitBytes: number): ByteBudget => {
  let reserved = 0
  return {
    reserve: (bytes) => {
      if (reserved + bytes > limitBytes) return false
      reserved += bytes
      return true
    },
    release: (bytes) => {
      reserved -= bytes
    },
  }
}

/** The budget of a sender that has proved its identity by its headers. */
export const unlimited: ByteBudget = { reserve: () => true, release: () => {} }
