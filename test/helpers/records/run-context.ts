import type { Message } from '../../../consumers/consumer.ts'
import type { RunContext } from '../../../consumers/runtime/middleware/chain.ts'

/** What the middleware is told beside the messages, and what it did with it. */
export const runContext = (
  failures = 0,
): {
  context: RunContext
  remembered: number[]
  foretold: string[]
  stop: AbortController
  signal: AbortController
} => {
  const [stop, signal] = [new AbortController(), new AbortController()]
  const [remembered, foretold]: [number[], string[]] = [[], []]
  const context: RunContext = {
    signal: signal.signal,
    stopping: stop.signal,
    heartbeat: async () => {},
    failures: () => remembered.at(-1) ?? failures,
    rememberFailures: async (count) => void remembered.push(count),
    foretell: async (what) => void foretold.push(what),
    isSuspect: false,
  }
  return { context, remembered, foretold, stop, signal }
}

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
