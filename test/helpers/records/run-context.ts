import type { Message } from '../../../consumers/consumer.ts'
import type { RunContext } from '../../../consumers/runtime/middleware/chain.ts'

/** A run context for tests of middlewares, and what the middleware did with it. */
export const runContext = (
  failures = 0,
): {
  context: RunContext
  remembered: number[]
  announced: string[]
  stop: AbortController
  signal: AbortController
} => {
  const stop = new AbortController()
  const signal = new AbortController()
  const remembered: number[] = []
  const announced: string[] = []
  const context: RunContext = {
    signal: signal.signal,
    stopping: stop.signal,
    heartbeat: async () => {},
    failures: () => remembered.at(-1) ?? failures,
    rememberFailures: async (count) => void remembered.push(count),
    announceAttempt: async (state) => void announced.push(state),
    isSuspect: false,
  }
  return { context, remembered, announced, stop, signal }
}

/** A message of the push topic. @param others replace its parts */
export const message = (others: Partial<Message> = {}): Message => ({
  topic: 'gitlab.push',
  partition: 2,
  offset: '41',
  timestamp: '1780000000000',
  key: Buffer.from('15'),
  value: Buffer.from('value'),
  headers: {},
  ...others,
})
