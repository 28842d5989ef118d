import type { AcceptedHook } from './accepted-hook.ts'

/**
 * The hooks that wait for the brokers, in order of acceptance.
 *
 * This is not a Set. While entries come and go, V8 replaces the table of a Set again and again, and each old
 * table refers to the next one. Once one of them has reached the old generation, the scavenger cannot free
 * any hook of the later ones: the ingress needed 1.3 to 1.7 times the CPU time.
 */
export interface WaitingHooks {
  add(accepted: AcceptedHook): void
  remove(accepted: AcceptedHook): void
  has(accepted: AcceptedHook): boolean
  /** A copy, so that hooks can be removed while it is read. */
  all(): AcceptedHook[]
}

/** Removed hooks are dropped from the list once there are so many, and at least as many as the others. */
const minRemoved = 64

/** They are dropped sooner once their bodies hold so much memory. */
const maxRemovedBytes = 1024 * 1024

export const createWaitingHooks = (): WaitingHooks => {
  const hooks: AcceptedHook[] = []
  let removed = 0
  let removedBytes = 0

  const dropRemoved = () => {
    let kept = 0
    for (const each of hooks) if (each.isWaiting) hooks[kept++] = each
    hooks.length = kept
    removed = 0
    removedBytes = 0
  }

  return {
    add: (accepted) => {
      accepted.isWaiting = true
      hooks.push(accepted)
    },
    remove: (accepted) => {
      if (!accepted.isWaiting) return
      accepted.isWaiting = false
      removed += 1
      removedBytes += accepted.hook.body.length
      const areMany = removed >= minRemoved && removed * 2 >= hooks.length
      if (areMany || removedBytes > maxRemovedBytes) dropRemoved()
    },
    has: ({ isWaiting }) => isWaiting,
    all: () => hooks.filter(({ isWaiting }) => isWaiting),
  }
}
