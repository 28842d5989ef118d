import { createRequire } from 'node:module'

interface ConsumerGroup {
  joinAndSync(): Promise<void>
}

let isApplied = false

/** Lets whoever must join the group again wait for a join that is running, instead of a join of its own. */
export const patchSharedJoin = (): void => {
  if (isApplied) return
  isApplied = true
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/consumer/consumerGroup') as {
    prototype: ConsumerGroup
  }
  const { joinAndSync } = prototype
  const running = new WeakMap<ConsumerGroup, Promise<void>>()
  prototype.joinAndSync = function () {
    const join = running.get(this) ?? joinAndSync.call(this).finally(() => running.delete(this))
    running.set(this, join)
    return join
  }
}
