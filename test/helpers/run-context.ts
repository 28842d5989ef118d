import type { Message } from '../../consumers/consumer.ts'
import type { RunContext } from '../../consumers/middleware/chain.ts'

/** What the middleware is told beside the messages, and what it did with it. */
export const runContext = (failures = 0): { context: RunContext; remembered: number[]; stop: AbortController; signal: AbortController } => {
  const [stop, signal] = [new AbortController(), new AbortController()]
  const remembered: number[] = []
  const context: RunContext = {
    signal: signal.signal,
    stopping: stop.signal,
    heartbeat: async () => {},
    failures: () => remembered.at(-1) ?? failures,
    rememberFailures: async (count) => void remembered.push(count),
  }
  return { context, remembered, stop, signal }
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
