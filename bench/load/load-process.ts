// The process that sends the hooks. It receives orders as messages and answers each one with the result.
import { closedLoop } from './closed-loop.ts'
import type { LoadOrder } from './load.ts'
import { openLoop } from './open-loop.ts'

process.on('message', async (order: LoadOrder) => {
  const result =
    order.rate === undefined ? await closedLoop(order) : await openLoop({ ...order, rate: order.rate })
  process.send?.(result)
})
process.on('disconnect', () => process.exit())
